import type { Address } from "#shared/address.ts";
import type { Transition } from "./ports.ts";

/** Knows how long each machine has been in its phase, from the transitions alone. */
export class PhaseClock {
  readonly #since = new Map<Address, number>();

  /** Milliseconds spent in the phase that this transition ended; `undefined` when it ended none or began before us. */
  spent({ id, at, before, after }: Transition): number | undefined {
    if (before === after) return undefined;
    const since = this.#since.get(id);
    if (after === "absent") this.#since.delete(id);
    else this.#since.set(id, at);
    return since === undefined ? undefined : at - since;
  }
}
