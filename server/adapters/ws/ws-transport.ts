import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { BuiltFrame } from "./frames.ts";
import type { LinkTransport, TransportEvents } from "./link-transport.ts";

/** With more than this unsent, what is volatile is not queued. */
const lagBytes = 64 * 1024;

/**
 * A connection that the `ws` package reads. Frames that are built already go straight to its stream: without
 * compression `ws` queues nothing and writes each frame at once, so none can be cut in two by another.
 */
export class WsTransport implements LinkTransport {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #flushed = (): void => this.#events?.flushed();
  #events: TransportEvents | undefined;

  /** `stream` is the one the socket was upgraded from. */
  constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
    // Without this listener one malformed frame would end the process; ws closes the socket by itself.
    socket.on("error", () => {});
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get isPaused(): boolean {
    return this.#socket.isPaused;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    const socket = this.#socket;
    socket.on("message", (data, isBinary) => events.message(data as Buffer, isBinary));
    socket.on("ping", () => events.ping());
    socket.on("pong", (payload) => events.pong(payload));
    socket.once("close", (code) => events.closed(code));
    this.#stream.on("drain", this.#flushed);
  }

  sendReliable(message: string | Uint8Array): void {
    if (!this.isOpen) return;
    if (this.bufferedBytes > 0) this.#socket.send(message, this.#flushed);
    else this.#socket.send(message);
  }

  sendVolatile(bytes: Uint8Array): boolean {
    if (!this.isOpen || this.bufferedBytes > lagBytes) return false;
    this.sendReliable(bytes);
    return true;
  }

  sendBuilt(frame: BuiltFrame): void {
    if (this.isOpen) this.#write(frame.bytes);
  }

  sendFramed(buffer: Uint8Array, start: number, end: number): boolean {
    if (!this.isOpen) return true;
    this.#write(Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start));
    return this.#stream.writableLength === 0;
  }

  ping(payload = ""): void {
    if (this.isOpen) this.#socket.ping(payload);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(code?: number, reason?: string): void {
    // A paused socket would never read the peer's answer to the close.
    this.#socket.resume();
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #write(bytes: Buffer): void {
    if (this.#stream.writableLength > 0) this.#stream.write(bytes, this.#flushed);
    else this.#stream.write(bytes);
  }
}
