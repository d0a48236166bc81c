import { once } from "node:events";
import type { Socket } from "node:net";
import { WebSocket, type ClientOptions } from "ws";

export type Heard = { readonly type: string; readonly [field: string]: unknown };
type Wanted = string | ((message: Heard) => boolean);

/** A raw client for tests: says anything, remembers everything, waits for words instead of time. */
export class Peer {
  readonly socket: WebSocket;
  readonly heard: Heard[] = [];
  readonly binary: Buffer[] = [];
  /** How the socket ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The connection under the socket. */
  raw: Socket | undefined;
  #unread = 0;
  #wake = Promise.withResolvers<void>();
  #isClosed = false;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.once("upgrade", (response) => (this.raw = response.socket));
    socket.on("message", (data, isBinary) => {
      if (isBinary) this.binary.push(data as Buffer);
      else this.heard.push(JSON.parse((data as Buffer).toString()) as Heard);
      this.#stir();
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#isClosed = true;
        this.#stir();
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  static async open(url: string, options: ClientOptions = {}): Promise<Peer> {
    const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    const peer = new Peer(socket);
    await Promise.race([once(socket, "open"), peer.closed]);
    return peer;
  }

  say(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next message, from where the last `until` stopped, that is wanted; those before it are passed over. */
  async until<T extends Heard = Heard>(wanted: Wanted): Promise<T> {
    const fits = typeof wanted === "string" ? (message: Heard) => message.type === wanted : wanted;
    for (;;) {
      while (this.#unread < this.heard.length) {
        const message = this.heard[this.#unread++] as Heard;
        if (fits(message)) return message as T;
      }
      if (this.#isClosed)
        throw new Error(`closed before ${String(wanted)}; heard ${JSON.stringify(this.heard)}`);
      await this.#wake.promise;
    }
  }

  /** The next binary frame after `count` of them. */
  async untilBinary(count = 1): Promise<Buffer> {
    while (this.binary.length < count) {
      if (this.#isClosed) throw new Error("closed before a binary frame");
      await this.#wake.promise;
    }
    return this.binary[count - 1] as Buffer;
  }

  /** Ends the connection without a goodbye. */
  cut(): void {
    this.socket.terminate();
  }

  #stir(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
