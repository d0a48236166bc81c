import { expect, test } from "vitest";
import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import { Unsent } from "./unsent.ts";

const place = { world: "hub", x: 1, y: 2, facing: 0 };
const saves = (...admissions: [string, number][]): FromLaunch => ({
  type: "saves",
  saves: admissions.map(([admission, seq]) => ({ admission, seq, place })),
});

test("keeps the newest save of everybody and who is gone; the rest is said again by the roster", () => {
  const unsent = new Unsent();
  unsent.keep(saves(["a", 1], ["b", 1], ["c", 1]));
  unsent.keep(saves(["a", 2], ["b", 2], ["c", 2]));
  unsent.keep({ type: "left", admission: "b", seq: 3, place });
  unsent.keep({ type: "departed", admission: "d", seq: 1 });
  unsent.keep({ type: "arrived", admission: "e" });
  unsent.keep({ type: "stop.busy" });
  expect(unsent.take(256)).toEqual([
    saves(["a", 2], ["c", 2]),
    { type: "left", admission: "b", seq: 3, place },
    { type: "departed", admission: "d", seq: 1 },
  ]);
  expect(unsent.take(256)).toEqual([]);
});

test("hands over no more saves in one message than a message may hold", () => {
  const unsent = new Unsent();
  unsent.keep(saves(["a", 1], ["b", 1], ["c", 1]));
  expect(unsent.take(2)).toEqual([saves(["a", 1], ["b", 1]), saves(["c", 1])]);
});
