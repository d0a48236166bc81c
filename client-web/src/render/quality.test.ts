import { expect, test } from "vitest";
import { lowestQuality, QualityLadder } from "./quality.ts";

/** Notes frames of so much work every 16 ms; returns the time after them. */
function draw(ladder: QualityLadder, workMs: number, frames: number, from = 0): number {
  for (let i = 0; i < frames; i++) ladder.note(workMs, from + i * 16);
  return from + frames * 16;
}

test("a fluent game keeps everything", () => {
  const ladder = new QualityLadder();
  draw(ladder, 8, 1000);
  expect(ladder.level).toBe(0);
});

test("two slow seconds leave one thing out", () => {
  const ladder = new QualityLadder();
  draw(ladder, 30, 150);
  expect(ladder.level).toBe(0);
  draw(ladder, 30, 40, 150 * 16);
  expect(ladder.level).toBe(1);
});

test("a hiccup changes nothing", () => {
  const ladder = new QualityLadder();
  let now = 0;
  for (let i = 0; i < 20; i++) {
    now = draw(ladder, 8, 60, now);
    now = draw(ladder, 200, 1, now);
  }
  expect(ladder.level).toBe(0);
});

test("a machine that stays slow goes down step by step to the last one and stays there", () => {
  const ladder = new QualityLadder();
  draw(ladder, 60, 3000);
  expect(ladder.level).toBe(lowestQuality);
});
