import { createHash } from "node:crypto";
import type { WorldEntry } from "#shared/manifest.ts";
import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { ToClient } from "#shared/protocol/client-master.ts";
import type { ToLaunch } from "#shared/protocol/launch-master.ts";
import { babble, forge, showAgain } from "./cheats.ts";
import { draw, drawPackMs, drawTemper, type Circumstances, type Suite } from "./faults.ts";
import { Auditor } from "./auditor.ts";
import { type Code, realCode } from "./code.ts";
import { SimHost } from "./host.ts";
import { SimMaster } from "./master.ts";
import type { ClientWire, LaunchWire } from "./peers.ts";
import { SimNature } from "./nature.ts";
import { Wire, type Delay, type End } from "./network.ts";
import { Player } from "./player.ts";
import { Broker } from "./broker.ts";
import type { Report } from "./report.ts";
import { SimStore } from "./store.ts";
import { WallClock } from "./wall-clock.ts";
import { befall } from "./trouble.ts";
import { factsOf, fourWorlds, packNumber } from "./worlds.ts";
import type { PlayerWire, SimWorld, ToPlayerSocket } from "./world.ts";

const version = "0.1";
const toMaster: Delay = { usualMs: 40, tailMs: 400 };
const toWorlds: Delay = { usualMs: 3, tailMs: 60 };
const healMs = 45_000;
const drainMs = 120_000;
const auditMs = 500;
/** The two compositions of the same core: every machine on one engine, or shared out among several. */
export const engineCount = { one: 1, many: 3 } as const;

export interface Options {
  readonly seed: number;
  readonly suite: Suite;
  /** How many engines share the machines; one when left out. */
  readonly engines?: number;
  readonly code?: Code;
  readonly change?: (circumstances: Circumstances) => Circumstances;
}

/** The whole cluster in one process: real machines, engine, doors and journeys; simulated nature. */
export class Cluster {
  readonly version = version;
  readonly nature: SimNature;
  /** One part of the data for each engine. */
  readonly stores: readonly SimStore[];
  /** Whichever part holds it. */
  readonly store = {
    read: (address: Address): Phased | undefined =>
      this.stores.map((store) => store.read(address)).find((state) => state !== undefined),
  };
  readonly #broker: Broker | undefined;
  /** Journeys run beside their sessions; where they do not, more can overtake than ever will. */
  readonly #isLocal: boolean;
  readonly auditor: Auditor;
  readonly host: SimHost;
  readonly players: Player[] = [];
  readonly #code: Code;
  readonly #circumstances: Circumstances;
  readonly #worlds: ReadonlyMap<string, WorldEntry>;
  /** The packs on the disk, by world. */
  readonly packs = new Map<string, string>();
  rest: readonly (string | undefined)[] = [];
  #isHealed = false;
  readonly wallClock: WallClock;
  #connections = 0;
  master: SimMaster;

