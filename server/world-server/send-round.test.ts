import { expect, test } from "vitest";
import { SendRound, type Telling } from "./send-round.ts";

/** A round whose time passes by hand: telling one takes `ms`. */
function rounds(ms: number) {
  const told: number[] = [];
  const turns: (() => void)[] = [];
  const done: number[] = [];
  let now = 0;
  const prepared: number[] = [];
  const telling: Telling<number> = {
    prepare(one) {
      prepared.push(one);
      now += ms;
    },
    send: (one) => void told.push(one),
    sent() {
      if (prepared.length > 0) expect(told.slice(-prepared.length)).toEqual(prepared);
      prepared.length = 0;
    },
    done: (busyMs) => void done.push(busyMs),
  };
  const round = new SendRound<number>(
    telling,
    (go) => void turns.push(go),
    () => now,
  );
  return { round, told, turns, done, pass: (more: number) => void (now += more) };
}

const crowd = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test("a few are told at once", () => {
  const { round, told, turns, done } = rounds(0.1);
  round.start(crowd(64), 2);
  expect([told.length, turns.length, round.isRunning]).toEqual([64, 0, false]);
  expect(done[0]).toBeCloseTo(2 + 6.4);
});

test("a crowd is told slice by slice, with a turn for others in between, and everybody once", () => {
  const { round, told, turns, done } = rounds(0.01);
  round.start(crowd(150), 0);
  expect(told).toHaveLength(64);
  turns.shift()?.();
  expect(told).toHaveLength(128);
  expect(done).toEqual([]);
  turns.shift()?.();
  expect(told.toSorted((a, b) => a - b)).toEqual(crowd(150));
  expect(done).toHaveLength(1);
});

test("after eight milliseconds nobody waits any longer", () => {
  const { round, told, turns, pass } = rounds(0.01);
  round.start(crowd(500), 0);
  pass(8);
  turns.shift()?.();
  expect(told).toHaveLength(500);
  expect(turns).toEqual([]);
});

test("a round that is overtaken by the next one is finished first", () => {
  const { round, told, turns } = rounds(0.01);
  round.start(crowd(200), 0);
  round.start(crowd(10), 0);
  expect(told).toHaveLength(210);
  for (const turn of turns) turn();
  expect(told).toHaveLength(210);
});

test("nobody is always the first", () => {
  const { round, told } = rounds(0.01);
  round.start(crowd(50), 0);
  round.start(crowd(50), 0);
  expect(told[0]).not.toBe(told[50]);
});

test("an empty world is told at once", () => {
  const { round, done } = rounds(1);
  round.start([], 3);
  expect(done).toEqual([3]);
});
