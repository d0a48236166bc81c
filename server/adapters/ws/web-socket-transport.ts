import type { Duplex } from "node:stream";
import { FrameReader, noCode } from "./frame-reader.ts";
import { type BuiltFrame, frameOf, opcodes } from "./frames.ts";
import type { LinkTransport, TransportEvents } from "./link-transport.ts";
import { maskedFrameOf } from "./masked-frame.ts";

export interface TransportOptions {
  /** Bytes of one message of the peer. */
  readonly maxBytes: number;
  /** This side dialled: it masks what it sends, and the peer does not. */
  readonly isDialling?: boolean;
  /** With more than this unsent, what is volatile is not queued. */
  readonly lagBytes?: number;
  /** How long the peer may take to answer a goodbye. */
  readonly closeMs?: number;
}

const defaults = { isDialling: false, lagBytes: 64 * 1024, closeMs: 2000 };
const dropped = 1006;
/** A peer that leaves this much unread needs no pong. */
const pongLagBytes = 16 * 1024;

/** RFC 6455 without extensions over a stream whose handshake is done. Nothing the peer does makes it throw. */
export class WebSocketTransport implements LinkTransport {
  readonly #stream: Duplex;
  readonly #options: Required<TransportOptions>;
  readonly #reader: FrameReader;
  readonly #flushed = (): void => this.#events?.flushed();
  #events: TransportEvents | undefined;
  #isOpen = true;
  #isClosed = false;
  #code = dropped;
  #stopWaiting: NodeJS.Timeout | undefined;
  /** The newest ping without an answer. */
  #ping: Buffer | undefined;
  /** The newest framed buffer left at once. */
  #isSwift = true;

  /** `head` is what has been read already behind the handshake. */
  constructor(stream: Duplex, head: Uint8Array, options: TransportOptions) {
    this.#stream = stream;
    this.#options = { ...defaults, ...options };
    const rules = { maxBytes: options.maxBytes, isMasked: !this.#options.isDialling };
    this.#reader = new FrameReader(rules, {
      message: (bytes, isBinary) => this.#events?.message(bytes, isBinary),
      ping: (payload) => this.#pinged(payload),
      pong: (payload) => this.#events?.pong(payload),
      goodbye: (code) => this.#part(code),
    });
    // An error is followed by a close; unheard, it would end the process.
    stream.on("error", () => this.terminate());
    stream.once("close", () => this.#gone());
    if ("setNoDelay" in stream && typeof stream.setNoDelay === "function") stream.setNoDelay(true);
    if ("setTimeout" in stream && typeof stream.setTimeout === "function") stream.setTimeout(0);
    if (head.length > 0) stream.unshift(head);
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isPaused(): boolean {
    return this.#stream.isPaused();
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    if (this.#stream.destroyed) process.nextTick(() => this.#gone());
    this.#stream.on("drain", this.#flushed);
    this.#stream.on("data", (chunk: Buffer) => this.#read(chunk));
    // A peer that sends nothing more gets nothing more: half of a connection is none.
    this.#stream.once("end", () => this.#hangUp());
  }

  sendReliable(message: string | Uint8Array): void {
    this.#send(message, typeof message === "string" ? opcodes.text : opcodes.binary);
  }

  sendVolatile(bytes: Uint8Array): boolean {
    if (!this.#isOpen || this.bufferedBytes > this.#options.lagBytes) return false;
    this.#send(bytes, opcodes.binary);
    return true;
  }

  sendBuilt(frame: BuiltFrame): void {
    if (this.#isOpen) this.#write(frame.bytes);
  }

  sendFramed(buffer: Uint8Array, start: number, end: number): boolean {
    if (!this.#isOpen) return true;
    const frame = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start);
    // A line that takes its time gets copies: a small frame that waits must not keep a large buffer.
    const isCopied = !this.#isSwift || this.#stream.writableLength > 0;
    this.#write(isCopied ? Buffer.from(frame) : frame);
    this.#isSwift = this.#stream.writableLength === 0;
    return isCopied || this.#isSwift;
  }

  ping(payload = ""): void {
    this.#send(payload, opcodes.ping);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(code = noCode, reason = ""): void {
    if (!this.#isOpen) return;
    this.#bid(code, reason);
    // The answer is the peer's goodbye; one that was paused is read again for it.
    this.#stream.resume();
    this.#wait();
  }

  terminate(): void {
    this.#isOpen = false;
    this.#reader.stop();
    this.#stream.destroy();
  }

  #send(payload: string | Uint8Array, opcode: number): void {
    if (!this.#isOpen) return;
    this.#write(this.#options.isDialling ? maskedFrameOf(payload, opcode) : frameOf(payload, opcode));
  }

  #write(frame: Buffer): void {
    // Who sends into a queue hears when it is gone; a frame that leaves at once costs nobody a callback.
    if (this.#stream.writableLength > 0) this.#stream.write(frame, this.#flushed);
    else this.#stream.write(frame);
  }

  #read(chunk: Buffer): void {
    const fault = this.#reader.read(chunk);
    if (fault === 0) return;
    if (this.#isOpen) this.#bid(fault);
    this.#hangUp();
  }

  /** Answers the newest ping of this turn: many of them cost no more than one. */
  #pinged(payload: Buffer): void {
    this.#events?.ping();
    if (this.#ping === undefined) setImmediate(() => this.#pong());
    this.#ping = Buffer.from(payload);
  }

  #pong(): void {
    const payload = this.#ping ?? Buffer.alloc(0);
    this.#ping = undefined;
    if (this.bufferedBytes <= pongLagBytes) this.#send(payload, opcodes.pong);
  }

  /** The peer said goodbye: it is answered in kind. */
  #part(code: number): void {
    this.#code = code;
    if (this.#isOpen) this.#bid(code);
    this.#hangUp();
  }

  /** Says goodbye. */
  #bid(code: number, reason = ""): void {
    const payload = code === noCode ? "" : Buffer.from(`\0\0${reason}`);
    if (payload instanceof Buffer) payload.writeUInt16BE(code);
    this.#send(payload, opcodes.close);
    this.#isOpen = false;
  }

  /** Nothing more will be said; what is on its way still leaves. */
  #hangUp(): void {
    this.#isOpen = false;
    this.#stream.end();
    this.#wait();
  }

  #wait(): void {
    this.#stopWaiting ??= setTimeout(() => this.#stream.destroy(), this.#options.closeMs);
  }

  #gone(): void {
    clearTimeout(this.#stopWaiting);
    this.#isOpen = false;
    this.#reader.stop();
    if (this.#isClosed || this.#events === undefined) return;
    this.#isClosed = true;
    this.#events.closed(this.#code);
  }
}
