import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { acceptWebSocket } from "./handshake.ts";
import type { LinkTransport } from "./link-transport.ts";
import type { WebSocketTransport } from "./web-socket-transport.ts";

type Happened = readonly [what: string, detail: string | number];

/** Everything a transport tells its link, in order; `until` waits for one of them. */
export class Events {
  readonly all: Happened[] = [];
  #next = 0;
  #wake = Promise.withResolvers<void>();

  listenTo(transport: LinkTransport): this {
    transport.listen({
      message: (bytes, isBinary) =>
        this.#add(isBinary ? "binary" : "text", bytes.toString(isBinary ? "hex" : "utf8")),
      ping: () => this.#add("ping", ""),
      pong: (payload) => this.#add("pong", payload.toString()),
      flushed: () => this.#add("flushed", ""),
      closed: (code) => this.#add("closed", code),
    });
    return this;
  }

  async until(what: string): Promise<string | number> {
    for (;;) {
      while (this.#next < this.all.length) {
        const [happened, detail] = this.all[this.#next++] as Happened;
        if (happened === what) return detail;
      }
      await this.#wake.promise;
    }
  }

  #add(...happened: Happened): void {
    this.all.push(happened);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

export const frameBytes = 100_000;
export const closeMs = 100;

/** A listener whose connections are framed by us. */
export class Doorway implements AsyncDisposable {
  readonly http: Server = createServer();
  readonly streams: Duplex[] = [];
  readonly #accepted: WebSocketTransport[] = [];
  #wake = Promise.withResolvers<void>();

  async listen(where: string | number = 0): Promise<this> {
    this.http.on("upgrade", (request, stream, head) => {
      stream.on("error", () => stream.destroy());
      this.streams.push(stream);
      const transport = acceptWebSocket(request, stream, head, { maxBytes: frameBytes, closeMs });
      if (!transport) return;
      this.#accepted.push(transport);
      this.#wake.resolve();
    });
    await once(
      typeof where === "string" ? this.http.listen(where) : this.http.listen(where, "127.0.0.1"),
      "listening",
    );
    return this;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** The next connection; nothing of it is read before `listen`. */
  async accepted(): Promise<WebSocketTransport> {
    for (;;) {
      const transport = this.#accepted.shift();
      if (transport) return transport;
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }

  /** A client that writes what it likes: past the handshake, and nothing between it and the wire. */
  async raw(lines: readonly string[] = upgradeLines): Promise<Socket> {
    const socket = connect({ port: this.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {});
    socket.write([...lines, "", ""].join("\r\n"));
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.streams) stream.destroy();
    this.http.closeAllConnections();
    if (this.http.listening) await once(this.http.close(), "close");
  }
}

export const upgradeLines = [
  "GET / HTTP/1.1",
  "Host: x",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  `Sec-WebSocket-Key: ${Buffer.alloc(16, 7).toString("base64")}`,
];
