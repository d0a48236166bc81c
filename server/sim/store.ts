import { MemoryStore } from "#engine/memory-store.ts";
import { type Store, StoreUnavailable, type Writes } from "#engine/ports.ts";
import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { SimNature } from "./nature.ts";

type StoreFault = "failedCommits" | "lostAnswers" | "slowCommits" | "cutCommits";

/**
 * A disk that outlives the master. It can be busy for a while, slow to answer, and full now and then, and it keeps
 * or loses what was being written when the master was killed.
 */
export class SimStore {
  readonly #rows = new MemoryStore();
  readonly #nature: SimNature;
  #jammedUntil = 0;
  #underWay: Writes | undefined;
  slowestMs = 0;
  /** The chance that a commit fails, and that one that did was written all the same: its answer was lost. */
  failing = 0;
  losing = 0;
  /** Told of all that is written. */
  witness: (writes: Writes) => void = () => {};
  /** Told of everything that goes wrong. */
  count: (what: StoreFault) => void = () => {};

  constructor(nature: SimNature) {
    this.#nature = nature;
  }

  jam(ms: number): void {
    this.#jammedUntil = this.#nature.now() + ms;
  }

  heal(): void {
    this.#jammedUntil = 0;
    this.slowestMs = 0;
    this.failing = 0;
  }

  states(): Iterable<[Address, Phased]> {
    return this.#rows.load();
  }

  read(address: Address): Phased | undefined {
    return this.#rows.read(address);
  }

  /**
   * The store as the master sees it.
   *
   * @param whenAwake runs something once the master does
   */
  open(whenAwake: (run: () => void) => void): Store {
    return {
      load: () => this.#rows.load(),
      read: (address) => {
        this.#check();
        return this.#rows.read(address);
      },
      commit: async (writes) => {
        this.#check();
        this.witness(writes);
        if (this.failing > 0 && this.#nature.chance(this.failing)) await this.#fail(writes);
        if (this.slowestMs > 0) await this.#wait(writes, whenAwake);
        else await this.#rows.commit(writes);
      },
    };
  }

  async #fail(writes: Writes): Promise<void> {
    const isWritten = this.#nature.chance(this.losing);
    this.count(isWritten ? "lostAnswers" : "failedCommits");
    if (isWritten) await this.#rows.commit(writes);
    throw new StoreUnavailable("the simulated disk has no room");
  }

  async #wait(writes: Writes, whenAwake: (run: () => void) => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const copy = new Map(writes);
    this.count("slowCommits");
    this.#underWay = copy;
    this.#nature.after(this.#nature.luck() * this.slowestMs, () => {
      this.#nature.touch();
      // Killed meanwhile: its fate is decided, and nobody is left to hear of it.
      if (this.#underWay !== copy) return;
      this.#underWay = undefined;
      void this.#rows.commit(copy);
      whenAwake(resolve);
    });
    await promise;
  }

  /** The master is killed while it writes: the disk has it, or it has not, before anybody reads again. */
  interrupt(): void {
    if (this.#underWay) this.count("cutCommits");
    if (this.#underWay && this.#nature.chance(0.5)) void this.#rows.commit(this.#underWay);
    this.#underWay = undefined;
  }

  #check(): void {
    if (this.#nature.now() < this.#jammedUntil) throw new StoreUnavailable("the simulated disk is busy");
  }
}
