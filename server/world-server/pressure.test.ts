import { expect, test } from "vitest";
import { Pressure } from "./pressure.ts";

const overrun = (pressure: Pressure): boolean => pressure.note(51, false);
const calm = (pressure: Pressure, sends: number): boolean[] =>
  Array.from({ length: sends }, () => pressure.note(10, false));

test("what is far is told of less often first, then what is half way, and only then everybody waits", () => {
  const pressure = new Pressure(50, 400);
  expect([pressure.level, pressure.rings, pressure.isHalved]).toEqual([0, [], false]);
  expect(overrun(pressure)).toBe(true);
  expect([pressure.rings, pressure.isHalved]).toEqual([[{ beyond: 200, every: 2 }], false]);
  overrun(pressure);
  expect([pressure.rings, pressure.isHalved]).toEqual([
    [
      { beyond: 100, every: 2 },
      { beyond: 200, every: 4 },
    ],
    false,
  ]);
  overrun(pressure);
  expect([pressure.level, pressure.isHalved]).toEqual([3, true]);
  expect(overrun(pressure)).toBe(false);
  expect(pressure.overruns).toBe(4);
});

test("two seconds of ease lower it by one, and a send that is nearly too long is no ease", () => {
  const pressure = new Pressure(50, 400);
  overrun(pressure);
  overrun(pressure);
  expect(calm(pressure, 39)).not.toContain(true);
  pressure.note(36, false);
  expect(calm(pressure, 39)).not.toContain(true);
  expect(calm(pressure, 1)).toEqual([true]);
  expect(pressure.level).toBe(1);
  calm(pressure, 40);
  expect([pressure.level, pressure.rings]).toEqual([0, []]);
  expect(calm(pressure, 100)).not.toContain(true);
});

test("a send that had to be left out counts as one that took too long", () => {
  const pressure = new Pressure(50, 400);
  expect(pressure.note(1, true)).toBe(true);
  expect([pressure.level, pressure.overruns]).toEqual([1, 1]);
});
