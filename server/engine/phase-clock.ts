import type { Address } from "#shared/address.ts";
import { limits } from "#shared/limits.ts";
import type { Transition } from "./ports.ts";

/**
 * Knows how long each machine has been in its phase, from the transitions alone. Accounts are never absent again,
 * so it knows so many machines and no more: those that changed last.
 */
export class PhaseClock {
  readonly #most: number;
  /** The longest unchanged first. */
  readonly #since = new Map<Address, number>();

  constructor(most: number = limits.machinesTimed) {
    this.#most = most;
  }

  /** Milliseconds spent in the phase that this transition ended; `undefined` when it ended none or began before us. */
  spent({ id, at, before, after }: Transition): number | undefined {
    if (before === after) return undefined;
    const since = this.#since.get(id);
    this.#since.delete(id);
    if (after !== "absent") this.#since.set(id, at);
    if (this.#since.size > this.#most) this.#forgetOne();
    return since === undefined ? undefined : at - since;
  }

  #forgetOne(): void {
    const [longest] = this.#since.keys();
    if (longest !== undefined) this.#since.delete(longest);
  }
}
