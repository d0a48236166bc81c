import { expect, it } from "vitest";
import { PlaybackClock } from "./clock.ts";
import { Corrections } from "./corrections.ts";

it("holds against the line only what it heard last, however much a world says in one instant", () => {
  const clock = new PlaybackClock({ tickMs: 50, ticksPerSend: 1 });
  for (let tick = 0; tick < 20; tick++) clock.heard(tick, tick * 50);
  const before = clock.delayMs;
  for (let times = 0; times < 1000; times++) clock.heard(10, 960);
  for (let times = 0; times < 200; times++) clock.heard(19, 960);
  clock.heard(24, 1210);
  expect(clock.delayMs).toBeLessThanOrEqual(before);
});

it("keeps no more corrections of the last minute than a world has snapshots", () => {
  const corrections = new Corrections();
  for (let count = 0; count < 5000; count++) corrections.note(1, 1000 + count / 100);
  expect(corrections.recent(1100)).toMatchObject({ corrections: 5000, correctionsPerMinute: 1200 });
  expect(corrections.recent(100_000)).toMatchObject({ correctionsPerMinute: 0 });
});
