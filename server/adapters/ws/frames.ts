/** RFC 6455 frames, written. They are not masked: only a dialling side masks, by `applyMask`. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Bytes to leave free in front of a payload that `frameInPlace` will frame. */
export const headRoom = 10;

const fin = 0x80;
const short = 126;
const long = 127;

/** Length of the head of an unmasked frame with that much payload. */
export function headBytes(payload: number): number {
  if (payload < short) return 2;
  return payload <= 0xffff ? 4 : headRoom;
}

/**
 * Writes the head of one whole frame right before its payload, which is `buffer` from `start` to `end`.
 * There must be `headRoom` bytes before `start`.
 *
 * @returns where the frame begins
 */
export function frameInPlace(buffer: Uint8Array, start: number, end: number, opcode: number): number {
  const payload = end - start;
  const at = start - headBytes(payload);
  buffer[at] = fin | opcode;
  if (payload < short) buffer[at + 1] = payload;
  else if (payload <= 0xffff) {
    buffer[at + 1] = short;
    buffer[at + 2] = payload >> 8;
    buffer[at + 3] = payload;
  } else {
    buffer[at + 1] = long;
    // A payload is far below 4 GiB.
    buffer.fill(0, at + 2, at + 6);
    buffer[at + 6] = payload >>> 24;
    buffer[at + 7] = payload >> 16;
    buffer[at + 8] = payload >> 8;
    buffer[at + 9] = payload;
  }
  return at;
}

/** Masks a payload, or undoes it. `done` bytes of the payload came before `start`. Four at a time: most are short. */
export function applyMask(bytes: Uint8Array, start: number, end: number, key: Uint8Array, done = 0): void {
  const a = key[done & 3] as number;
  const b = key[(done + 1) & 3] as number;
  const c = key[(done + 2) & 3] as number;
  const d = key[(done + 3) & 3] as number;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    bytes[at] = (bytes[at] as number) ^ a;
    bytes[at + 1] = (bytes[at + 1] as number) ^ b;
    bytes[at + 2] = (bytes[at + 2] as number) ^ c;
    bytes[at + 3] = (bytes[at + 3] as number) ^ d;
  }
  for (let turn = done; at < end; at++, turn++) bytes[at] = (bytes[at] as number) ^ (key[turn & 3] as number);
}

/** One whole unmasked frame in a buffer of its own. */
export function frameOf(payload: string | Uint8Array, opcode: number): Buffer {
  const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  const head = headBytes(size);
  const frame = Buffer.allocUnsafe(head + size);
  if (typeof payload === "string") frame.write(payload, head);
  else frame.set(payload, head);
  frameInPlace(frame, head, head + size, opcode);
  return frame;
}

/** What many peers are told alike: framed once, when the first of them is. For accepted connections only. */
export class BuiltFrame {
  /** The text of a text frame, the bytes of a binary one, or frames that leave together, in order. */
  readonly payload: string | Uint8Array | readonly BuiltFrame[];
  #bytes: Buffer | undefined;

  constructor(payload: string | Uint8Array | readonly BuiltFrame[]) {
    this.payload = payload;
  }

  /** As it goes over the wire. */
  get bytes(): Buffer {
    return (this.#bytes ??= this.#build());
  }

  #build(): Buffer {
    const { payload } = this;
    if (typeof payload === "string") return frameOf(payload, opcodes.text);
    if (payload instanceof Uint8Array) return frameOf(payload, opcodes.binary);
    return Buffer.concat(payload.map(({ bytes }) => bytes));
  }
}
