import { connect } from "node:net";
import type { Socket } from "node:net";
import { randomBytes } from "node:crypto";

/** Frames of this size and below are always looked at: what a server asks, and pings. */
const smallBytes = 125;
const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface ClientEvents {
  open(): unknown;
  /** A whole message, valid only during the call. Large ones only while `readsAll`. */
  message(payload: Buffer, isText: boolean): void;
  closed(): unknown;
  /** Something has come, wanted or not. */
  read?(): unknown;
}

/** A WebSocket client that does as little as can be: it counts what comes, and looks only where it must. */
export class ClientSocket {
  readsAll = true;
  /** Data frames and the bytes of their payloads so far. */
  frames = 0;
  bytes = 0;
  readonly #events: ClientEvents;
  readonly #socket: Socket;
  /** The beginning of a head or of a payload that is wanted. */
  #part: Buffer = Buffer.alloc(0);
  /** Bytes of a payload nobody wants that are still to come. */
  #skip = 0;
  #isOpen = false;

  /** All sockets may share one buffer for reading: what is in it is done with before the next read. */
  constructor(port: number, path: string, shared: Buffer, events: ClientEvents) {
    this.#events = events;
    const callback = (count: number, buffer: Uint8Array): boolean => {
      this.#read(buffer as Buffer, count);
      return true;
    };
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer: shared, callback } });
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => this.#events.closed());
    this.#socket.once("connect", () => this.#socket.write(upgradeTo(port, path)));
  }

  /** Sends a frame made by `clientFrame`. It must not change before it has left. */
  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Whether everything sent has left. */
  get isIdle(): boolean {
    return this.#socket.writableLength === 0;
  }

  say(payload: string | Uint8Array): void {
    const isText = typeof payload === "string";
    this.send(clientFrame(isText ? opcodes.text : opcodes.binary, Buffer.from(payload as string)));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(buffer: Buffer, count: number): void {
    let bytes: Buffer = buffer.subarray(0, count);
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
    }
    if (bytes.length === 0) return;
    if (this.#part.length > 0) bytes = Buffer.concat([this.#part, bytes]);
    let at = this.#isOpen ? 0 : this.#upgraded(bytes);
    while (at < bytes.length) {
      const next = this.#frame(bytes, at);
      if (next < 0) break;
      at = next;
    }
    // Whatever stays must be copied: the buffer is everybody's.
    this.#part = at < bytes.length ? Buffer.from(bytes.subarray(at)) : empty;
    this.#events.read?.();
  }

  #upgraded(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    if (!bytes.subarray(0, 12).equals(switching)) {
      this.close();
      return bytes.length;
    }
    this.#isOpen = true;
    this.#events.open();
    return end + 4;
  }

  /** Where the next frame begins; −1 when this one is not all there and must be kept. */
  #frame(bytes: Buffer, at: number): number {
    if (!this.#isOpen) return -1;
    let length = (bytes[at + 1] ?? 0) & 127;
    const head = length < 126 ? 2 : length === 126 ? 4 : 10;
    if (bytes.length - at < head) return -1;
    if (head === 4) length = bytes.readUInt16BE(at + 2);
    else if (head === 10) length = Number(bytes.readBigUInt64BE(at + 2));
    const opcode = (bytes[at] ?? 0) & 15;
    const end = at + head + length;
    const isWanted = this.readsAll || length <= smallBytes;
    if (isWanted && end > bytes.length) return -1;
    if (opcode <= opcodes.binary) {
      this.frames++;
      this.bytes += length;
    }
    if (isWanted) this.#hear(opcode, bytes.subarray(at + head, end));
    else this.#skip = Math.max(0, end - bytes.length);
    return Math.min(end, bytes.length);
  }

  #hear(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.ping) this.send(clientFrame(opcodes.pong, payload));
    else if (opcode === opcodes.close) this.close();
    else if (opcode <= opcodes.binary) this.#events.message(payload, opcode === opcodes.text);
  }
}

/** A client's frame with a payload of its own. The mask is zero, which is allowed and leaves the payload as it is. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const head = payload.length <= smallBytes ? 6 : 8;
  const frame = Buffer.alloc(head + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (head === 6 ? payload.length : 126);
  if (head === 8) frame.writeUInt16BE(payload.length, 2);
  frame.set(payload, head);
  return frame;
}

const empty = Buffer.alloc(0);
const switching = Buffer.from("HTTP/1.1 101");

/** The request that makes a socket a WebSocket. */
export function upgradeTo(port: number, path: string): string {
  const key = randomBytes(16).toString("base64");
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    "\r\n",
  ].join("\r\n");
}
