import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

test("text becomes the bytes the platform makes of it, and comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const bytes = encodeUtf8(text);
      expect(bytes).toEqual(new TextEncoder().encode(text));
      expect(decodeUtf8(bytes)).toBe(text);
    }),
  );
});

test("half a surrogate pair becomes a replacement character", () => {
  expect(encodeUtf8("a\ud800b")).toEqual(new TextEncoder().encode("a\ud800b"));
});

test("bytes that are not UTF-8 never throw and never become other characters", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = decodeUtf8(bytes);
      const strict = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      expect(text.replaceAll("\ufffd", "")).toBe(strict.replaceAll("\ufffd", ""));
    }),
    { numRuns: 2000 },
  );
});
