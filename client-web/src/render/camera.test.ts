import { assert, double, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { follow, lookAt, zoomFor, type Camera } from "./camera.ts";

const world = { w: 800, h: 544 };
const desktop = { w: 1280, h: 800 };

describe("a camera", () => {
  test("zooms in whole steps, so that pixels stay square, on every screen", () => {
    const size = integer({ min: 200, max: 4000 });
    assert(
      property(size, size, (w, h) => {
        const zoom = zoomFor({ w, h }, world);
        expect(Number.isInteger(zoom)).toBe(true);
        expect(zoom).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  test("shows about the same part of a world on a phone and on a desk", () => {
    expect(zoomFor(desktop, world)).toBe(2);
    expect(zoomFor({ w: 780, h: 1688 }, world)).toBe(3);
  });

  test("keeps the player in the middle while there is world around them", () => {
    expect(lookAt({ x: 400, y: 260 }, desktop, world)).toEqual({ x: 400, y: 260, zoom: 2 });
  });

  test("never shows what lies beyond the edge of a world larger than the screen", () => {
    const point = record({
      x: double({ min: 0, max: 800, noNaN: true }),
      y: double({ min: 0, max: 544, noNaN: true }),
    });
    assert(
      property(point, (at) => {
        const { x, y } = lookAt(at, desktop, world);
        expect(x).toBeGreaterThanOrEqual(320);
        expect(x).toBeLessThanOrEqual(480);
        expect(y).toBeGreaterThanOrEqual(200);
        expect(y).toBeLessThanOrEqual(344);
      }),
    );
  });

  test("puts the player into the middle of what no panel covers", () => {
    const covered = { left: 200, top: 0, right: 0, bottom: 0 };
    const { x, zoom } = lookAt({ x: 400, y: 260 }, desktop, world, covered);
    const onScreen = desktop.w / 2 + (400 - x) * zoom;
    expect(onScreen).toBe(200 + (desktop.w - 200) / 2);
  });

  test("stands in the middle of a world smaller than the screen", () => {
    const { x, y } = lookAt({ x: 10, y: 10 }, desktop, { w: 300, h: 200 });
    expect({ x, y }).toEqual({ x: 150, y: 100 });
  });

  test("eases after a walk and jumps after a jump", () => {
    const from: Camera = { x: 0, y: 0, zoom: 2 };
    const to: Camera = { x: 100, y: 0, zoom: 2 };
    const eased = follow(from, to, 16, false);
    expect(eased.x).toBeGreaterThan(0);
    expect(eased.x).toBeLessThan(100);
    expect(follow(from, to, 16, true)).toEqual(to);
  });
});
