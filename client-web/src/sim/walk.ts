import { limits } from "#shared/limits.ts";
import { gridPerUnit, type Ground } from "#shared/step-player.ts";
import { findPath, isClear, type Point } from "./path.ts";

const stepUnits = limits.playerSpeedUnits * (limits.commandMs / 1000);
const arrivedUnits = 1.5;
/** A corner counts as turned this close when the way on is clear, so that a body is not made to hit it to the pixel. */
const cornerUnits = stepUnits;
/** No closer than this: half of what positions are told apart by. */
const exactUnits = 1 / (2 * gridPerUnit);
const stuckSteps = 30;
const plansMost = 4;

/** A walk to a goal around obstacles: asked once per step of prediction, it says where to steer. */
export class Walk {
  readonly goal: Point;
  readonly #ground: Ground;
  #path: Point[] | undefined;
  #plans = 0;
  #closest = Infinity;
  #stepsSinceCloser = 0;
  #phase: "going" | "arrived" | "stuck" = "going";

  constructor(goal: Point, ground: Ground) {
    this.goal = goal;
    this.#ground = ground;
  }

  get phase(): "going" | "arrived" | "stuck" {
    return this.#phase;
  }

  /** The direction for one step from `body`, each way −1…1; zero once arrived or stuck. */
  steer(body: Point): Point {
    if (this.#phase === "going") {
      if (!this.#path || this.#isStuck(body)) this.#plan(body);
      this.#turnCorners(body);
    }
    const next = this.#phase === "going" ? this.#path?.[0] : undefined;
    if (!next) return { x: 0, y: 0 };
    const far = Math.hypot(next.x - body.x, next.y - body.y);
    const speed = Math.min(1, far / stepUnits) / far;
    return { x: (next.x - body.x) * speed, y: (next.y - body.y) * speed };
  }

  #plan(body: Point): void {
    this.#plans += 1;
    this.#path = this.#plans > plansMost ? [] : findPath(body, this.goal, this.#ground);
    this.#closest = Infinity;
    this.#stepsSinceCloser = 0;
    if (this.#path.length === 0) this.#phase = "stuck";
  }

  #turnCorners(body: Point): void {
    for (let next = this.#path?.[0]; next && this.#phase === "going"; next = this.#path?.[0]) {
      const isLast = this.#path?.length === 1;
      if (!this.#isTurned(body, next)) return;
      this.#path?.shift();
      this.#closest = Infinity;
      if (isLast) this.#phase = "arrived";
    }
  }

  #isTurned(body: Point, corner: Point): boolean {
    const far = Math.hypot(corner.x - body.x, corner.y - body.y);
    const onward = this.#path?.[1];
    if (!onward) return far <= arrivedUnits;
    return far < exactUnits || (far <= cornerUnits && isClear(body, onward, this.#ground));
  }

  /** No closer to the next corner for half a second of steps. */
  #isStuck(body: Point): boolean {
    const next = this.#path?.[0];
    const far = next ? Math.hypot(next.x - body.x, next.y - body.y) : 0;
    this.#stepsSinceCloser = far < this.#closest ? 0 : this.#stepsSinceCloser + 1;
    this.#closest = Math.min(this.#closest, far);
    return this.#stepsSinceCloser > stuckSteps;
  }
}
