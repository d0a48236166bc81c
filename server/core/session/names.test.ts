import { expect, test } from "vitest";
import { parseName } from "./names.ts";

test.each([
  ["Ada", "Ada", "ada"],
  ["  Ada Lovelace ", "Ada_Lovelace", "ada_lovelace"],
  ["Groß", "Groß", "gross"],
  ["ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ", "σίσυφοσ"],
  ["Zoë", "Zoë", "zoë"],
  ["ｆｕｌｌ", "ｆｕｌｌ", "full"],
  ["日本語", "日本語", "日本語"],
  ["a-b_9", "a-b_9", "a-b_9"],
])("%s is a name", (typed, display, folded) => {
  expect(parseName(typed)).toEqual({ display, folded });
});

test.each([
  "",
  "   ",
  "x".repeat(21),
  "Guest-7",
  "guest-",
  "GUEST-x",
  "Ｇuest-1",
  "server",
  "Master",
  "singleplayer",
  "a.b",
  "a\u200Bb",
  "<b>",
  "a\u202Eb",
  "😀",
  "a/b",
  "\u0000",
])("%j is not", (typed) => {
  expect(parseName(typed)).toBeUndefined();
});

test("the same name in another case or composition is the same account", () => {
  const folded = ["Straße", "STRASSE", "strasse"].map((name) => parseName(name)?.folded);
  expect(new Set(folded).size).toBe(1);
  expect(parseName("e\u0301")?.folded).toBe(parseName("é")?.folded);
});
