import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { Store, Writes } from "./ports.ts";

/**
 * What a commit that failed would have changed. It may have been written all the same, only its answer was lost: until
 * the next commit succeeds what is true is read here, and that commit writes it down again, before anything else.
 */
export class Doubt {
  readonly #store: Pick<Store, "read">;
  readonly #truth = new Map<Address, Phased | undefined>();

  constructor(store: Pick<Store, "read">) {
    this.#store = store;
  }

  get isCast(): boolean {
    return this.#truth.size > 0;
  }

  read(address: Address): Phased | undefined {
    return this.#truth.has(address) ? this.#truth.get(address) : this.#store.read(address);
  }

  /** A commit failed, and nobody knows what became of it. */
  cast(writes: Writes, truth: (address: Address) => Phased | undefined): void {
    for (const address of writes.keys())
      if (!this.#truth.has(address)) this.#truth.set(address, truth(address));
  }

  /** Adds what a commit has to put right. */
  amend(writes: Map<Address, Phased | undefined>): void {
    for (const [address, state] of this.#truth) if (!writes.has(address)) writes.set(address, state);
  }

  settle(): void {
    this.#truth.clear();
  }
}
