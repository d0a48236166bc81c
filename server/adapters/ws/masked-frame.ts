import { applyMask, frameOf } from "./frames.ts";

const keyBytes = 4;

/** One whole frame as a dialling side sends it: masked with a key of its own. */
export function maskedFrameOf(payload: string | Uint8Array, opcode: number): Buffer {
  const plain = frameOf(payload, opcode);
  const head = headOf(plain);
  const frame = Buffer.allocUnsafe(plain.length + keyBytes);
  const key = randomBytes(keyBytes);
  plain.copy(frame, 0, 0, head);
  frame[1] = (frame[1] as number) | 0x80;
  frame.set(key, head);
  plain.copy(frame, head + keyBytes, head);
  applyMask(frame, head + keyBytes, frame.length, key);
  return frame;
}

function headOf(frame: Buffer): number {
  const short = frame[1] as number;
  return short < 126 ? 2 : short === 126 ? 4 : 10;
}

/**
 * Keys are there against proxies that could be fooled (RFC 6455, 10.3). Between a world and its own master
 * there is none, so they need not be secrets, and a start does not load `crypto` for them.
 */
export function randomBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count; at++) bytes[at] = Math.random() * 256;
  return bytes;
}
