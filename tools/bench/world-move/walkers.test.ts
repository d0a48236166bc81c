import { describe, expect, it } from "vitest";
import { borderUnits, inputsPerSecond, Walker, worldUnits } from "./walkers.ts";

describe("walkers", () => {
  it("walk the same for the same seed and index, and differently for others", () => {
    const after = (seed: number, index: number): string => {
      const walker = new Walker(seed, index);
      for (let step = 0; step < 200; step++) walker.step();
      return `${walker.x} ${walker.y}`;
    };
    expect(after(1, 7)).toBe(after(1, 7));
    expect(after(1, 8)).not.toBe(after(1, 7));
    expect(after(2, 7)).not.toBe(after(1, 7));
  });

  it("stay inside, at 180 units a second, whatever they meet", () => {
    for (let index = 0; index < 50; index++) {
      const walker = new Walker(3, index);
      for (let step = 0; step < 1000; step++) {
        const { x, y } = walker;
        walker.step();
        const moved = Math.hypot(walker.x - x, walker.y - y) * inputsPerSecond;
        expect(moved).toBeGreaterThan(178);
        expect(moved).toBeLessThan(182);
        for (const value of [walker.x, walker.y]) {
          expect(value).toBeGreaterThanOrEqual(borderUnits);
          expect(value).toBeLessThanOrEqual(worldUnits - borderUnits);
        }
      }
    }
  });

  it("keep a heading for a second on average", () => {
    let turns = 0;
    const [walkers, steps] = [200, 400];
    for (let index = 0; index < walkers; index++) {
      const walker = new Walker(5, index);
      let heading = "";
      for (let step = 0; step < steps; step++) {
        walker.step();
        // A bounce turns a sign and is no new heading.
        const now = `${Math.abs(walker.dx)} ${Math.abs(walker.dy)}`;
        if (now !== heading) turns++;
        heading = now;
      }
    }
    const seconds = (walkers * steps) / inputsPerSecond / turns;
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(1.1);
  });

  it("begin all over the world", () => {
    const cells = new Set<string>();
    for (let index = 0; index < 400; index++) {
      const { x, y } = new Walker(1, index);
      cells.add(`${Math.floor(x / 400)} ${Math.floor(y / 400)}`);
    }
    expect(cells.size).toBe(25);
  });
});
