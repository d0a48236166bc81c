import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { clip } from "./words.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

describe("a bubble", () => {
  test("shows a short line as it is, and a longer one in lines", () => {
    expect(clip("hello there")).toBe("hello there");
    expect(clip("Step into a portal. It leads to another world.")).toBe(
      "Step into a portal. It leads\nto another world.",
    );
  });

  test("breaks a word that is too long, but no letter of several code points", () => {
    expect(clip("x".repeat(30))).toBe(`${"x".repeat(28)}\nxx`);
    expect(clip("👩‍🚀".repeat(30))).toBe(`${"👩‍🚀".repeat(28)}\n👩‍🚀👩‍🚀`);
  });

  test("ends in an ellipsis where there is more", () => {
    const lines = clip("word ".repeat(60)).split("\n");
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toMatch(/^(word ?)+…$/);
  });

  test("is never larger than six lines of 28 letters, whatever is said", () => {
    assert(
      property(string({ unit: "grapheme", maxLength: 200 }), (text) => {
        const lines = clip(text).split("\n");
        expect(lines.length).toBeLessThanOrEqual(6);
        for (const line of lines) expect([...graphemes.segment(line)].length).toBeLessThanOrEqual(28);
      }),
    );
  });
});
