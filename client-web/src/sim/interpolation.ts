import { limits } from "#shared/limits.ts";
import type { EntityState } from "#shared/protocol/snapshot.ts";
import { PlaybackClock } from "./clock.ts";

const kept = 40;
const keptHidden = 3;
const hiddenMs = 1000;
const extrapolateMs = 100;
const blendMs = 100;
const jumpUnits = 192;
const starvedMemoryMs = 30_000;

export interface Pose extends EntityState {
  readonly isMoving: boolean;
}

interface Moment {
  readonly at: number;
  readonly states: ReadonlyMap<number, EntityState>;
}

/**
 * Where the others are: a little in the past, between two snapshots. When newer state is missing they go on for
 * 100 ms, then hold; when it comes back they blend over 100 ms. A jump of more than 192 units is shown as a jump.
 */
export class Interpolation {
  readonly #clock = new PlaybackClock();
  #moments: Moment[] = [];
  #framedAt = 0;
  #shown = new Map<number, Pose>();
  #blend: { since: number; offsets: Map<number, { x: number; y: number }> } | undefined;
  #wasStarved = false;
  #time = { starved: 0, all: 0 };

  get delayMs(): number {
    return this.#clock.delayMs;
  }

  /** Share of the last half minute shown without a newer snapshot, 0–1. */
  get starved(): number {
    return this.#time.all === 0 ? 0 : this.#time.starved / this.#time.all;
  }

  heard(tick: number, states: readonly EntityState[], now: number): void {
    this.#clock.heard(tick, now);
    const moment = { at: tick * limits.tickMs, states: new Map(states.map((state) => [state.id, state])) };
    const later = this.#moments.findIndex(({ at }) => at >= moment.at);
    if (later < 0) this.#moments.push(moment);
    else if (this.#moments[later]?.at !== moment.at) this.#moments.splice(later, 0, moment);
    // A hidden page draws nothing; what it would have to catch up with is worth nothing.
    const keep = now - this.#framedAt > hiddenMs ? keptHidden : kept;
    if (this.#moments.length > keep) this.#moments.splice(0, this.#moments.length - keep);
  }

  /** The poses to draw at `now`. */
  at(now: number): Pose[] {
    const passed = Math.min(hiddenMs, Math.max(0, now - this.#framedAt));
    this.#framedAt = now;
    const playback = this.#clock.at(now);
    const next = this.#moments.findIndex(({ at }) => at > playback);
    const isStarved = next < 0;
    if (this.#moments.length > 0) this.#account(isStarved, passed);
    const wanted = isStarved ? this.#beyond(playback) : this.#between(next, playback);
    if (this.#wasStarved && !isStarved) this.#beginBlend(wanted, now);
    this.#wasStarved = isStarved && this.#moments.length > 0;
    const shown = wanted.map((pose) => this.#blended(pose, now));
    this.#shown = new Map(shown.map((pose) => [pose.id, pose]));
    return shown;
  }

  #between(next: number, playback: number): Pose[] {
    const to = this.#moments[next];
    if (!to) return [];
    const from = this.#moments[next - 1];
    if (next > 1) this.#moments.splice(0, next - 1);
    const share = from ? (playback - from.at) / (to.at - from.at) : 0;
    return [...to.states.values()].map((state) => glide(from?.states.get(state.id), state, share));
  }

  #beyond(playback: number): Pose[] {
    const [before, last] = this.#moments.length > 1 ? this.#moments.slice(-2) : [undefined, this.#moments[0]];
    if (!last) return [];
    const ahead = Math.min(extrapolateMs, playback - last.at);
    return [...last.states.values()].map((state) => {
      const past = before?.states.get(state.id);
      if (!before || !past || distance(past, state) > jumpUnits) return { ...state, isMoving: false };
      const share = ahead / (last.at - before.at);
      const isMoving = distance(past, state) > 0 && ahead < extrapolateMs;
      return {
        ...state,
        x: state.x + (state.x - past.x) * share,
        y: state.y + (state.y - past.y) * share,
        isMoving,
      };
    });
  }

  #beginBlend(wanted: readonly Pose[], now: number): void {
    const offsets = new Map<number, { x: number; y: number }>();
    for (const pose of wanted) {
      const was = this.#shown.get(pose.id);
      if (was && distance(was, pose) <= jumpUnits)
        offsets.set(pose.id, { x: was.x - pose.x, y: was.y - pose.y });
    }
    this.#blend = { since: now, offsets };
  }

  #blended(pose: Pose, now: number): Pose {
    const left = this.#blend ? 1 - (now - this.#blend.since) / blendMs : 0;
    const offset = left > 0 ? this.#blend?.offsets.get(pose.id) : undefined;
    return offset ? { ...pose, x: pose.x + offset.x * left, y: pose.y + offset.y * left } : pose;
  }

  #account(isStarved: boolean, passed: number): void {
    const fade = Math.exp(-passed / starvedMemoryMs);
    this.#time.starved = this.#time.starved * fade + (isStarved ? passed : 0);
    this.#time.all = this.#time.all * fade + passed;
  }
}

function glide(from: EntityState | undefined, to: EntityState, share: number): Pose {
  if (!from || distance(from, to) > jumpUnits) return { ...to, isMoving: false };
  const x = from.x + (to.x - from.x) * share;
  const y = from.y + (to.y - from.y) * share;
  return { ...to, x, y, isMoving: distance(from, to) > 0 };
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
