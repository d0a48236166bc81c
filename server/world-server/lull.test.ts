import { expect, test } from "vitest";
import { Lull } from "./lull.ts";

function lullBefore(tickAt: number, { isTelling = false } = {}) {
  const slept: number[] = [];
  const turns: (() => void)[] = [];
  const lull = new Lull({
    tickAt: () => tickAt,
    isTelling: () => isTelling,
    now: () => 1000,
    later: (go) => void turns.push(go),
    sleep: (ms) => void slept.push(ms),
  });
  return { lull, slept, turns };
}

test("rests once after everything that has come was read, for a few milliseconds", () => {
  const { lull, slept, turns } = lullBefore(1050);
  lull.heard(100);
  lull.heard(100);
  expect([turns.length, slept.length]).toEqual([1, 0]);
  turns.shift()?.();
  expect(slept).toEqual([8]);
  lull.heard(100);
  expect(turns).toHaveLength(1);
});

test("is over before the next tick, and is left out when that is near", () => {
  const near = lullBefore(1006);
  near.lull.heard(100);
  near.turns.shift()?.();
  expect(near.slept).toEqual([3]);
  const late = lullBefore(1003.5);
  late.lull.heard(100);
  late.turns.shift()?.();
  expect(late.slept).toEqual([]);
});

test("never holds up players who are being told, nor a small crowd", () => {
  const telling = lullBefore(1050, { isTelling: true });
  telling.lull.heard(100);
  telling.turns.shift()?.();
  expect(telling.slept).toEqual([]);
  const few = lullBefore(1050);
  few.lull.heard(99);
  expect(few.turns).toEqual([]);
});
