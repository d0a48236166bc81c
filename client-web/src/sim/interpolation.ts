import type { Body } from "#shared/step-player.ts";
import { type Beat, PlaybackClock } from "./clock.ts";
import { type Pose, Track } from "./track.ts";

const hiddenMs = 1000;
const starvedMemoryMs = 30_000;

/** An entity in view, as a replica has it. */
export interface Heard extends Body {
  readonly id: number;
  /** The tick this is of. */
  readonly told: number;
  /** The tick of the last jump. */
  readonly setAt: number;
}

/** What a replica holds after a snapshot. */
export interface News<T extends Heard> {
  readonly tick: number;
  readonly seen: ReadonlyMap<number, T>;
}

export interface Shown<T extends Heard> {
  readonly entity: T;
  readonly pose: Pose;
}

/**
 * Where the others are: a little in the past, each between the two last times something was told of it. How far in
 * the past follows the line (clock.ts); what happens when news are missing is each track's own matter.
 */
export class Interpolation<T extends Heard> {
  readonly #beat: Beat;
  readonly #clock: PlaybackClock;
  readonly #tracks = new Map<number, { entity: T; track: Track }>();
  #tick = -1;
  #playback = -Infinity;
  #framedAt = 0;
  #skipped = 0;
  #time = { starved: 0, all: 0 };

  constructor(beat: Beat) {
    this.#beat = beat;
    this.#clock = new PlaybackClock(beat);
  }

  get delayMs(): number {
    return this.#clock.delayMs;
  }

  /** Share of the last half minute shown without a newer snapshot, 0–1. */
  get starved(): number {
    return this.#time.all === 0 ? 0 : this.#time.starved / this.#time.all;
  }

  /** Snapshots the world never sent, because this line was backed up or the world was late. */
  get skipped(): number {
    return this.#skipped;
  }

  heard({ tick, seen }: News<T>, now: number): void {
    const { tickMs, ticksPerSend } = this.#beat;
    if (this.#tick >= 0) this.#skipped += Math.max(0, Math.round((tick - this.#tick) / ticksPerSend) - 1);
    this.#tick = tick;
    this.#clock.heard(tick, now);
    const isHidden = now - this.#framedAt > hiddenMs;
    for (const entity of seen.values()) if (entity.told === tick) this.#tell(entity, tick * tickMs, isHidden);
    for (const [id, { track }] of this.#tracks) {
      if (seen.has(id)) continue;
      if (isHidden) this.#tracks.delete(id);
      else track.goneAt = Math.min(track.goneAt, tick * tickMs);
    }
  }

  /** Whom to draw at `now`, and where. */
  at(now: number): Shown<T>[] {
    const passed = Math.max(0, now - this.#framedAt);
    if (passed > hiddenMs) this.#clock.reset();
    this.#framedAt = now;
    if (this.#tick < 0) return [];
    this.#playback = this.#clock.at(now);
    this.#account(this.#playback > this.#tick * this.#beat.tickMs, Math.min(hiddenMs, passed));
    const shown: Shown<T>[] = [];
    for (const [id, { entity, track }] of this.#tracks)
      if (track.goneAt <= this.#playback) this.#tracks.delete(id);
      else shown.push({ entity, pose: track.at(this.#playback, now) });
    return shown;
  }

  #tell(entity: T, at: number, isHidden: boolean): void {
    const known = this.#tracks.get(entity.id);
    const isKnown = known?.track.goneAt === Infinity;
    const track = isKnown ? known.track : new Track();
    // A view told anew names everybody anew: that is no jump.
    const isSet = isKnown && known.entity === entity && entity.setAt === entity.told;
    track.tell(entity, at, isSet, this.#playback);
    if (isHidden) track.shorten();
    if (known?.entity !== entity || !isKnown) this.#tracks.set(entity.id, { entity, track });
  }

  #account(isStarved: boolean, passed: number): void {
    const fade = Math.exp(-passed / starvedMemoryMs);
    this.#time.starved = this.#time.starved * fade + (isStarved ? passed : 0);
    this.#time.all = this.#time.all * fade + passed;
  }
}
