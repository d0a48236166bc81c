import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { buildWorldServer } from "#tools/build/world-server.ts";
import { hall } from "./testing.ts";
import {
  buildFolder,
  expectPlayer,
  orderFor,
  RawPlayer,
  StubMaster,
  WorldProcess,
  writeWorld,
} from "./testing-world.ts";

interface Entry {
  /** Where they stand. */
  readonly at?: { readonly x: number; readonly y: number };
  readonly ca?: string;
  readonly autoPong?: boolean;
}

/** A world process, its master and its players: new for every test of a file, and gone after it. */
export class Stage {
  readonly outDir = buildFolder();
  #master: StubMaster | undefined;
  #world: WorldProcess | undefined;
  #url = "";
  readonly #players: RawPlayer[] = [];

  /** For the top of a test file; `prepare` writes the worlds there are besides the hall. */
  constructor(prepare: (outDir: string) => void = () => {}) {
    beforeAll(async () => {
      await buildWorldServer({ outDir: this.outDir });
      writeWorld(this.outDir, hall);
      prepare(this.outDir);
    });
    beforeEach(async () => void (this.#master = await new StubMaster().listen()));
    afterEach(async () => {
      for (const player of this.#players.splice(0)) player[Symbol.dispose]();
      await this.#world?.[Symbol.asyncDispose]();
      await this.#master?.[Symbol.asyncDispose]();
    });
    afterAll(() => rmSync(this.outDir, { recursive: true, force: true }));
  }

  get master(): StubMaster {
    if (!this.#master) throw new Error("no test is running");
    return this.#master;
  }

  get world(): WorldProcess {
    if (!this.#world) throw new Error("no world was started");
    return this.#world;
  }

  /** Where players reach the world. */
  get url(): string {
    return this.#url;
  }

  /** Starts a world process with this order; `words`: the file for its last words. */
  launch(order: Partial<LaunchOrder> = {}, words?: string): WorldProcess {
    this.#world = new WorldProcess(this.outDir, words);
    this.#world.order(orderFor(this.master, order));
    return this.#world;
  }

  /** The same, until it has registered and said who is there. */
  async start(order: Partial<LaunchOrder> = {}, words?: string): Promise<void> {
    this.launch(order, words);
    const { endpoint } = await this.master.next("register");
    const scheme = order.tls ? "wss" : "ws";
    this.#url =
      "port" in endpoint ? `${scheme}://127.0.0.1:${endpoint.port}/` : `ws+unix:${endpoint.socket}:/`;
    await this.master.next("heartbeat");
  }

  /** Somebody at the door who has said nothing yet. */
  connect(options: ConstructorParameters<typeof RawPlayer>[1] = {}): Promise<RawPlayer> {
    const player = new RawPlayer(this.#url, options);
    this.#players.push(player);
    return player.open();
  }

  /** Somebody who shows a ticket. */
  async show(ticket: string, options?: Omit<Entry, "at">): Promise<RawPlayer> {
    const player = await this.connect(options);
    player.say({ type: "enter", id: 1, protocol: 1, ticket });
    return player;
  }

  /** A player who is all the way in. */
  async play(name: string, { at = { x: 80, y: 80 }, ...options }: Entry = {}): Promise<RawPlayer> {
    const ticket = await expectPlayer(this.master, name, { at: { world: "hub", ...at, facing: 0 } });
    const player = await this.show(ticket, options);
    await player.next("entered");
    this.master.tell({ type: "activate", admission: `a-${name}` });
    await player.snapshots.until(() => true);
    return player;
  }
}

/** Things that have a new name at every tick, so that every snapshot is long. */
const swarmRules = (things: number): string => `
  const ids = [];
  export const rules = {
    onStart(world) {
      for (let i = 0; i < ${things}; i++)
        ids.push(world.spawn({ kind: "thing", name: "", sprite: "gnat", x: 300, y: 150 }));
    },
    onTick(world) {
      for (const id of ids) world.look(id, { name: (id + "-" + world.tick).padEnd(32, "~") });
    },
  };`;

/** The world `swarm`, whose snapshots are long; a socket of the system holds those of about a second. */
export function writeSwarm(outDir: string): void {
  writeWorld(outDir, { ...hall, key: "swarm" }, swarmRules(100));
  const settings = {
    schema: 1,
    name: "Swarm",
    tickRate: 60,
    sendRate: 60,
    bytesPerSecond: 1e6,
    interest: { most: 600 },
  };
  writeFileSync(join(outDir, "server", "worlds", "swarm", "world.json"), JSON.stringify(settings));
}
