import { expect, test } from "vitest";
import { HandClock } from "#adapters/hand-clock.ts";
import { clock, every } from "./clock.ts";

test("the clock wakes nobody early, and never who called it off", async () => {
  const woken: string[] = [];
  const callOff = clock.wakeAt(clock.now() + 1, () => woken.push("called off"));
  callOff();
  const at = clock.now() + 5.5;
  await new Promise<void>((resolve) => void clock.wakeAt(at, resolve));
  expect(clock.now()).toBeGreaterThanOrEqual(at);
  await new Promise<void>((resolve) => void clock.wakeAt(clock.now() - 10_000, resolve));
  expect(woken).toEqual([]);
});

test("a period that was missed is made up for in one call, and the beat does not drift", () => {
  const hand = new HandClock();
  const periods: number[] = [];
  let heldUpMs = 0;
  const late = {
    now: () => hand.now() + heldUpMs,
    wakeAt: (at: number, wake: () => void) => hand.wakeAt(at - heldUpMs, wake),
  };
  const stop = every(50, late, (past) => periods.push(past));
  hand.advance(100);
  heldUpMs = 120;
  hand.advance(50);
  expect(periods).toEqual([1, 1, 3]);
  hand.advance(30);
  expect(periods).toEqual([1, 1, 3, 1]);
  stop();
  hand.advance(1000);
  expect(periods).toHaveLength(4);
});
