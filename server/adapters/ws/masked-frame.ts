import { applyMask, frameOf } from "./frames.ts";

const keyBytes = 4;
/** Keys are cut from random bytes drawn for many of them. */
const keys = Buffer.alloc(1024);
let keyAt = keys.length;

/** One whole frame as a dialling side sends it: masked with a key nobody could foretell. */
export function maskedFrameOf(payload: string | Uint8Array, opcode: number): Buffer {
  const plain = frameOf(payload, opcode);
  const head = headOf(plain);
  const frame = Buffer.allocUnsafe(plain.length + keyBytes);
  const key = nextKey();
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

/** Crypto is loaded with the first key: a spare starts without it. */
function nextKey(): Buffer {
  if (keyAt === keys.length) {
    process.getBuiltinModule("node:crypto").randomFillSync(keys);
    keyAt = 0;
  }
  keyAt += keyBytes;
  return keys.subarray(keyAt - keyBytes, keyAt);
}
