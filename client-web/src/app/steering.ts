import type { Ground } from "#shared/step-player.ts";
import type { Will } from "../sim/prediction.ts";
import { Walk } from "../sim/walk.ts";
import { isReached } from "./reach.ts";
import type { Frame, Goal } from "./view.ts";

/** Who walks is followed: a goal further than this from where they are now is not theirs any more. */
const strayedUnits = 40;

/** What a walk was for, once it is there. */
export type Wish = { type: "usePortal"; portal: string } | { type: "interact"; entity: number };

/** Where the player wants to go: the stick, or a walk to a goal until the stick is touched. */
export class Steering {
  #stick = { x: 0, y: 0 };
  #walk: { steps: Walk; goal: Goal; ground: Ground } | undefined;

  readonly will: Will = (body) => this.#walk?.steps.steer(body) ?? this.#stick;

  get isStill(): boolean {
    return !this.#walk && this.#stick.x === 0 && this.#stick.y === 0;
  }

  steer(x: number, y: number): void {
    this.#stick = { x, y };
    this.#walk = undefined;
  }

  walkTo(goal: Goal, ground: Ground): void {
    this.#walk = { steps: new Walk(goal, ground), goal, ground };
  }

  /** Ends a walk that has arrived or is stuck; what it was for, when it arrived. `look` says who is where. */
  settle(look: () => Frame): Wish | undefined {
    const walk = this.#walk;
    if (walk?.goal.entity !== undefined) return this.#approach(walk.goal.entity, walk, look());
    if (!walk || walk.steps.phase === "going") return undefined;
    this.#walk = undefined;
    const { portal } = walk.goal;
    return walk.steps.phase === "arrived" && portal !== undefined ? { type: "usePortal", portal } : undefined;
  }

  /** The goal belongs to a world that is left behind; a stick still held goes on. */
  forgetGoal(): void {
    this.#walk = undefined;
  }

  /** Near enough is there; who has walked on is gone after. */
  #approach(
    entity: number,
    { steps, ground }: { steps: Walk; ground: Ground },
    now: Frame,
  ): Wish | undefined {
    const being = now.others.find(({ id }) => id === entity);
    const isNear = now.self !== undefined && being !== undefined && isReached(now.self, being);
    const hasStrayed = being !== undefined && apart(steps.goal, being) > strayedUnits;
    // Who is not seen just now may come into view again on the way to where they were.
    if (isNear || (steps.phase !== "going" && !hasStrayed)) this.#walk = undefined;
    else if (hasStrayed) this.walkTo({ x: being.x, y: being.y, entity }, ground);
    return isNear ? { type: "interact", entity } : undefined;
  }
}

const apart = (a: { x: number; y: number }, b: { x: number; y: number }): number =>
  Math.hypot(a.x - b.x, a.y - b.y);
