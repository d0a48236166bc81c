import type { Envelope } from "#core/inbox.ts";
import { type MachineSet, machines } from "#core/machines.ts";
import { testFacts } from "#core/testing.ts";
import type { Facts } from "#core/facts.ts";
import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { Engine } from "./engine.ts";
import { MemoryStore } from "./memory-store.ts";
import { type Nature, type Store, StoreUnavailable, type Transition, type Writes } from "./ports.ts";

/** A clock that moves when told, and ids that count. */
export class TestNature implements Nature {
  #now = 1000;
  #count = 0;
  readonly #wakes = new Set<{ at: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  newId(prefix: string): string {
    return `${prefix}${++this.#count}`;
  }

  newSecret(): { token: string; hash: string } {
    const count = ++this.#count;
    return { token: `token${count}`, hash: hashOf(`token${count}`) };
  }

  wakeAt(at: number, wake: () => void): () => void {
    const entry = { at, wake };
    this.#wakes.add(entry);
    return () => this.#wakes.delete(entry);
  }

  /** Moves the clock, waking whoever is due, in order. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#wakes].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#wakes.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settled();
    }
    this.#now = end;
  }
}

/** What the tests take for a hash. */
export const hashOf = (token: string): string => `hash of ${token}`;

/** A store that can refuse. */
export class TestStore implements Store {
  readonly #rows = new MemoryStore();
  isDown = false;
  commits = 0;

  load(): Iterable<[Address, { phase: string }]> {
    return this.#rows.load();
  }

  read(address: Address): { phase: string } | undefined {
    if (this.isDown) throw new StoreUnavailable("the disk is full");
    return this.#rows.read(address);
  }

  async commit(writes: Writes): Promise<void> {
    if (this.isDown) throw new StoreUnavailable("the disk is full");
    this.commits++;
    await this.#rows.commit(writes);
  }
}

export type Heard = { from: Address; type: string; [field: string]: unknown };

/** An engine among outsiders who only listen. */
export class TestCluster {
  readonly nature = new TestNature();
  readonly store = new TestStore();
  readonly heard: (Heard & { to: Address })[] = [];
  readonly transitions: Transition[] = [];
  readonly stalls: boolean[] = [];
  engine: Engine;
  /** Set, it says when what has arrived is taken. */
  soon: ((take: () => void) => void) | undefined;
  readonly #facts: Facts;
  readonly #machines: MachineSet;

  constructor(facts: Partial<Facts> = {}, set: MachineSet = machines) {
    this.#facts = testFacts(facts);
    this.#machines = set;
    this.engine = this.#boot();
  }

  #boot(): Engine {
    const engine = new Engine({
      machines: this.#machines,
      store: this.store,
      nature: this.nature,
      facts: this.#facts,
      bus: { send: ({ from, to, body }: Envelope) => void this.heard.push({ from, to, ...body }) },
      log: {
        transition: (event) => void this.transitions.push(event),
        stalled: (isStalled) => void this.stalls.push(isStalled),
      },
      soon: (take) => (this.soon ?? queueMicrotask)(take),
    });
    engine.start();
    return engine;
  }

  /** The master dies between two batches and comes back with what was committed. */
  restart(): void {
    this.engine.kill();
    this.engine = this.#boot();
  }

  async tell(from: Address, to: Address, body: { type: string; [field: string]: unknown }): Promise<void> {
    this.engine.tell(from, to, body);
    await settled();
  }

  /** The newest message of a type an outsider was sent; fails when there is none. */
  last(to: Address, type: string): Heard {
    const found = this.heard.findLast((message) => message.to === to && message.type === type);
    if (!found)
      throw new Error(`${to} never heard ${type}; it heard ${this.allTo(to).join(", ") || "nothing"}`);
    return found;
  }

  allTo(to: Address): string[] {
    return this.heard.filter((message) => message.to === to).map(({ type }) => type);
  }

  state(address: Address): Phased | undefined {
    for (const [key, state] of this.engine.states()) if (key === address) return state;
    return undefined;
  }
}

/** Everything already promised has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
