import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { FrameReader } from "./frame-reader.ts";
import { BuiltFrame, frameInPlace, headRoom, opcodes } from "./frames.ts";
import { maskedFrameOf } from "./masked-frame.ts";

/** What a peer reads out of `bytes`. */
function read(bytes: Buffer, isMasked = false): (string | Buffer)[] {
  const heard: (string | Buffer)[] = [];
  const reader = new FrameReader(
    { maxBytes: 1 << 20, isMasked },
    {
      message: (bytes, isBinary) => heard.push(isBinary ? Buffer.from(bytes) : bytes.toString()),
      ping: () => {},
      pong: () => {},
      goodbye: () => {},
    },
  );
  expect(reader.read(Buffer.from(bytes))).toBe(0);
  return heard;
}

describe("a frame", () => {
  test.each([0, 1, 125, 126, 65_535, 65_536, 70_000])(
    "of %i bytes is written right before its payload, and nothing else is touched",
    (length) => {
      const payload = randomBytes(length);
      const buffer = Buffer.alloc(headRoom + 3 + length + 2, 0xee);
      buffer.set(payload, headRoom + 3);
      const start = frameInPlace(buffer, headRoom + 3, headRoom + 3 + length, opcodes.binary);
      expect(start).toBeGreaterThanOrEqual(3);
      expect(read(buffer.subarray(start, headRoom + 3 + length))).toEqual([payload]);
      expect(buffer.subarray(0, start).every((byte) => byte === 0xee)).toBe(true);
      expect([...buffer.subarray(headRoom + 3 + length)]).toEqual([0xee, 0xee]);
    },
  );

  test("that is masked is read as what it was, with another key each time", () => {
    const payload = randomBytes(70_001);
    const keys = new Set<string>();
    for (let count = 0; count < 600; count++)
      keys.add(maskedFrameOf("x", opcodes.text).subarray(2, 6).toString("hex"));
    expect(keys.size).toBeGreaterThan(590);
    expect(read(maskedFrameOf(payload, opcodes.binary), true)).toEqual([payload]);
    expect(read(maskedFrameOf("żółw 🐢", opcodes.text), true)).toEqual(["żółw 🐢"]);
  });
});

describe("a built frame", () => {
  test("is text or binary, and built once", () => {
    const text = new BuiltFrame("grüße");
    expect(text.bytes).toBe(text.bytes);
    expect(read(text.bytes)).toEqual(["grüße"]);
    expect(read(new BuiltFrame(new Uint8Array([1, 2])).bytes)).toEqual([Buffer.from([1, 2])]);
  });

  test("of several is all of them, in order", () => {
    const frames = ["a", "b".repeat(200), "c"].map((text) => new BuiltFrame(text));
    expect(read(new BuiltFrame(frames).bytes)).toEqual(["a", "b".repeat(200), "c"]);
  });
});
