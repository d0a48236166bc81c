import type { Nature } from "#engine/ports.ts";
import { Allowance } from "../ws/allowance.ts";

/** A journey makes about a dozen batches in a row; none of them shall wait. */
const burst = 50;
const perMs = 1 / 10;
const gapMs = 6;

/**
 * When the engine takes what has arrived. At the end of the loop's turn, as long as batches are few; in a storm
 * of newcomers a little later, so that many of them share one commit: the loop accepts one connection a turn.
 */
export class BatchPace {
  readonly #clock: Pick<Nature, "now">;
  readonly #allowance: Allowance;

  constructor(clock: Pick<Nature, "now">) {
    this.#clock = clock;
    this.#allowance = new Allowance(perMs, burst, clock.now());
  }

  readonly soon = (take: () => void): void => {
    if (this.#allowance.take(this.#clock.now())) setImmediate(take);
    else setTimeout(take, gapMs);
  };
}
