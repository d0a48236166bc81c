import { expect, test } from "vitest";
import { EntityIds } from "./entity-ids.ts";

test("an id comes round again only after it has rested, the longest rested first", () => {
  const ids = new EntityIds();
  const given = Array.from({ length: 200 }, () => ids.take());
  expect(new Set(given).size).toBe(200);
  for (const id of given.slice(0, 100)) ids.giveBack(id);
  expect(Array.from({ length: 37 }, () => ids.take())).toEqual(given.slice(0, 37));
  expect(ids.take()).toBe(201);
});

test("an id is not given out again while anybody still holds it", () => {
  const ids = new EntityIds();
  const [held, ...others] = Array.from({ length: 65_535 }, () => ids.take());
  if (held === undefined) throw new Error("there are ids");
  ids.hold(held);
  ids.hold(held);
  ids.giveBack(held);
  expect(() => ids.take()).toThrow(RangeError);
  ids.letGo(held);
  expect(() => ids.take()).toThrow(RangeError);
  ids.letGo(held);
  expect(ids.take()).toBe(held);
  expect(others).toHaveLength(65_534);
});

test("giving back what was never taken changes nothing", () => {
  const ids = new EntityIds();
  ids.giveBack(7);
  expect([ids.take(), ids.take()]).toEqual([1, 2]);
});
