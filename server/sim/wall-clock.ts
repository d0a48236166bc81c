import type { Facts } from "#core/facts.ts";
import type { SimNature } from "./nature.ts";

/** What it shows as a universe begins. */
const beginMs = 1_800_000_000_000;
const hourMs = 3_600_000;
const steps = [5_000, -5_000, hourMs, -hourMs, -365 * 24 * hourMs];

/** The clock that people set, and what the disk keeps of it: how often a master began, and with which epoch. */
export class WallClock {
  readonly #nature: SimNature;
  #stepMs = 0;
  #starts = 0;
  epoch: number | undefined;

  constructor(nature: SimNature) {
    this.#nature = nature;
  }

  /** Time that only moves forward. */
  now(): number {
    return this.#nature.now();
  }

  wallNow(): number {
    return beginMs + this.#nature.now() + this.#stepMs;
  }

  step(): void {
    this.#stepMs += this.#nature.pick(steps) ?? 0;
  }

  begin(rule: (last: number | undefined, wallMs: number) => number): Pick<Facts, "epoch" | "masterEpoch"> {
    this.epoch = rule(this.epoch, this.wallNow());
    return { epoch: `e${++this.#starts}`, masterEpoch: this.epoch };
  }
}
