import type { Ground } from "#shared/step-player.ts";
import type { Will } from "../sim/prediction.ts";
import { Walk } from "../sim/walk.ts";

interface Goal {
  readonly x: number;
  readonly y: number;
  readonly portal?: string;
}

/** Where the player wants to go: the stick, or a walk to a goal until the stick is touched. */
export class Steering {
  #stick = { x: 0, y: 0 };
  #walk: { steps: Walk; portal: string | undefined } | undefined;

  readonly will: Will = (body) => this.#walk?.steps.steer(body) ?? this.#stick;

  get isStill(): boolean {
    return !this.#walk && this.#stick.x === 0 && this.#stick.y === 0;
  }

  steer(x: number, y: number): void {
    this.#stick = { x, y };
    this.#walk = undefined;
  }

  walkTo({ x, y, portal }: Goal, ground: Ground): void {
    this.#walk = { steps: new Walk({ x, y }, ground), portal };
  }

  /** Ends a walk that has arrived or is stuck; the portal to use, when it arrived at one. */
  settle(): string | undefined {
    const walk = this.#walk;
    if (!walk || walk.steps.phase === "going") return undefined;
    this.#walk = undefined;
    return walk.steps.phase === "arrived" ? walk.portal : undefined;
  }

  /** The goal belongs to a world that is left behind; a stick still held goes on. */
  forgetGoal(): void {
    this.#walk = undefined;
  }
}
