import type { Nature } from "#engine/ports.ts";

/** A clock for tests: it stands still until it is moved. */
export class HandClock implements Pick<Nature, "now" | "wakeAt"> {
  #now = 1000;
  readonly #wakes = new Set<{ at: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const entry = { at, wake };
    this.#wakes.add(entry);
    return () => void this.#wakes.delete(entry);
  }

  /** Runs everything that becomes due, in order. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#wakes].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#wakes.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
    }
    this.#now = until;
  }
}
