import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Envelope, Inbox } from "#core/inbox.ts";
import type { Address } from "#shared/address.ts";
import { type Limits, limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { LaunchGateway } from "./launch-gateway.ts";
import { Peer } from "./testing.ts";

type Told = { from: Address; to: Address; body: { type: string } & Record<string, unknown> };

const token = "t".repeat(43);

/** What a launch says first. */
export const register = {
  type: "register",
  launch: "l1",
  token,
  world: "hub",
  version: "0.1",
  protocol: 1,
  pid: 4711,
  endpoint: { port: 4000 },
  roster: { inside: [], expected: [] },
};

/** The door for worlds on a socket file of its own, with machines that only listen. */
export class LaunchBench implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), "portcade-launch-"));
  readonly path = join(this.dir, "master.sock");
  readonly clock = new HandClock();
  readonly told: Told[] = [];
  /** The launches that were let in. */
  readonly registered: string[] = [];
  readonly #limits: Limits;
  readonly #reported: string[] = [];
  readonly #peers: Peer[] = [];
  #gateway: LaunchGateway;
  #url = "";
  #ids = 0;
  #wake = Promise.withResolvers<void>();

  constructor(changed: Partial<Limits> = {}) {
    this.#limits = { ...limits, ...changed };
    this.#gateway = this.#make();
  }

  get url(): string {
    return this.#url;
  }

  async listen(path = this.path): Promise<this> {
    this.#url = await this.#gateway.listen(path);
    return this;
  }

  /** Ends the gateway; another one takes its place, and does not listen yet. */
  async renew(): Promise<void> {
    await this.#gateway.close();
    this.#gateway = this.#make();
  }

  async open(): Promise<Peer> {
    const peer = await Peer.open(this.#url);
    this.#peers.push(peer);
    return peer;
  }

  /** A world that is let in; what was told until then is forgotten. */
  async registeredPeer(): Promise<{ peer: Peer; link: Address }> {
    const peer = await this.open();
    peer.say(register);
    const { from } = await this.untilTold("register");
    this.say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
    await peer.until("registered");
    this.told.length = 0;
    return { peer, link: from };
  }

  say(to: Address, body: Inbox["launch-link"]): void {
    this.#gateway.receive({ id: "m", from: "launch:l1", to, body } as Envelope);
  }

  async untilTold(type: string): Promise<Told> {
    for (;;) {
      const found = this.told.find(({ body }) => body.type === type);
      if (found) return found;
      await this.#wake.promise;
    }
  }

  async untilReported(event: string): Promise<void> {
    while (!this.#reported.includes(event)) await this.#wake.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.cut();
    await this.#gateway.close();
    rmSync(this.dir, { recursive: true });
  }

  #make(): LaunchGateway {
    return new LaunchGateway({
      limits: this.#limits,
      nature: {
        now: () => this.clock.now(),
        wakeAt: (at, wake) => this.clock.wakeAt(at, wake),
        newId: (prefix) => `${prefix}${++this.#ids}`,
        newSecret: () => ({ token, hash: "" }),
      },
      tell: (from, to, body) => {
        this.told.push({ from, to, body });
        this.#stir();
      },
      report: (event) => {
        this.#reported.push(event);
        this.#stir();
      },
      registered: (launch) => void this.registered.push(launch),
    });
  }

  #stir(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
