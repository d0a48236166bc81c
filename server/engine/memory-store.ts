import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { Store, Writes } from "./ports.ts";

/** A store without a disk, for tests and the simulation: what is written is copied, as a disk would. */
export class MemoryStore implements Store {
  readonly #rows = new Map<Address, string>();

  *load(): Iterable<[Address, Phased]> {
    for (const [address, row] of this.#rows) {
      const state = JSON.parse(row) as Phased;
      // Accounts are read when somebody asks for them; only those that must be woken are loaded.
      if (!address.startsWith("account:") || state.wakeAt !== undefined) yield [address, state];
    }
  }

  read(address: Address): Phased | undefined {
    const row = this.#rows.get(address);
    return row === undefined ? undefined : (JSON.parse(row) as Phased);
  }

  commit(writes: Writes): Promise<void> {
    for (const [address, state] of writes)
      if (state) this.#rows.set(address, textOf(state));
      else this.#rows.delete(address);
    return Promise.resolve();
  }
}

/** Looks at each property only where there may be one to leave out. */
function textOf(state: Phased): string {
  const text = JSON.stringify(state);
  return text.includes('"secret') ? JSON.stringify(state, dropSecrets) : text;
}

/** For `JSON.stringify`: leaves out what no store may hold. */
export function dropSecrets(key: string, value: unknown): unknown {
  return key.startsWith("secret") ? undefined : value;
}
