import type { Ring } from "#shared/world-settings.ts";

/** Above this share of a tick's time a world is not out of trouble yet. */
const calmShare = 0.7;
/** So many sends a level has to show whether it helps, and so many of ease lower it again: half a second at 20 Hz. */
const patience = 10;
const levelMost = 3;

/**
 * How hard pressed a world is. A send that takes longer than its time raises the level, half a second of ease lowers it.
 * 1: far entities are told of half as often. 2: far ones a quarter as often, those half way half. 3: and every
 * player hears only every second time.
 */
export class Pressure {
  readonly #sendMs: number;
  readonly #radius: number;
  #level = 0;
  #calm = 0;
  /** Sends since the level rose. */
  #tried = patience;
  #overruns = 0;

  /** `sendMs`: the time a send may take. `radius`: how far players see, units. */
  constructor(sendMs: number, radius: number) {
    this.#sendMs = sendMs;
    this.#radius = radius;
  }

  get level(): number {
    return this.#level;
  }

  /** Sends that took longer than they may, so far. */
  get overruns(): number {
    return this.#overruns;
  }

  /** The rings that ease it. */
  get rings(): readonly Ring[] {
    const half = this.#radius / 2;
    if (this.#level === 0) return [];
    if (this.#level === 1) return [{ beyond: half, every: 2 }];
    return [
      { beyond: half / 2, every: 2 },
      { beyond: half, every: 4 },
    ];
  }

  /** Every player is told only with every second send. */
  get isHalved(): boolean {
    return this.#level === levelMost;
  }

  /** A send took `busyMs`; `isLate` when the one before it had to be left out. True when the level is another now. */
  note(busyMs: number, isLate: boolean): boolean {
    const was = this.#level;
    const isOverrun = isLate || busyMs > this.#sendMs;
    if (isOverrun) this.#overruns++;
    this.#calm = busyMs > this.#sendMs * calmShare || isOverrun ? 0 : this.#calm + 1;
    this.#tried++;
    if (isOverrun && this.#tried > patience && was < levelMost) {
      this.#level++;
      this.#tried = 0;
    } else if (this.#calm >= patience && was > 0) {
      this.#level--;
      this.#calm = 0;
    }
    return this.#level !== was;
  }
}
