import type { Clock } from "./link.ts";

/** A clock with one timer for all who want to be woken at the same moment; for thousands of links that look together. */
export class SlotClock implements Clock {
  readonly #clock: Clock;
  readonly #slots = new Map<number, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wakeAt(time: number, wake: () => void): () => void {
    const slot = this.#slots.get(time) ?? this.#open(time);
    slot.add(wake);
    return () => void slot.delete(wake);
  }

  #open(time: number): Set<() => void> {
    const slot = new Set<() => void>();
    this.#slots.set(time, slot);
    this.#clock.wakeAt(time, () => {
      this.#slots.delete(time);
      for (const wake of slot) wake();
    });
    return slot;
  }
}
