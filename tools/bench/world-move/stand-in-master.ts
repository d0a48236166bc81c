import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { FromLaunch, ToLaunch } from "#shared/protocol/launch-master.ts";
import { sha256 } from "#world-server/digest.ts";
import { ticketOf } from "./portcade-line.ts";
import { Walker } from "./walkers.ts";

/** Who is let in. */
export interface Crowd {
  readonly n: number;
  readonly seed: number;
}

/** What a world hears from a master, and no more: it is registered, every walker is expected, who arrived plays. */
export class StandInMaster {
  readonly #key: string;
  readonly #options: Crowd;
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  readonly #registered = Promise.withResolvers<number>();
  readonly #expected = Promise.withResolvers<void>();
  #acked = 0;

  constructor(key: string, options: Crowd) {
    this.#key = key;
    this.#options = options;
    this.#server.on("connection", (socket) => {
      socket.on("message", (data: Buffer) => this.#hear(socket, data));
      socket.on("error", () => {});
    });
  }

  async listen(): Promise<string> {
    if (!this.#server.address()) await once(this.#server, "listening");
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The port players come by, once the world expects them all. */
  async open(): Promise<number> {
    const port = await this.#registered.promise;
    await this.#expected.promise;
    return port;
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #hear(socket: WebSocket, data: Buffer): void {
    // Rosters and saves are long, and nobody here wants them.
    if (!/"type":"(register|acked|arrived)"/.test(data.toString("latin1", 0, 64))) return;
    const message = JSON.parse(data.toString()) as FromLaunch;
    const say = (answer: ToLaunch): void => socket.send(JSON.stringify(answer));
    if (message.type === "arrived") say({ type: "activate", admission: message.admission });
    if (message.type === "acked" && ++this.#acked === this.#options.n) this.#expected.resolve();
    if (message.type !== "register" || !("port" in message.endpoint)) return;
    this.#registered.resolve(message.endpoint.port);
    say({ type: "registered", heartbeatMs: 1000, epoch: 1 });
    for (let index = 0; index < this.#options.n; index++) say(this.#expect(index));
  }

  #expect(index: number): ToLaunch {
    const { x, y } = new Walker(this.#options.seed, index);
    return {
      type: "expect",
      admission: `walker-${index}`,
      session: `walker-${index}`,
      ticketHash: sha256(ticketOf(index)),
      name: `Walker-${index}`,
      guest: true,
      at: { world: this.#key, x, y, facing: 0 },
      expiresMs: 600_000,
    };
  }
}
