import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach } from "vitest";
import { WebSocketServer } from "ws";

/** For the top of a test file: a server of the ws package, a new one for each test. */
export class SocketHost {
  #server: WebSocketServer | undefined;

  constructor() {
    beforeEach(async () => {
      this.#server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
      await once(this.#server, "listening");
    });
    afterEach(() => {
      for (const peer of this.server.clients) peer.terminate();
      this.server.close();
    });
  }

  get server(): WebSocketServer {
    if (!this.#server) throw new Error("no test is running");
    return this.#server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Says back whatever it is told. */
  echo(): void {
    this.server.on("connection", (peer) =>
      peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary })),
    );
  }
}
