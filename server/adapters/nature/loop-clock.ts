/** How often the loop is seen to be alive, and how late it may be before it counts as standing still. */
export const beatMs = 250;
const lateMs = 500;

export interface Clock {
  /** Milliseconds; never goes back. */
  now(): number;
}

/** The time of an event loop: it stands still while the loop does. `beat` is called every `beatMs`. */
export class LoopClock {
  readonly #clock: Clock;
  /** When the loop was last seen alive, on the machine's clock. */
  #beatAt: number;
  #now: number;
  #leftOutMs: number;

  /** @param leftOutMs by which the loop before this one was behind, whose deadlines this one keeps */
  constructor(clock: Clock, leftOutMs = 0) {
    this.#clock = clock;
    this.#leftOutMs = leftOutMs;
    this.#beatAt = clock.now();
    this.#now = this.#beatAt - leftOutMs;
  }

  /** How long this loop and those before it stood still in all; `now()` is behind the machine's clock by as much. */
  get leftOutMs(): number {
    return this.#leftOutMs;
  }

  now(): number {
    const time = this.#clock.now();
    if (time <= this.#beatAt + beatMs + lateMs) this.#now = time - this.#leftOutMs;
    return this.#now;
  }

  /** The loop is alive; `true` after a standstill: time goes on where it stopped. */
  beat(): boolean {
    const time = this.#clock.now();
    const hasStood = time > this.#beatAt + beatMs + lateMs;
    if (hasStood) this.#leftOutMs = time - this.#now;
    this.#beatAt = time;
    this.#now = time - this.#leftOutMs;
    return hasStood;
  }
}
