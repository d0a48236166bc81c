import { assert, json, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../limits.ts";
import { fromClient } from "./client-master.ts";
import { decode, encode } from "./frame.ts";

const bounds = { bytes: limits.clientFrameBytes, depth: limits.jsonDepth };
const read = (text: string) => decode(fromClient, text, bounds);
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

describe("a frame", () => {
  test("that its schema knows comes back as it was", () => {
    const message = { type: "chat.send" as const, id: 3, text: 'a "quoted" \\ [[[[[[[[[[ {{{{{{{{{{ line' };
    expect(read(encode(message))).toEqual({ ok: true, message });
  });

  test("may nest as deep as allowed and no deeper", () => {
    expect(read(nested(bounds.depth))).toEqual({ ok: false, fault: "not_allowed" });
    expect(read(nested(bounds.depth + 1))).toEqual({ ok: false, fault: "too_deep" });
    expect(read("[".repeat(bounds.bytes))).toEqual({ ok: false, fault: "too_deep" });
  });

  test("side by side brackets are not depth", () => {
    expect(read(`[${"[],".repeat(50)}[]]`)).toEqual({ ok: false, fault: "not_allowed" });
  });

  test("over its size is refused before it is parsed", () => {
    expect(read("x".repeat(bounds.bytes + 1))).toEqual({ ok: false, fault: "too_large" });
  });

  test.each(["", "{", "nonsense", '{"type":"ping","id":1}x', "NaN"])(
    "that is no JSON is refused: %j",
    (text) => {
      expect(read(text)).toEqual({ ok: false, fault: "not_json" });
    },
  );

  test.each([
    "null",
    "7",
    '{"type":"unknown","id":1}',
    '{"type":"ping"}',
    '{"type":"ping","id":1,"more":true}',
    '{"type":"ping","id":0}',
    '{"type":"ping","id":1e999}',
    '{"type":"ping","id":1,"__proto__":{"admin":true}}',
  ])("its schema does not know is refused: %s", (text) => {
    expect(read(text)).toEqual({ ok: false, fault: "not_allowed" });
  });

  test("never throws, whatever it holds", () => {
    assert(
      property(oneof(string(), json(), string({ unit: "binary" })), (text) => {
        expect(typeof read(text).ok).toBe("boolean");
      }),
    );
  });

  test("that we would send too large is a defect", () => {
    expect(() => encode({ type: "stop", reason: "x".repeat(50) }, 40)).toThrow(RangeError);
  });
});
