import { limits } from "#shared/limits.ts";
import type { Body } from "#shared/step-player.ts";

/** Without news it goes on at its pace for this long, then ever slower, and stands once another `slowingMs` are over. */
const extrapolateMs = 100;
const slowingMs = 300;
const blendMs = 100;
const jumpUnits = 192;
const kept = 40;
const keptHidden = 3;
/** Units a millisecond: as everybody walks, but for rounding, and faster than anybody does. */
const walkingPace = (limits.playerSpeedUnits / 1000) * 1.02;
const rushPace = walkingPace * 1.5;

export interface Pose extends Body {
  readonly isMoving: boolean;
}

/** Where an entity was at a time of the world, milliseconds from its tick 0. */
interface Told extends Body {
  readonly at: number;
  /** It did not walk there from where it was before. */
  readonly isJump: boolean;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface GoingOn {
  readonly before: Told | undefined;
  readonly last: Told;
}

const noBlend = { since: -Infinity, x: 0, y: 0 };

/**
 * One entity: what was told of it, and where to show it. Between two tellings it glides; without a newer one it goes
 * on, slows down and holds, and blends over 100 ms into what is told later. A jump is shown as a jump.
 */
export class Track {
  /** When it left the view, as the world's time; it is shown until then. */
  goneAt = Infinity;
  readonly #told: Told[] = [];
  /** What it goes on from while nothing newer is told: the last telling, and the one before. */
  #goingOn: GoingOn | undefined;
  #blend = noBlend;

  /** Takes what was told at the world's time `at`; `playback` is how far the showing has come. */
  tell(body: Body, at: number, isSet: boolean, playback: number): void {
    const last = this.#told.at(-1);
    if (last && last.at >= at) return;
    const { x, y, facing } = body;
    const news = { x, y, facing, at, isJump: isSet || (!!last && apart(last, body) > jumpUnits) };
    if (!news.isJump) this.#forgetStall(news, playback);
    this.#told.push(news);
    if (this.#told.length > kept) this.#told.shift();
  }

  /** A hidden page draws nothing: what it would have to catch up with is worth nothing. */
  shorten(): void {
    this.#told.splice(0, this.#told.length - keptHidden);
  }

  /** Where to show it at the world's time `playback`; `now` is the caller's clock, for what fades. */
  at(playback: number, now: number): Pose {
    const told = this.#told;
    const next = told.findIndex(({ at }) => at > playback);
    // One before the present is needed to glide from, two to know the pace.
    told.splice(0, (next < 0 ? told.length : next) - 2);
    const last = next < 0 ? told.at(-1) : undefined;
    const goingOn = last && { before: told.at(-2), last };
    const wanted = goingOn ? goOn(goingOn, playback) : this.#glide(playback);
    if (this.#goingOn && this.#goingOn.last !== last) this.#beginBlend(this.#goingOn, wanted, playback, now);
    this.#goingOn = goingOn;
    const { x, y } = this.#faded(now);
    return { ...wanted, x: wanted.x + x, y: wanted.y + y };
  }

  #glide(playback: number): Pose {
    const to = this.#told.find(({ at }) => at > playback);
    const from = this.#told.findLast(({ at }) => at <= playback);
    if (!to || !from) return standing(from ?? to);
    if (to.isJump) return standing(from);
    const share = (playback - from.at) / (to.at - from.at);
    return {
      x: from.x + (to.x - from.x) * share,
      y: from.y + (to.y - from.y) * share,
      facing: to.facing,
      isMoving: apart(from, to) > 0,
    };
  }

  /**
   * A player whose commands were held up on their way stands in the world, and then comes further in one tick than
   * anybody walks. What was not shown of that yet is shown as the walk it was.
   */
  #forgetStall(news: Told, playback: number): void {
    const told = this.#told;
    for (let pace = rushPace; ; pace = walkingPace) {
      const [before, last] = [told.at(-2), told.at(-1)];
      if (!before || !last || last.at <= playback || apart(before, last) > 0) return;
      if (apart(last, news) <= pace * (news.at - last.at)) return;
      told.pop();
      if (before.at >= playback) continue;
      told.push({ ...last, at: playback });
      return;
    }
  }

  /** From where it would have gone on to, were nothing told. */
  #beginBlend(was: GoingOn, wanted: Pose, playback: number, now: number): void {
    const from = goOn(was, playback);
    const { x, y } = this.#faded(now);
    const isSnap = apart(from, wanted) > jumpUnits || this.#told.some(({ isJump }) => isJump);
    this.#blend = isSnap ? noBlend : { since: now, x: from.x + x - wanted.x, y: from.y + y - wanted.y };
  }

  #faded(now: number): Point {
    const { since, x, y } = this.#blend;
    const left = Math.max(0, 1 - (now - since) / blendMs);
    return { x: x * left, y: y * left };
  }
}

function goOn({ before, last }: GoingOn, playback: number): Pose {
  const step = before && !last.isJump ? apart(before, last) : 0;
  if (!before || step === 0) return standing(last);
  const passed = playback - last.at;
  const ahead = paceMs(passed);
  // Who has just caught up was fast, but will not be.
  const share = Math.min(ahead / (last.at - before.at), ((limits.playerSpeedUnits / 1000) * ahead) / step);
  return {
    x: last.x + (last.x - before.x) * share,
    y: last.y + (last.y - before.y) * share,
    facing: last.facing,
    isMoving: passed < extrapolateMs + slowingMs,
  };
}

/** How long it would have walked at its full pace, to come as far as it does in `passed` milliseconds without news. */
function paceMs(passed: number): number {
  const slowing = Math.max(0, Math.min(slowingMs, passed - extrapolateMs));
  return Math.min(passed, extrapolateMs) + slowing - slowing ** 2 / (2 * slowingMs);
}

function standing(told: Body | undefined): Pose {
  const { x, y, facing } = told ?? { x: 0, y: 0, facing: 0 };
  return { x, y, facing, isMoving: false };
}

function apart(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
