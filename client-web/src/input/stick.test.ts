import { assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { padStick, still, touchStick } from "./stick.ts";

test("a thumb that rests or trembles stands still", () => {
  expect(touchStick({ x: 100, y: 100 }, { x: 104, y: 103 })).toBe(still);
  expect(padStick(0.1, -0.1)).toBe(still);
});

test("a full push is full speed in its direction", () => {
  const pushed = touchStick({ x: 100, y: 100 }, { x: 100, y: 300 });
  expect(pushed.x).toBeCloseTo(0);
  expect(pushed.y).toBeCloseTo(1);
});

test("speed grows from nothing at the edge of the dead zone", () => {
  expect(padStick(0.16, 0).x).toBeLessThan(0.02);
  expect(padStick(0.6, 0).x).toBeCloseTo((0.6 - 0.15) / 0.85);
});

test("no stick is ever faster than full speed, whatever a pad says", () => {
  assert(
    property(double(), double(), (x, y) => {
      const { x: dx, y: dy } = padStick(x, y);
      expect(Number.isFinite(dx) && Number.isFinite(dy)).toBe(true);
      expect(Math.hypot(dx, dy)).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});
