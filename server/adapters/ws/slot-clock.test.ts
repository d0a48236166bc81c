import { expect, test } from "vitest";
import { HandClock } from "../hand-clock.ts";
import { SlotClock } from "./slot-clock.ts";

test("everybody who waits for the same moment is woken by one timer, but for those who called it off", () => {
  const clock = new HandClock();
  let timers = 0;
  const slots = new SlotClock({
    now: () => clock.now(),
    wakeAt: (time, wake) => {
      timers++;
      return clock.wakeAt(time, wake);
    },
  });
  const woken: string[] = [];
  slots.wakeAt(2000, () => woken.push("a"));
  const callOff = slots.wakeAt(2000, () => woken.push("b"));
  slots.wakeAt(2000, () => {
    woken.push("c");
    slots.wakeAt(2000, () => woken.push("again"));
  });
  slots.wakeAt(3000, () => woken.push("d"));
  callOff();
  clock.advance(1000);
  expect([timers, woken]).toEqual([3, ["a", "c", "again"]]);
  clock.advance(1000);
  expect(woken.at(-1)).toBe("d");
});
