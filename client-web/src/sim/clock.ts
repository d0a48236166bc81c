import { Offsets } from "./offsets.ts";

const windowMs = 5000;
const reviewMs = 250;
/** Twice what a world says in that window. */
const lateMost = 200;
const firstDelayMs = 100;
const delayRange = { least: 75, most: 250 };
const marginMs = 10;
/** A playback clock this far off is set, not steered. */
const lostMs = 1000;
const steerShare = 0.1;

/** How a world's time runs: the length of a tick in milliseconds, and how many there are between two snapshots. */
export interface Beat {
  readonly tickMs: number;
  readonly ticksPerSend: number;
}

/**
 * When to show what the world said. Estimates the world's clock from the arrival of its ticks (no exchange
 * needed), measures how late they come, and plays back that much behind, never faster or slower than ±10 %.
 * All times are milliseconds; `now` is the caller's clock, playback time counts from the world's tick 0.
 */
export class PlaybackClock {
  readonly #beat: Beat;
  readonly #offsets = new Offsets();
  #late: { at: number; ms: number }[] = [];
  #delay = firstDelayMs;
  #reviewedAt = -Infinity;
  #shown: { now: number; playback: number } | undefined;

  constructor(beat: Beat) {
    this.#beat = beat;
  }

  get delayMs(): number {
    return this.#delay;
  }

  heard(tick: number, now: number): void {
    const offset = now - tick * this.#beat.tickMs;
    this.#offsets.add(offset);
    this.#late.push({ at: now, ms: offset - this.#offsets.least });
    if (this.#late.length > lateMost) this.#late.shift();
    if (now - this.#reviewedAt >= reviewMs) this.#review(now);
  }

  /** Playback time at `now`. Moves forward only. */
  at(now: number): number {
    const want = now - this.#offsets.early - this.#delay;
    const last = this.#shown;
    const passed = last ? now - last.now : 0;
    const error = last ? want - (last.playback + passed) : 0;
    const bend = Math.max(-steerShare * passed, Math.min(steerShare * passed, error));
    const playback = last && Math.abs(error) < lostMs ? last.playback + passed + bend : want;
    this.#shown = { now, playback };
    return playback;
  }

  /** Nobody has looked for a while: shows the present at once, and holds no delay of that time against the line. */
  reset(): void {
    this.#shown = undefined;
    this.#late = [];
    this.#delay = firstDelayMs;
  }

  /** Up fast, because a late world is seen; down slowly, because nobody sees a short delay. */
  #review(now: number): void {
    this.#reviewedAt = now;
    this.#late = this.#late.filter(({ at }) => at >= now - windowMs);
    const sorted = this.#late.map(({ ms }) => ms).toSorted((a, b) => a - b);
    const late = sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
    const wanted = this.#beat.tickMs * this.#beat.ticksPerSend + late + marginMs;
    const target = Math.max(delayRange.least, Math.min(delayRange.most, wanted));
    this.#delay += (target - this.#delay) * (target > this.#delay ? 0.5 : 0.1);
  }
}
