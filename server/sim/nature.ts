import { createHash } from "node:crypto";
import type { Nature } from "#engine/ports.ts";
import type { Secret } from "#shared/machine.ts";

interface Event {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Whoever wakes themselves more often than this within one instant would never stop. */
const instantMax = 10_000;

/** A universe in a seed: virtual time, and every choice drawn from one stream. */
export class SimNature implements Nature {
  #now = 1_000;
  #order = 0;
  #ids = 0;
  #luck: number;
  readonly #events: Event[] = [];
  #isBusy = false;
  /** What has happened since time last moved. */
  #instantCount = 0;
  /** How much has happened. */
  eventCount = 0;
  /** Ends of sockets that are open. */
  openEnds = 0;

  constructor(seed: number) {
    this.#luck = seed >>> 0;
  }

  now(): number {
    return this.#now;
  }

  /** Timers that are armed. */
  get armedCount(): number {
    return this.#events.filter(({ run }) => run !== undefined).length;
  }

  newId(prefix: string): string {
    return `${prefix}${++this.#ids}`;
  }

  newSecret(): Secret {
    const token = `secret-number-${++this.#ids}`;
    return { token, hash: hashOf(token) };
  }

  wakeAt(time: number, wake: () => void): () => void {
    const event: Event = { at: Math.max(time, this.#now), order: this.#order++, run: wake };
    push(this.#events, event);
    return () => void (event.run = undefined);
  }

  after(ms: number, run: () => void): () => void {
    return this.wakeAt(this.#now + ms, run);
  }

  /** Something was promised: before the next event, every promise that can be kept is kept. */
  touch(): void {
    this.#isBusy = true;
  }

  /** 0 ≤ luck < 1 (mulberry32). */
  luck(): number {
    this.#luck = (this.#luck + 0x6d2b79f5) >>> 0;
    let bits = this.#luck;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.luck() < probability;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.luck() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.luck() * items.length)];
  }

  /** Lets time pass. Between events the event loop is drained, so awaiting costs no virtual time. */
  async runUntil(time: number): Promise<void> {
    for (;;) {
      const next = this.#events[0];
      if (!next || next.at > time) break;
      pop(this.#events);
      if (!next.run) continue;
      this.#instantCount = next.at > this.#now ? 0 : this.#instantCount + 1;
      if (this.#instantCount > instantMax) throw new Error(`time stands still at ${this.#now} ms`);
      this.#now = next.at;
      this.eventCount++;
      next.run();
      if (this.#isBusy) await this.#drain();
    }
    this.#now = time;
  }

  async #drain(): Promise<void> {
    this.#isBusy = false;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** A binary heap; ties go to the older event. */
function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(event, heap[parent] as Event)) break;
    heap[at] = heap[parent] as Event;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
    if (!isBefore(heap[child] as Event, last)) break;
    heap[at] = heap[child] as Event;
    at = child;
  }
  heap[at] = last;
}
