import { describe, expect, it } from "vitest";
import { FrameBudget, nearestFirst } from "./frame-budget.ts";

/** A crowd to be made, each of them `costMs`, frame by frame; how many each frame made. */
function madePerFrame(crowd: number, costMs: number, mostMs: number, most: number): number[] {
  let now = 0;
  const budget = new FrameBudget(mostMs, most, () => now);
  const frames: number[] = [];
  for (let left = crowd; left > 0 && frames.length < 1000; now += 16) {
    budget.begin();
    let made = 0;
    while (made < left && budget.take()) {
      made++;
      now += costMs;
    }
    left -= made;
    expect(budget.isBehind).toBe(left > 0);
    frames.push(made);
  }
  return frames;
}

describe("frame budget", () => {
  it("spreads a crowd of 500 over frames, none of them long", () => {
    const cheap = madePerFrame(500, 0.01, 4, 24);
    expect(Math.max(...cheap)).toBe(24);
    expect(cheap.reduce((a, b) => a + b)).toBe(500);
    const dear = madePerFrame(500, 0.5, 4, 24);
    expect(Math.max(...dear)).toBe(8);
    expect(dear.reduce((a, b) => a + b)).toBe(500);
  });

  it("makes one a frame when even that takes too long", () => {
    expect(madePerFrame(5, 50, 4, 24)).toEqual([1, 1, 1, 1, 1]);
    let now = 0;
    const budget = new FrameBudget(4, 24, () => now);
    budget.begin();
    now = 100;
    expect([budget.take(), budget.take()]).toEqual([true, false]);
  });

  it("lets the nearest be made first", () => {
    const them = [
      { x: 9, y: 0 },
      { x: 1, y: 1 },
      { x: 0, y: 5 },
    ];
    expect(nearestFirst(them, { x: 0, y: 0 })).toEqual([them[1], them[2], them[0]]);
    expect(nearestFirst(them, undefined)).toBe(them);
  });
});
