import { PortPlaces } from "#adapters/host/places.ts";
import type { Inbox } from "#core/inbox.ts";
import type { WorldEntry } from "#shared/manifest.ts";
import type { LastWords } from "#shared/protocol/launch-master.ts";
import type { Auditor } from "./auditor.ts";
import type { Temper } from "./tempers.ts";
import { type Order, SimWorld, type WorldDeps } from "./world.ts";

/** Where an operating system puts who finds their port taken. */
const elsewhere = 40_000;
export const firstPort = 19_081;

type News = Extract<Inbox["launch"], { type: "started" | "exited" | "lastWords" }>;

/** Where a process listens that was sent to a port. */
export type Listen = (wanted: number, taken: ReadonlySet<number>) => number;

export const realListen: Listen = (wanted, taken) => {
  let port = wanted === 0 || taken.has(wanted) ? elsewhere : wanted;
  while (taken.has(port)) port++;
  return port;
};

export interface SimHostDeps extends Pick<
  WorldDeps,
  "nature" | "limits" | "version" | "bootMs" | "step" | "dialMaster" | "gossip"
> {
  readonly worlds: ReadonlyMap<string, WorldEntry>;
  readonly auditor: Auditor;
  readonly listen: Listen;
  readonly temper: () => Temper;
  /** The pack on the disk. */
  readonly packOf: (world: string) => string | undefined;
  /** Runs once the master does; never, while there is none. */
  readonly whenAwake: (run: () => void) => void;
  /** Tells a launch; `false` when there is no master to hear it. */
  tell(launch: string, news: News): boolean;
}

/** A machine under the masters: it starts and ends processes, and remembers what no master was told. */
export class SimHost {
  readonly processes = new Map<string, SimWorld>();
  readonly #deps: SimHostDeps;
  /** Processes whose end no master has been told of: the host writes them down. */
  readonly #recorded = new Set<string>();
  readonly #words = new Map<string, LastWords>();
  readonly #tokens = new Map<string, string>();
  #places: PortPlaces;
  #pids = 100;

  constructor(deps: SimHostDeps) {
    this.#deps = deps;
    this.#places = this.#open();
  }

  receive(order: Inbox["host"]): void {
    if (order.type === "warm") return;
    if (order.type === "launch") return this.#start(order);
    const process = this.processes.get(order.launch);
    if (!process) return this.#lost(order.launch, undefined);
    this.#deps.auditor.killed(process);
    process.exit(137);
  }

  /** A new master looks after what the one before left behind. */
  adopt(): void {
    this.#places = this.#open();
    for (const [launch, { order, port }] of this.processes) this.#places.keep(launch, order.world, port);
    this.retell();
  }

  /** What ended while nobody listened. */
  retell(): void {
    for (const launch of this.#recorded) if (!this.processes.has(launch)) this.#lost(launch, undefined);
  }

  #open(): PortPlaces {
    const own = [...this.#deps.worlds.keys()].map((key, index) => [key, firstPort + index] as const);
    return new PortPlaces("127.0.0.1", new Map(own));
  }

  #start(order: Order): void {
    const { auditor, worlds, listen, packOf, temper: draw } = this.#deps;
    const { launch, world: key } = order;
    const entry = worlds.get(key);
    if (!entry) throw new Error(`no such world: ${key}`);
    const given = this.#places.give(launch, key);
    const taken = new Set([...this.processes.values()].map(({ port }) => port));
    const temper = draw();
    const world = new SimWorld(order, ++this.#pids, temper, {
      ...this.#deps,
      entry,
      port: listen("port" in given ? given.port : 0, taken),
      pack: packOf(key),
      staleToken: this.#tokens.get(key),
      write: (words) => this.#write(launch, words),
      witness: (process, input, before, effects) => auditor.door(process, input, before, effects),
      exited: (process, code) => this.#gone(process, code),
    });
    this.#tokens.set(key, order.token);
    this.processes.set(launch, world);
    this.#recorded.add(launch);
    auditor.started(world);
    this.#tell(launch, { type: "started", pid: world.pid });
  }

  #gone(process: SimWorld, code: number): void {
    const { launch } = process.order;
    this.processes.delete(launch);
    this.#deps.auditor.exited(process, code);
    this.#lost(launch, code);
  }

  #write(launch: string, words: LastWords | undefined): void {
    if (words) this.#words.set(launch, words);
    else this.#words.delete(launch);
  }

  /** What it wrote down comes before its end. */
  #lost(launch: string, code: number | undefined): void {
    const words = this.#words.get(launch);
    if (words) this.#tell(launch, { type: "lastWords", saves: words.saves, state: words.state });
    this.#tell(launch, { type: "exited", code });
  }

  #tell(launch: string, news: News): void {
    const { nature, whenAwake } = this.#deps;
    const say = (): void => {
      if (!this.#deps.tell(launch, news) || news.type !== "exited") return;
      this.#recorded.delete(launch);
      this.#words.delete(launch);
      this.#places.free(launch);
    };
    nature.after(2, () => whenAwake(say));
  }
}
