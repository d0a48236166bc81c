import {
  array,
  assert,
  constantFrom,
  nat,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
  uint8Array,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { faults, FrameReader, isCloseCode } from "./frame-reader.ts";
import { applyMask, frameOf } from "./frames.ts";

const maxBytes = 1000;
type Heard = readonly [what: string, detail: string | number];

/** Reads chunks and keeps what came out; everything is copied, since views are valid during the call only. */
function reading(isMasked = true, most = maxBytes) {
  const heard: Heard[] = [];
  const reader = new FrameReader(
    { maxBytes: most, isMasked },
    {
      message: (bytes, isBinary) =>
        heard.push([isBinary ? "binary" : "text", bytes.toString(isBinary ? "hex" : "utf8")]),
      ping: (payload) => heard.push(["ping", payload.toString("hex")]),
      pong: (payload) => heard.push(["pong", payload.toString("hex")]),
      goodbye: (code) => heard.push(["goodbye", code]),
    },
  );
  const read = (...chunks: readonly Uint8Array[]): number => {
    let fault = 0;
    for (const chunk of chunks) fault = reader.read(Buffer.from(chunk));
    return fault;
  };
  return { heard, read };
}

interface Part {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly isLast?: boolean;
  readonly key?: Uint8Array;
}

const someKey = new Uint8Array([0x5a, 0, 0xff, 7]);

/** One frame as a client sends it. */
function frame({ opcode, payload, isLast = true, key = someKey }: Part): Buffer {
  const plain = frameOf(payload, opcode);
  const head = plain.length - payload.length;
  const body = Buffer.from(payload);
  applyMask(body, 0, body.length, key);
  const bytes = Buffer.concat([plain.subarray(0, head), key, body]);
  bytes[0] = opcode | (isLast ? 0x80 : 0);
  bytes[1] = (bytes[1] as number) | 0x80;
  return bytes;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** Cuts bytes wherever `cuts` say. */
function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const payload = uint8Array({ maxLength: 300 });
const key = uint8Array({ minLength: 4, maxLength: 4 });
const control = record({
  opcode: constantFrom(9, 10),
  payload: uint8Array({ maxLength: 125 }),
  key,
});
/** A message in one or more fragments, with control frames between them, and what it should be heard as. */
const message = record({
  text: option(string({ unit: "grapheme", maxLength: 60 })),
  bytes: payload,
  cuts: array(nat(), { maxLength: 4 }),
  between: array(control, { maxLength: 2 }),
  key,
}).map(({ text, bytes, cuts, between, key }) => {
  const whole = Buffer.from(text === null ? bytes : bytesOf(text));
  const parts = whole.length === 0 ? [whole] : cut(whole, cuts);
  const frames: Buffer[] = [];
  const heard: Heard[] = [];
  for (const [index, part] of parts.entries()) {
    const opcode = index > 0 ? 0 : text === null ? 2 : 1;
    frames.push(frame({ opcode, payload: part, isLast: index === parts.length - 1, key }));
    if (index < parts.length - 1)
      for (const one of between) {
        frames.push(frame(one));
        heard.push([one.opcode === 9 ? "ping" : "pong", Buffer.from(one.payload).toString("hex")]);
      }
  }
  heard.push(text === null ? ["binary", whole.toString("hex")] : ["text", text]);
  return { frames, heard };
});

describe("a frame reader", () => {
  test("hears the same, however the stream is cut", () => {
    assert(
      property(array(message, { maxLength: 6 }), array(nat(), { maxLength: 30 }), (messages, cuts) => {
        const { heard, read } = reading();
        const chunks = cut(Buffer.concat(messages.flatMap(({ frames }) => frames)), cuts);
        expect(read(...chunks)).toBe(0);
        expect(heard).toEqual(messages.flatMap(({ heard }) => heard));
      }),
    );
  });

  test("hears the same byte by byte", () => {
    assert(
      property(message, ({ frames, heard: expected }) => {
        const { heard, read } = reading();
        for (const byte of Buffer.concat(frames)) expect(read(new Uint8Array([byte]))).toBe(0);
        expect(heard).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  test("answers any bytes with messages or one close code, the same for every cut, and never throws", () => {
    const noise = oneof(
      uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      // Beginnings that are right more often than chance makes them.
      tuple(constantFrom(0, 1, 2, 8, 9, 10, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a, 0xc1, 0x83), payload).map(
        ([first, bytes]) => {
          const one = frame({ opcode: 1, payload: bytes });
          one[0] = first;
          return one;
        },
      ),
    );
    const codes = new Set<number>();
    assert(
      property(array(noise, { maxLength: 5 }), array(nat(), { maxLength: 20 }), (noises, cuts) => {
        const bytes = Buffer.concat(noises);
        const whole = reading();
        const pieces = reading();
        const code = whole.read(bytes);
        codes.add(code);
        expect([0, ...Object.values(faults)]).toContain(code);
        expect(pieces.read(...cut(bytes, cuts))).toBe(code);
        expect(pieces.heard).toEqual(whole.heard);
      }),
      { numRuns: 500 },
    );
    expect([...codes]).toEqual(expect.arrayContaining([0, faults.protocol, faults.notText]));
  });
});

describe("a peer that", () => {
  const fine = frame({ opcode: 1, payload: bytesOf("fine") });
  const fragment = frame({ opcode: 1, payload: bytesOf("a"), isLast: false });
  const with1 = (first: number): Buffer => {
    const one = Buffer.from(fine);
    one[0] = first;
    return one;
  };
  test.each([
    ["sets a reserved bit", with1(0xc1), faults.protocol],
    ["sets another reserved bit", with1(0x91), faults.protocol],
    ["uses an opcode nobody knows", with1(0x83), faults.protocol],
    ["uses a control opcode nobody knows", with1(0x8b), faults.protocol],
    ["continues nothing", frame({ opcode: 0, payload: bytesOf("a") }), faults.protocol],
    ["begins a message in a message", Buffer.concat([fragment, fine]), faults.protocol],
    ["does not mask", frameOf("fine", 1), faults.protocol],
    [
      "says goodbye without a mask, as a proxy that is reloaded",
      Buffer.from([0x88, 2, 3, 0xe9]),
      faults.protocol,
    ],
    ["cuts a ping", frame({ opcode: 9, payload: bytesOf("a"), isLast: false }), faults.protocol],
    ["pings too long", frame({ opcode: 9, payload: new Uint8Array(126) }), faults.protocol],
    ["says goodbye with half a code", frame({ opcode: 8, payload: new Uint8Array([3]) }), faults.protocol],
    [
      "says goodbye with no code of a peer",
      frame({ opcode: 8, payload: new Uint8Array([3, 0xed]) }),
      faults.protocol,
    ],
    [
      "says goodbye with bytes that are no text",
      frame({ opcode: 8, payload: new Uint8Array([3, 0xe8, 0xff]) }),
      faults.notText,
    ],
    ["sends text that is none", frame({ opcode: 1, payload: new Uint8Array([0xc3, 0x28]) }), faults.notText],
    [
      "sends half a surrogate pair",
      frame({ opcode: 1, payload: new Uint8Array([0xed, 0xa0, 0x80]) }),
      faults.notText,
    ],
    ["sends too much", frame({ opcode: 2, payload: new Uint8Array(maxBytes + 1) }), faults.tooLarge],
    [
      "announces more than memory",
      Buffer.concat([Buffer.from([0x82, 0xff]), Buffer.alloc(12, 0xff)]),
      faults.tooLarge,
    ],
    [
      "sends too much in pieces",
      Buffer.concat([
        frame({ opcode: 2, payload: new Uint8Array(maxBytes), isLast: false }),
        frame({ opcode: 0, payload: new Uint8Array(1) }),
      ]),
      faults.tooLarge,
    ],
    [
      "goes on for ever in fragments of nothing",
      Buffer.concat([
        fragment,
        ...Array.from({ length: 2000 }, () =>
          frame({ opcode: 0, payload: new Uint8Array(0), isLast: false }),
        ),
      ]),
      faults.tooManyFragments,
    ],
  ])("%s is refused, and nothing of it is read after that", (_, bytes, fault) => {
    const { heard, read } = reading();
    expect(read(fine, bytes, fine)).toBe(fault);
    expect(heard).toEqual([["text", "fine"]]);
  });

  test("is refused for its size before it has sent it", () => {
    const { read } = reading();
    expect(read(frame({ opcode: 2, payload: new Uint8Array(maxBytes + 1) }).subarray(0, 8))).toBe(
      faults.tooLarge,
    );
  });

  test("sends as much as it may is heard", () => {
    const { heard, read } = reading();
    const most = new Uint8Array(maxBytes);
    expect(read(frame({ opcode: 2, payload: most }))).toBe(0);
    expect(read(...cut(frame({ opcode: 2, payload: most }), [500]))).toBe(0);
    expect(heard).toHaveLength(2);
  });

  test("says goodbye is heard once, and nothing after it", () => {
    const { heard, read } = reading();
    expect(read(frame({ opcode: 8, payload: new Uint8Array([3, 0xe9, 0x61]) }), fine)).toBe(0);
    expect(heard).toEqual([["goodbye", 1001]]);
    const silent = reading();
    silent.read(frame({ opcode: 8, payload: new Uint8Array(0) }));
    expect(silent.heard).toEqual([["goodbye", 1005]]);
  });

  test("is a server, must not mask", () => {
    const { heard, read } = reading(false);
    expect(read(frameOf("fine", 1))).toBe(0);
    expect(read(fine)).toBe(faults.protocol);
    expect(heard).toEqual([["text", "fine"]]);
  });
});

test("close codes are those a peer may say", () => {
  const codes = [1000, 1003, 1007, 1014, 3000, 4999];
  expect(codes.filter((code) => !isCloseCode(code))).toEqual([]);
  expect([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].filter(isCloseCode)).toEqual([]);
});
