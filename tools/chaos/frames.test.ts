import { expect, test } from "vitest";
import { FrameCutter, type Piece } from "./frames.ts";

const handshake = Buffer.from("GET /hub HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");

function frame(text: string, mask?: readonly number[]): Buffer {
  const payload = Buffer.from(text);
  const size = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  const head = [0x81, (size[0] ?? 0) | (mask ? 0x80 : 0), ...size.slice(1), ...(mask ?? [])];
  return Buffer.from([...head, ...payload.map((byte, i) => byte ^ (mask?.[i % 4] ?? 0))]);
}

function cutUp(bytes: Buffer, size: number): Piece[] {
  const cutter = new FrameCutter();
  const pieces = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(...cutter.take(bytes.subarray(at, at + size)));
  return pieces;
}

const long = `{"type":"welcome","text":"${"x".repeat(300)}"}`;
const all = Buffer.concat([
  handshake,
  frame('{"type":"hello"}', [1, 2, 3, 4]),
  frame(long),
  frame("no object"),
]);

test.for([1, 2, 7, 1000])("frames are told apart however they are chopped: %i bytes at a time", (size) => {
  const pieces = cutUp(all, size);
  expect(pieces.map(({ type }) => type)).toEqual([undefined, "hello", "welcome", undefined]);
  expect(pieces[2]?.text).toBe(long);
  expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(all);
});

test("a binary frame has no type, whatever its bytes look like", () => {
  const binary = frame('{"type":"hello"}');
  binary[0] = 0x82;
  expect(cutUp(Buffer.concat([handshake, binary]), 5).map(({ type }) => type)).toEqual([
    undefined,
    undefined,
  ]);
});
