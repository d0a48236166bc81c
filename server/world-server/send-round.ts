import { now as clockNow } from "./clock.ts";

/** A send is spread over no more than this after its tick. */
const spreadMs = 8;
/** So many are told before whoever else waits for the process gets a turn. */
const slice = 64;

/** How a round tells somebody: first what is to be said to a whole slice is made, then it is sent. */
export interface Telling<T> {
  /** `index`: its place in the row. */
  prepare(one: T, index: number): void;
  send(one: T): void;
  /** All that was prepared has been sent. */
  sent(): void;
  /** Everybody has been told; `busyMs` is how long that kept the process busy. */
  done(busyMs: number): void;
}

/**
 * Tells everybody, slice by slice, without keeping the process from reading what arrives meanwhile. A slice is
 * prepared before any of it is sent, because the system's work for a socket would drive what the next snapshot is
 * made from out of the processor's cache. Each round begins with somebody else, so that nobody is always the last.
 */
export class SendRound<T> {
  readonly #telling: Telling<T>;
  readonly #later: (go: () => void) => void;
  readonly #now: () => number;
  #all: readonly T[] = [];
  #first = 0;
  #told = 0;
  #startedAt = 0;
  #busyMs = 0;

  /** `later` lets others have a turn first. */
  constructor(
    telling: Telling<T>,
    later: (go: () => void) => void = setImmediate,
    now: () => number = clockNow,
  ) {
    this.#telling = telling;
    this.#later = later;
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#told < this.#all.length;
  }

  /** Tells the rest now. To be called before what is told changes: nobody may be told the next thing twice. */
  finish(): void {
    if (this.isRunning) this.#go(true);
  }

  /** `busyMs`: what the tick before it took already. */
  start(all: readonly T[], busyMs: number): void {
    this.finish();
    this.#all = all;
    this.#first += slice;
    this.#told = 0;
    this.#busyMs = busyMs;
    this.#startedAt = this.#now();
    this.#go(false);
  }

  #go(isHurried: boolean): void {
    const from = this.#now();
    this.#tellSlice();
    if (isHurried || from - this.#startedAt >= spreadMs) while (this.isRunning) this.#tellSlice();
    this.#busyMs += this.#now() - from;
    if (this.isRunning) this.#later(this.#next);
    else this.#telling.done(this.#busyMs);
  }

  #tellSlice(): void {
    const all = this.#all;
    const from = this.#told;
    this.#told = Math.min(all.length, from + slice);
    for (let at = from; at < this.#told; at++) {
      const index = (this.#first + at) % all.length;
      this.#telling.prepare(all[index] as T, index);
    }
    for (let at = from; at < this.#told; at++) this.#telling.send(all[(this.#first + at) % all.length] as T);
    this.#telling.sent();
  }

  readonly #next = (): void => {
    if (this.isRunning) this.#go(false);
  };
}
