import { describe, expect, it } from "vitest";
import { Trail } from "./trail.ts";
import { Walker } from "./walkers.ts";

describe("a trail", () => {
  it("tells how many inputs a rounded position includes", () => {
    const trail = new Trail();
    const walker = new Walker(1, 1);
    const places = Array.from({ length: 300 }, () => {
      walker.step();
      trail.add(walker);
      return { x: Math.round(walker.x), y: Math.round(walker.y) };
    });
    for (const count of [250, 251, 299, 300]) {
      const { x, y } = places[count - 1] ?? { x: 0, y: 0 };
      expect(trail.inputsAt(x, y, 0.5)).toBe(count);
    }
  });

  it("keeps what it knew where a position tells nothing, and never goes back", () => {
    const trail = new Trail();
    expect(trail.inputsAt(5, 5, 0.5)).toBe(0);
    for (const x of [10, 20, 30]) trail.add({ x, y: 0 });
    expect(trail.inputsAt(20, 0, 0.5)).toBe(2);
    expect(trail.inputsAt(10, 0, 0.5)).toBe(2);
    expect(trail.inputsAt(99, 0, 0.5)).toBe(2);
    expect(trail.inputsAt(30, 0, 0.5)).toBe(3);
  });
});
