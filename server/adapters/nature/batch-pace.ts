import type { Nature } from "#engine/ports.ts";
import { Allowance } from "../ws/allowance.ts";

/** A journey makes about a dozen commits in a row; none of them shall wait. */
const burst = 50;
const perMs = 1 / 10;
const gapMs = 6;

/**
 * When the engine takes what has arrived. At the end of the loop's turn, as long as commits are few; in a storm of
 * newcomers a little later, so that many of them share one: the loop accepts one connection a turn.
 */
export class BatchPace {
  readonly #clock: Pick<Nature, "now">;
  readonly #commits: Allowance;
  #notBefore = 0;

  constructor(clock: Pick<Nature, "now">) {
    this.#clock = clock;
    this.#commits = new Allowance(perMs, burst, clock.now());
  }

  readonly soon = (take: () => void): void => {
    const wait = this.#notBefore - this.#clock.now();
    if (wait > 0) setTimeout(take, wait);
    else setImmediate(take);
  };

  /** A batch was written. Those that need no commit, such as a line of chat, do not count. */
  committed(): void {
    const now = this.#clock.now();
    this.#notBefore = this.#commits.take(now) ? 0 : now + gapMs;
  }
}
