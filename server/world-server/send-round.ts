import { now as clockNow } from "./clock.ts";

/** A send is spread over no more than this after its tick. */
const spreadMs = 8;
/** So many are told before whoever else waits for the process gets a turn. */
const slice = 64;

/**
 * Tells everybody, one after the other, without keeping the process from reading what arrives meanwhile. Each round
 * begins with somebody else, so that nobody is always the last.
 */
export class SendRound<T> {
  readonly #tell: (one: T, index: number) => void;
  readonly #done: (busyMs: number) => void;
  readonly #later: (go: () => void) => void;
  readonly #now: () => number;
  #all: readonly T[] = [];
  #first = 0;
  #told = 0;
  #startedAt = 0;
  #busyMs = 0;

  /** `done` hears how long the round kept the process busy. `later` lets others have a turn first. */
  constructor(
    tell: (one: T, index: number) => void,
    done: (busyMs: number) => void,
    later: (go: () => void) => void = setImmediate,
    now: () => number = clockNow,
  ) {
    this.#tell = tell;
    this.#done = done;
    this.#later = later;
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#told < this.#all.length;
  }

  /** `busyMs`: what the tick before it took already. */
  start(all: readonly T[], busyMs: number): void {
    if (this.isRunning) this.#go(Infinity);
    this.#all = all;
    this.#first += slice;
    this.#told = 0;
    this.#busyMs = busyMs;
    this.#startedAt = this.#now();
    this.#go(slice);
  }

  #go(most: number): void {
    const from = this.#now();
    const count = this.#all.length;
    const until = Math.min(count, this.#told + (from - this.#startedAt >= spreadMs ? count : most));
    for (; this.#told < until; this.#told++) {
      const index = (this.#first + this.#told) % count;
      this.#tell(this.#all[index] as T, index);
    }
    this.#busyMs += this.#now() - from;
    if (this.isRunning) this.#later(this.#next);
    else this.#done(this.#busyMs);
  }

  readonly #next = (): void => {
    if (this.isRunning) this.#go(slice);
  };
}