  constructor({ seed, suite, engines = 1, code = realCode, change = (same) => same }: Options) {
    this.nature = new SimNature(seed);
    this.wallClock = new WallClock(this.nature);
    this.#code = code;
    this.#circumstances = change(draw(suite, this.nature));
    this.stores = Array.from({ length: engines }, () => new SimStore(this.nature));
    this.#broker = engines > 1 ? new Broker(this.nature) : undefined;
    this.#isLocal = engines > 1 && (suite === "calm" || this.nature.chance(0.5));
    this.#worlds = fourWorlds(this.#circumstances.capacity);
    for (const key of this.#worlds.keys()) this.packs.set(key, packNumber(0));
    this.auditor = new Auditor(this);
    for (const store of this.stores) {
      const { slowestMs, failing, losing } = this.#circumstances;
      Object.assign(store, { slowestMs, failing, losing });
      store.witness = (writes) => this.auditor.committed(writes);
      store.count = (what) => this.auditor.count(what);
    }
    this.host = this.#openHost();
    this.master = this.#boot();
  }

  get processes(): ReadonlyMap<string, SimWorld> {
    return this.host.processes;
  }

  get epoch(): number {
    return this.wallClock.epoch ?? 0;
  }

  get isHealed(): boolean {
    return this.#isHealed;
  }

  get circumstances(): Circumstances {
    return this.#circumstances;
  }

  /** Trouble, then healing, then everybody leaves; the auditor watches all of it. */
  async run(): Promise<void> {
    const { nature, auditor } = this;
    const { seconds, players } = this.#circumstances;
    for (let count = 0; count < players; count++)
      nature.after(nature.between(0, 3_000), () => this.#enter(`p${count}`));
    this.#repeat(auditMs, () => auditor.look());
    this.#repeat(1_000, () => {
      if (!this.#isHealed) befall(this);
    });
    await nature.runUntil(seconds * 1000);
    this.#heal();
    await nature.runUntil(seconds * 1000 + healMs);
    auditor.lookAtRest();
    this.rest = this.players.map(({ page }) => page.journey.world?.key);
    for (const player of this.players) player.quit();
    await nature.runUntil(seconds * 1000 + healMs + drainMs);
    auditor.lookAtTheEnd();
  }

  #enter(id: string): void {
    const { nature, auditor } = this;
    const { habits, packFails } = this.#circumstances;
    this.players.push(
      new Player(id, {
        nature,
        worlds: this.#worlds,
        habits,
        cheat: (url, tickets) => showAgain(this, url, tickets),
        forge: () => forge(this),
        babble: (page) => babble(this, page),
        count: (habit) => auditor.count(habit),
        page: {
          nature,
          version,
          code: this.#code.journey,
          dialMaster: this.dialMaster,
          dialWorld: this.dialWorld,
          packMs: () => drawPackMs(this.#isHealed ? 0 : packFails, nature),
          witness: (page, before, input, effects) => auditor.page(page, before, input, effects),
        },
      }),
    );
  }

  #boot(leftOutMs = 0): SimMaster {
    const { packs } = this;
    const limits = this.#code.limits(this.#circumstances.limits);
    const before = this.epoch;
    const begun = this.wallClock.begin(this.#code.epoch);
    this.auditor.begun(before);
    const facts = factsOf({ version, ...begun, worlds: this.#worlds, limits, packs });
    return new SimMaster({
      nature: this.nature,
      stores: this.stores,
      broker: this.#broker,
      isLocal: this.#isLocal,
      machines: this.#code.machines,
      clocks: this.wallClock,
      timepiece: this.#code.timepiece,
      leftOutMs,
      facts,
      host: (order) => this.host.receive(order),
      log: {
        transition: (event) => this.auditor.transition(event),
        stalled: (isStalled) => this.auditor.stalled(isStalled),
      },
    });
  }

  #openHost(): SimHost {
    const { nature, auditor, packs } = this;
    const { bootMs } = this.#circumstances;
    const limits = this.#code.limits(this.#circumstances.limits);
    return new SimHost({
      nature,
      auditor,
      limits,
      bootMs,
      version,
      worlds: this.#worlds,
      step: this.#code.door,
      listen: this.#code.listen,
      temper: () => (this.#isHealed ? "willing" : drawTemper(this.#circumstances, nature)),
      packOf: (world) => packs.get(world),
      dialMaster: this.dialLauncher,
      gossip: () => (this.#isHealed ? undefined : auditor.gossip()),
      whenAwake: (run) => this.master.loop.whenAwake(run),
      tell: (launch, news) => this.master.tell("host:local", `launch:${launch}`, news),
    });
  }

  readonly dialMaster = (end: End<ToClient>): ClientWire | undefined => {
    const { master, nature } = this;
    if (!master.isAlive) return undefined;
    const wire: ClientWire = new Wire(nature, toMaster, {
      dialer: end,
      acceptor: master.admitClient(() => wire),
    });
    return wire;
  };

  readonly dialLauncher = (end: End<ToLaunch>): LaunchWire | undefined => {
    const { master, nature } = this;
    if (!master.isAlive) return undefined;
    const wire: LaunchWire = new Wire(nature, toWorlds, {
      dialer: end,
      acceptor: master.admitLaunch(() => wire),
    });
    return wire;
  };

  readonly dialWorld = (url: string, end: End<ToPlayerSocket>): PlayerWire | undefined => {
    const world = [...this.processes.values()].findLast(({ port }) => url === `sim:${port}`);
    if (!world?.isAlive) return undefined;
    const acceptor = world.admit(`k${++this.#connections}`, () => wire);
    const wire: PlayerWire = new Wire(this.nature, toMaster, { dialer: end, acceptor });
    return wire;
  };

  /** kill -9, and a new master soon after, over the same disk; of several engines it may be just one. */
  restart(): void {
    const { master, nature } = this;
    if (!master.isAlive || master.engine.isPartlyDown) return;
    this.auditor.count("restarts");
    if (master.engine.count > 1 && nature.chance(0.6)) return this.#restartOne();
    master.kill();
    nature.after(nature.between(100, 1_500), () => {
      this.master = this.#boot(master.loop.leftOutMs);
      this.host.adopt();
    });
  }

  #restartOne(): void {
    const { master, nature } = this;
    const index = nature.between(0, master.engine.count - 1);
    master.killOne(index);
    nature.after(nature.between(100, 1_500), () => {
      if (!master.isAlive) return;
      master.engine.restartOne(index);
      this.auditor.restarted();
      this.host.retell();
    });
  }

  #heal(): void {
    this.#isHealed = true;
    for (const store of this.stores) store.heal();
    this.master.loop.goOn();
    for (const process of this.processes.values()) process.thaw();
    for (const player of this.players) player.isCalm = true;
  }

  #repeat(ms: number, run: () => void): void {
    this.nature.after(ms, () => {
      run();
      this.#repeat(ms, run);
    });
  }
}

/** One universe, from its first second to its last. */
export async function simulate(options: Options): Promise<Report> {
  const cluster = new Cluster(options);
  await cluster.run();
  const { auditor, nature, circumstances } = cluster;
  const { violations, counts, cells, strays, story, trace } = auditor;
  return {
    seed: options.seed,
    circumstances,
    violations,
    virtualMs: nature.now(),
    events: nature.eventCount,
    rest: cluster.rest,
    get hash() {
      return auditor.hash(createHash("sha256"));
    },
    counts,
    cells,
    strays,
    story,
    trace,
  };
}
