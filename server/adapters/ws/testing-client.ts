import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import type { Envelope, Inbox } from "#core/inbox.ts";
import type { Address } from "#shared/address.ts";
import { type Limits, limits } from "#shared/limits.ts";
import { closeCodes, type CloseName } from "#shared/protocol/close-codes.ts";
import { HandClock } from "../hand-clock.ts";
import { ClientGateway } from "./client-gateway.ts";
import { Peer } from "./testing.ts";

type Told = { from: Address; to: Address; body: { type: string } & Record<string, unknown> };

export const hello = { type: "hello", id: 1, protocol: { oldest: 1, newest: 1 }, version: "0.1" };
export const secret = "a".repeat(43);

class Clock extends HandClock {
  #ids = 0;
  newId(prefix: string): string {
    return `${prefix}${++this.#ids}`;
  }
  newSecret() {
    return { token: secret, hash: "" };
  }
}

/** A gateway on a real port, with machines that only listen. */
export class Bench {
  readonly clock = new Clock();
  readonly told: Told[] = [];
  readonly reported: string[] = [];
  readonly gateway: ClientGateway;
  readonly http: Server;
  readonly peers: Peer[] = [];
  readonly #listening: Promise<unknown>;
  #wake = Promise.withResolvers<void>();

  constructor(changed: Partial<Limits> = {}) {
    this.gateway = new ClientGateway({
      facts: { version: "0.1", epoch: "e1", limits: { ...limits, ...changed } },
      nature: this.clock,
      origins: () => new Set(["https://play.example.org"]),
      tell: (from, to, body) => {
        this.told.push({ from, to, body });
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      },
      report: (event, { why }) => void this.reported.push(`${event} ${why ?? ""}`),
    });
    this.http = createServer().on("upgrade", (...request) => this.gateway.upgrade(...request));
    this.#listening = once(this.http.listen(0, "127.0.0.1"), "listening");
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  async open(headers: Record<string, string> = {}, path = "/"): Promise<Peer> {
    await this.#listening;
    const peer = await Peer.open(`ws://127.0.0.1:${this.port}${path}`, { headers });
    this.peers.push(peer);
    return peer;
  }

  /** What the machines are told, from the first word on. */
  async untilTold(type: string, times = 1): Promise<Told> {
    for (;;) {
      const found = this.told.filter(({ body }) => body.type === type)[times - 1];
      if (found) return found;
      await this.#wake.promise;
    }
  }

  say<K extends "client" | "player" | "audience">(to: `${K}:${string}`, body: Inbox[K]): void {
    this.gateway.receive({ id: "m", from: "session:x", to, body } as Envelope);
  }

  attach(to: Address, session: string, missedSince?: { epoch: string; seq: number }): void {
    this.say(to as "client:x", {
      type: "attach",
      session,
      missedSince,
      welcome: {
        re: 1,
        session,
        resume: `${session}.${secret}`,
        resumed: missedSince !== undefined,
        protocol: 1,
        version: "0.1",
        name: "Guest-1",
        guest: true,
        worlds: [{ key: "hub", name: "Hub" }],
        initial: "hub",
      },
    });
  }

  /** A client that has been welcomed, and where it is told things. */
  async welcomed(
    headers: Record<string, string> = {},
  ): Promise<{ peer: Peer; session: string; client: Address }> {
    const before = this.told.filter(({ body }) => body.type === "open").length;
    const peer = await this.open(headers);
    peer.say(hello);
    const { from, to } = await this.untilTold("open", before + 1);
    const session = to.slice("session:".length);
    this.attach(from, session);
    await peer.until("welcome");
    return { peer, session, client: from };
  }

  async end(): Promise<void> {
    for (const peer of this.peers) peer.cut();
    this.http.close();
    this.http.closeAllConnections();
    await Promise.all(this.peers.map(({ closed }) => closed));
  }
}

export const ended = (why: CloseName) => ({ code: closeCodes[why].code, reason: why });
