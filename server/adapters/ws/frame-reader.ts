import { isUtf8 } from "node:buffer";
import { applyMask, opcodes } from "./frames.ts";

/** What a frame reader finds. Bytes are views into what was read: valid during the call, copied by who keeps them. */
export interface FrameSink {
  message(bytes: Buffer, isBinary: boolean): void;
  ping(payload: Buffer): void;
  pong(payload: Buffer): void;
  /** The peer says goodbye; nothing after it is read. `noCode` when it gave none. */
  goodbye(code: number): void;
}

export interface FrameRules {
  /** Bytes of one message, all its fragments together. */
  readonly maxBytes: number;
  /** What a client sends is masked, what a server sends is not. */
  readonly isMasked: boolean;
}

export const faults = { protocol: 1002, notText: 1007, tooManyFragments: 1008, tooLarge: 1009 } as const;

const fin = 0x80;
const reserved = 0x70;
const masked = 0x80;
const controlBytes = 125;
const mostHeadBytes = 14;
/** Enough for anybody; without a bound a message could go on for ever in fragments of nothing. */
const mostFragments = 1024;
/** What is said of a goodbye without a code. */
export const noCode = 1005;
const empty = Buffer.alloc(0);

/**
 * Takes the frames out of a stream, however it was cut into chunks. A frame that lies in one chunk is
 * unmasked in place and handed out from there; what is cut is gathered, never more than a message may hold.
 */
export class FrameReader {
  readonly #rules: FrameRules;
  readonly #sink: FrameSink;
  /** The head of a frame that has not come as a whole; room is made for the first that has not. */
  #head = empty;
  #headLength = 0;
  /** The frame whose payload is being read. */
  #opcode = 0;
  #isLast = false;
  #length = 0;
  readonly #mask = Buffer.alloc(4);
  /** How much of that payload is still to come; -1 between frames. */
  #missing = -1;
  /** The message that is being gathered, and the control frame that may come in between. */
  #isBinary: boolean | undefined;
  #fragments = 0;
  #gathered = empty;
  #gatheredLength = 0;
  #control = empty;
  #fault = 0;
  #isOver = false;

  constructor(rules: FrameRules, sink: FrameSink) {
    this.#rules = rules;
    this.#sink = sink;
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#isOver = true;
    this.#gathered = empty;
  }

