const kept = 256;

/** What the last ticks took, in milliseconds. */
export class TickTimes {
  readonly #times = new Float64Array(kept);
  #count = 0;

  /** 0 before the first. */
  get p99(): number {
    const count = Math.min(this.#count, kept);
    if (count === 0) return 0;
    return this.#times.slice(0, count).toSorted()[Math.floor((count - 1) * 0.99)] ?? 0;
  }

  add(ms: number): void {
    this.#times[this.#count++ % kept] = ms;
  }
}
