const memoryMs = 60_000;
/** A snapshot corrects at most once; there are twenty a second. */
const kept = 1200;

/** How often a prediction was wrong, and by how much. */
export class Corrections {
  #count = 0;
  #recent: { at: number; units: number }[] = [];

  get count(): number {
    return this.#count;
  }

  note(units: number, now: number): void {
    this.#count += 1;
    this.#recent.push({ at: now, units });
    if (this.#recent.length > kept) this.#recent.shift();
    this.#forget(now);
  }

  /** In all, in the last minute, and the largest of these in world units. */
  recent(now: number): { corrections: number; correctionsPerMinute: number; largestCorrection: number } {
    this.#forget(now);
    return {
      corrections: this.#count,
      correctionsPerMinute: this.#recent.length,
      largestCorrection: this.#recent.reduce((most, { units }) => Math.max(most, units), 0),
    };
  }

  #forget(now: number): void {
    this.#recent = this.#recent.filter(({ at }) => at > now - memoryMs);
  }
}
