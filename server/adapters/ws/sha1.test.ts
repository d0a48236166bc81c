import { hash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sha1 } from "./sha1.ts";

test("is what Node says it is, for text of any length", () => {
  const letter = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.string({ unit: letter, maxLength: 300 }), (text) => {
      expect(sha1(text).toString("hex")).toBe(hash("sha1", Buffer.from(text, "latin1"), "hex"));
    }),
  );
});
