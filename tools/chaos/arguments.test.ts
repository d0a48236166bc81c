import { expect, test } from "vitest";
import { readWish } from "./arguments.ts";

test("without a word every scenario runs in full", () => {
  expect(readWish([])).toEqual({ isShort: false, kills: 0, only: [], seed: 1, players: 8, json: undefined });
});

test("kills, a seed and a file are taken as they are given", () => {
  const wish = readWish(["--kills", "500", "--seed", "7", "--json", "out.json"]);
  expect(wish).toMatchObject({ kills: 500, seed: 7, json: "out.json" });
  expect(readWish(["--only", "packs,two-masters"]).only).toEqual(["packs", "two-masters"]);
});

test.for([
  ["--kills", "many"],
  ["--kills", "-1"],
  ["--players", "1"],
  ["--seed", "1.5"],
  ["--what", "else"],
  ["--json", "no-such-folder/out.json"],
])("refuses %s %s", (args) => {
  expect(() => readWish(args)).toThrow();
});
