import { expect, test } from "vitest";
import { simulate } from "./cluster.ts";
import { Soak } from "./soak.ts";

const seeds = Array.from({ length: 50 }, (_, index) => index + 1);

test("the same seed tells the same story, on a thread of its own and here (S28)", async () => {
  await using soak = new Soak(1);
  for (const engines of [1, 3]) {
    const there = await soak.hashes({ suite: "mixed", engines, seeds });
    const here = [];
    for (const seed of seeds) here.push((await simulate({ seed, suite: "mixed", engines })).hash);
    expect(here).toEqual(there);
    expect(new Set(here).size).toBe(seeds.length);
  }
});
