import { expect, test } from "vitest";
import { PhaseClock } from "./phase-clock.ts";
import type { Transition } from "./ports.ts";

const change = (id: string, at: number, after: string): Transition =>
  ({ id: `account:${id}`, at, before: "before", after }) as unknown as Transition;

test("so many machines are timed; of one more, the one that changed longest ago is forgotten", () => {
  const clock = new PhaseClock(2);
  clock.spent(change("a", 1, "live"));
  clock.spent(change("b", 2, "live"));
  expect(clock.spent(change("a", 3, "free"))).toBe(2);
  clock.spent(change("c", 4, "live"));
  expect(clock.spent(change("a", 5, "live"))).toBe(2);
  expect(clock.spent(change("b", 6, "free"))).toBeUndefined();
});

test("a machine that has ended takes nobody's place", () => {
  const clock = new PhaseClock(2);
  clock.spent(change("a", 1, "live"));
  clock.spent(change("b", 2, "live"));
  expect(clock.spent(change("b", 3, "absent"))).toBe(1);
  clock.spent(change("c", 4, "live"));
  expect(clock.spent(change("a", 5, "free"))).toBe(4);
});
