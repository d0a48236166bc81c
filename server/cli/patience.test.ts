import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Patience } from "./patience.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function listen(isWatched: boolean): { written: string[]; patience: Patience } {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text) > 0;
  return { written, patience: new Patience({ write }, isWatched) };
}

test("on a terminal a silence is counted in a line of its own, which goes with the next news", () => {
  const { written, patience } = listen(true);
  patience.say("it starts");
  vi.advanceTimersByTime(2000);
  patience.say("it proves itself");
  vi.advanceTimersByTime(1000);
  patience[Symbol.dispose]();
  vi.advanceTimersByTime(5000);
  const wipe = "\r\u001B[K";
  const counted = [`${wipe}… 0:01`, `${wipe}… 0:02`];
  expect(written).toEqual(["it starts\n", ...counted, `${wipe}it proves itself\n`, `${wipe}… 0:01`, wipe]);
});

test("in a file there are only the lines", () => {
  const { written, patience } = listen(false);
  patience.say("it starts");
  vi.advanceTimersByTime(5000);
  patience[Symbol.dispose]();
  expect(written).toEqual(["it starts\n"]);
});
