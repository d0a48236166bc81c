import { limits } from "#shared/limits.ts";

const arrivals = 100;
const windowMs = 5000;
const reviewMs = 250;
const firstDelayMs = 100;
const delayRange = { least: 75, most: 250 };
/** A playback clock this far off is set, not steered. */
const lostMs = 1000;
const steerShare = 0.1;

/**
 * When to show what the world said. Estimates the world's clock from the arrival of its ticks (no exchange
 * needed), measures how late they come, and plays back that much behind, never faster or slower than ±10 %.
 * All times are milliseconds; `now` is the caller's clock, playback time counts from the world's tick 0.
 */
export class PlaybackClock {
  #offsets: number[] = [];
  #late: { at: number; ms: number }[] = [];
  #offset = 0;
  #delay = firstDelayMs;
  #reviewedAt = 0;
  #shown: { now: number; playback: number } | undefined;

  get delayMs(): number {
    return this.#delay;
  }

  heard(tick: number, now: number): void {
    const offset = now - tick * limits.tickMs;
    this.#offsets.push(offset);
    if (this.#offsets.length > arrivals) this.#offsets.shift();
    this.#offset = percentile(this.#offsets, 0.1);
    this.#late.push({ at: now, ms: Math.max(0, offset - Math.min(...this.#offsets)) });
    while (this.#late[0] && this.#late[0].at < now - windowMs) this.#late.shift();
    if (now - this.#reviewedAt >= reviewMs) this.#review(now);
  }

  /** Playback time at `now`. Moves forward only. */
  at(now: number): number {
    const want = now - this.#offset - this.#delay;
    const last = this.#shown;
    const passed = last ? now - last.now : 0;
    const error = last ? want - (last.playback + passed) : 0;
    const bend = Math.max(-steerShare * passed, Math.min(steerShare * passed, error));
    const playback = last && Math.abs(error) < lostMs ? last.playback + passed + bend : want;
    this.#shown = { now, playback };
    return playback;
  }

  /** Up fast, because a late world is seen; down slowly, because nobody sees a short delay. */
  #review(now: number): void {
    this.#reviewedAt = now;
    const late = percentile(
      this.#late.map(({ ms }) => ms),
      0.95,
    );
    const target = Math.max(delayRange.least, Math.min(delayRange.most, limits.tickMs + late + 10));
    this.#delay += (target - this.#delay) * (target > this.#delay ? 0.5 : 0.1);
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}
