import { expect, test } from "vitest";
import { readJsonOption, readWish } from "./options.ts";

test("a wish says which universes, or takes the usual ones", () => {
  expect(readWish([])).toMatchObject({ suite: "mixed", engines: "one", first: 1, count: 100, isOne: false });
  expect(readWish(["--seed", "42"])).toMatchObject({ first: 42, count: 1, isOne: true });
  const many = ["--suite", "restart", "--seeds", "1000000", "--from", "7", "--engines", "many"];
  expect(readWish(many)).toMatchObject({ suite: "restart", engines: "many", first: 7, count: 1_000_000 });
});

test.for([
  [["--suite", "odd"], "--suite is odd, and must be one of mixed, storm, calm, restart"],
  [["--engines", "3"], "--engines is 3, and must be one of one, many"],
  [["--seed", "x"], "--seed is x, and must be a whole number from 0 to 4294967295"],
  [["--seeds", "0"], "--seeds is 0, and must be a whole number from 1 to 10000000"],
  [["--from", "-1"], "argument is ambiguous"],
  [["--seed", "1", "--seeds", "2"], "give one or the other"],
  [["--grep", "x"], "--grep reads the story of one --seed"],
  [["--seed", "1", "--grep", "("], "--grep is (, which is no regular expression"],
  [["--sed", "1"], "Unknown option '--sed'"],
  [["42"], "Unexpected argument '42'"],
  [["--json", "no/such/folder/x.json"], "there is no folder for it"],
] as const)("a wish that cannot be is refused with a sentence: %s", ([args, sentence]) => {
  expect(() => readWish(args)).toThrow(sentence);
});

test("the hunt for planted bugs takes a file and nothing else", () => {
  expect(readJsonOption([])).toBeUndefined();
  expect(readJsonOption(["--json", "out.json"])).toBe("out.json");
  expect(() => readJsonOption(["--seeds", "1"])).toThrow("Unknown option '--seeds'");
});