  /**
   * Reads the next bytes of the stream; `chunk` is changed.
   *
   * @returns the close code of what the peer did wrong, 0 when nothing; afterwards nothing is read
   */
  read(chunk: Buffer): number {
    let at = 0;
    while (!this.#isOver) {
      if (this.#missing < 0) {
        at = this.#readHead(chunk, at);
        if (this.#missing < 0 || this.#isOver) break;
      }
      const end = Math.min(chunk.length, at + this.#missing);
      this.#readPayload(chunk, at, end);
      at = end;
      if (this.#missing > 0) break;
    }
    return this.#fault;
  }

  /** Reads one head, if all of it is there, and returns where it ends. */
  #readHead(chunk: Buffer, start: number): number {
    if (this.#headLength === 0) {
      const length = headLengthOf(chunk, start, chunk.length);
      if (length > 0 && start + length <= chunk.length) {
        this.#open(chunk, start);
        return start + length;
      }
    }
    if (this.#head.length === 0 && start < chunk.length) this.#head = Buffer.alloc(mostHeadBytes);
    let at = start;
    while (at < chunk.length) {
      this.#head[this.#headLength++] = chunk[at++] as number;
      if (this.#headLength !== headLengthOf(this.#head, 0, this.#headLength)) continue;
      this.#headLength = 0;
      this.#open(this.#head, 0);
      break;
    }
    return at;
  }

  /** Takes over what a head says, or refuses it. */
  #open(from: Buffer, at: number): void {
    const first = from[at] as number;
    const second = from[at + 1] as number;
    this.#isLast = (first & fin) !== 0;
    this.#opcode = first & 0x0f;
    const short = second & 0x7f;
    let length = short;
    if (short === 126) length = from.readUInt16BE(at + 2);
    else if (short === 127) length = from.readUInt32BE(at + 2) * 2 ** 32 + from.readUInt32BE(at + 6);
    const fault = this.#judge(first, second, short, length);
    if (fault !== 0) return this.#refuse(fault);
    if (this.#rules.isMasked) {
      const maskAt = at + headLengthOf(from, at, at + 2) - 4;
      this.#mask[0] = from[maskAt] as number;
      this.#mask[1] = from[maskAt + 1] as number;
      this.#mask[2] = from[maskAt + 2] as number;
      this.#mask[3] = from[maskAt + 3] as number;
    }
    this.#length = length;
    this.#missing = length;
  }

  #judge(first: number, second: number, short: number, length: number): number {
    if ((first & reserved) !== 0 || ((second & masked) !== 0) !== this.#rules.isMasked)
      return faults.protocol;
    if (this.#opcode >= opcodes.close) {
      const isControl = this.#opcode <= opcodes.pong && this.#isLast && short <= controlBytes;
      return isControl ? 0 : faults.protocol;
    }
    const isContinuation = this.#opcode === opcodes.continuation;
    if (this.#opcode > opcodes.binary || isContinuation !== (this.#isBinary !== undefined))
      return faults.protocol;
    if (this.#gatheredLength + length > this.#rules.maxBytes) return faults.tooLarge;
    if (isContinuation && ++this.#fragments > mostFragments) return faults.tooManyFragments;
    if (!isContinuation && !this.#isLast) this.#isBinary = this.#opcode === opcodes.binary;
    return 0;
  }

  #readPayload(chunk: Buffer, start: number, end: number): void {
    const done = this.#length - this.#missing;
    if (this.#rules.isMasked) applyMask(chunk, start, end, this.#mask, done);
    this.#missing -= end - start;
    if (this.#opcode >= opcodes.close) return this.#readControl(chunk, start, end, done);
    if (this.#missing === 0 && done === 0 && this.#isLast && this.#isBinary === undefined) {
      this.#missing = -1;
      return this.#deliver(chunk.subarray(start, end), this.#opcode === opcodes.binary);
    }
    this.#isBinary ??= this.#opcode === opcodes.binary;
    this.#gather(chunk, start, end);
    if (this.#missing > 0) return;
    this.#missing = -1;
    if (!this.#isLast) return;
    const message = this.#gathered.subarray(0, this.#gatheredLength);
    const isBinary = this.#isBinary;
    this.#isBinary = undefined;
    this.#fragments = 0;
    this.#gathered = empty;
    this.#gatheredLength = 0;
    this.#deliver(message, isBinary);
  }

  #gather(chunk: Buffer, start: number, end: number): void {
    const needed = this.#gatheredLength + end - start;
    if (needed > this.#gathered.length) {
      const size = Math.min(
        this.#rules.maxBytes,
        Math.max(needed + this.#missing, 2 * this.#gathered.length),
      );
      const larger = Buffer.allocUnsafe(size);
      this.#gathered.copy(larger, 0, 0, this.#gatheredLength);
      this.#gathered = larger;
    }
    chunk.copy(this.#gathered, this.#gatheredLength, start, end);
    this.#gatheredLength = needed;
  }

  #deliver(message: Buffer, isBinary: boolean): void {
    if (!isBinary && !isUtf8(message)) this.#refuse(faults.notText);
    else this.#sink.message(message, isBinary);
  }

  #readControl(chunk: Buffer, start: number, end: number, done: number): void {
    let payload = chunk.subarray(start, end);
    if (done > 0 || this.#missing > 0) {
      if (done === 0) this.#control = Buffer.allocUnsafe(this.#length);
      payload.copy(this.#control, done);
      payload = this.#control;
    }
    if (this.#missing > 0) return;
    this.#missing = -1;
    this.#control = empty;
    if (this.#opcode === opcodes.ping) this.#sink.ping(payload);
    else if (this.#opcode === opcodes.pong) this.#sink.pong(payload);
    else this.#part(payload);
  }

  #part(payload: Buffer): void {
    const code = payload.length < 2 ? noCode : payload.readUInt16BE(0);
    if (payload.length > 0 && !isCloseCode(code)) return this.#refuse(faults.protocol);
    if (payload.length > 2 && !isUtf8(payload.subarray(2))) return this.#refuse(faults.notText);
    this.stop();
    this.#sink.goodbye(code);
  }

  #refuse(fault: number): void {
    this.stop();
    this.#fault = fault;
  }
}

/** Codes a peer may put into a close frame. */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

/** How long the head at `at` is; 0 when not even that can be told from the bytes before `end`. */
function headLengthOf(bytes: Buffer, at: number, end: number): number {
  if (end - at < 2) return 0;
  const second = bytes[at + 1] as number;
  const short = second & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + ((second & masked) !== 0 ? 4 : 0);
}
