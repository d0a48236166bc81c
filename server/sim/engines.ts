import type { Envelope } from "#core/inbox.ts";
import type { Facts } from "#core/facts.ts";
import type { MachineSet } from "#core/machines.ts";
import { Engine } from "#engine/engine.ts";
import type { Bus, Log, Nature } from "#engine/ports.ts";
import { type Address, kindOf } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { Broker } from "./broker.ts";
import type { Loop } from "./loop.ts";
import type { SimNature } from "./nature.ts";
import type { SimStore } from "./store.ts";

interface EnginesDeps {
  readonly nature: SimNature;
  readonly loop: Loop;
  /** One part of the data for each engine. */
  readonly stores: readonly SimStore[];
  /** Between the engines; nothing when there is only one. */
  readonly broker: Broker | undefined;
  readonly machines: MachineSet;
  readonly facts: Facts;
  readonly log: Log;
  readonly bus: Bus;
  /** A machine that another one names is run beside it: a journey beside its session. */
  readonly isLocal: boolean;
}

/** One life of one engine. */
interface Life {
  readonly engine: Engine;
  isOver: boolean;
}

/**
 * The engines of one master: one that runs every machine, or several that share them out by the hash of the
 * address. Between those and their gateways words take a moment, and get lost when the engine dies.
 */
export class Engines {
  readonly #deps: EnginesDeps;
  readonly #lives: Life[];
  /** When the last word between the gateways and an engine arrives, each way. */
  readonly #arrivals: { in: number; out: number }[];

  constructor(deps: EnginesDeps) {
    this.#deps = deps;
    this.#arrivals = deps.stores.map(() => ({ in: 0, out: 0 }));
    this.#lives = deps.stores.map((_, index) => this.#begin(index));
  }

  start(): void {
    for (const index of this.#lives.keys()) this.#start(index);
  }

  get count(): number {
    return this.#lives.length;
  }

  get isPartlyDown(): boolean {
    return this.#lives.some(({ isOver }) => isOver);
  }

  get isStalled(): boolean {
    return this.#lives.some(({ engine }) => engine.isStalled);
  }

  *states(kind?: string): Iterable<[Address, Phased]> {
    for (const { engine } of this.#lives) yield* engine.states(kind);
  }

  /** Which engine runs a machine: the one that is in its name, or one by the hash of it. */
  ownerOf(address: Address): number {
    const named = this.#deps.isLocal ? /e(\d+)$/.exec(address)?.[1] : undefined;
    return named === undefined ? hashOf(address) % this.#lives.length : Number(named);
  }

  /** `false` when the machine's engine is down. */
  tell(from: Address, to: Address, body: { readonly type: string }): boolean {
    const owner = this.ownerOf(to);
    const life = this.#lives[owner] as Life;
    if (life.isOver) return false;
    this.#carry(owner, "in", () => {
      this.#deps.nature.touch();
      if (!life.isOver) life.engine.tell(from, to, body);
    });
    return true;
  }

  kill(): void {
    for (const index of this.#lives.keys()) this.killOne(index);
  }

  /** kill -9 of one engine: whatever it had not committed never happened. */
  killOne(index: number): void {
    const life = this.#lives[index] as Life;
    if (life.isOver) return;
    life.isOver = true;
    life.engine.kill();
    this.#deps.broker?.detach(index);
    this.#deps.stores[index]?.interrupt();
  }

  /** A new life of an engine that was killed, over the same part of the data. */
  restartOne(index: number): void {
    this.#lives[index] = this.#begin(index);
    this.#start(index);
  }

  #start(index: number): void {
    const { nature, loop, broker } = this.#deps;
    const life = this.#lives[index] as Life;
    broker?.attach(index, (envelope, done) =>
      loop.whenAwake(() => {
        nature.touch();
        if (!life.isOver) life.engine.receive(envelope, done);
      }),
    );
    life.engine.start();
  }

  #begin(index: number): Life {
    const { nature, loop, stores, broker, machines, facts, log, bus, isLocal } = this.#deps;
    // Its timers die with it; its promises are kept between events.
    const mine: Nature = {
      now: () => loop.now(),
      newId: (prefix) => (isLocal ? `${nature.newId(prefix)}e${index}` : nature.newId(prefix)),
      newSecret: () => nature.newSecret(),
      wakeAt: (time, wake) => loop.wakeAt(time, () => life.isOver || wake()),
    };
    const peers = broker && {
      has: (to: Address) => this.ownerOf(to) !== index && kindOf(to) in machines,
      send: (envelope: Envelope, posted: () => void) =>
        broker.publish(index, this.ownerOf(envelope.to), envelope, () =>
          loop.whenAwake(() => life.isOver || posted()),
        ),
    };
    const engine = new Engine({
      machines,
      store: (stores[index] as SimStore).open((run) => loop.whenAwake(run)),
      nature: mine,
      facts,
      log,
      peers,
      bus: { send: (envelope) => this.#carry(index, "out", () => bus.send(envelope)) },
    });
    const life: Life = { engine, isOver: false };
    return life;
  }

  /** At once where there is one engine in one process with its gateways. */
  #carry(index: number, way: "in" | "out", run: () => void): void {
    if (!this.#deps.broker) return run();
    const { nature, loop } = this.#deps;
    const arrivals = this.#arrivals[index] as { in: number; out: number };
    arrivals[way] = Math.max(arrivals[way], nature.now() + nature.luck() * (nature.chance(0.05) ? 60 : 3));
    nature.wakeAt(arrivals[way], () => loop.whenAwake(run));
  }
}

/** FNV-1a: neighbouring names fall to different engines. */
function hashOf(address: Address): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < address.length; at++)
    hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}
