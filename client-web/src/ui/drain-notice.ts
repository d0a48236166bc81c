import type { View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, say, write } from "./h.ts";

const minuteMs = 60_000;

/**
 * How long the world on screen goes on. The countdown is for the eye; who listens is told when it begins, a minute
 * before the end, and once it is over.
 */
export class DrainNotice {
  readonly countdown = h("div", { class: "note quiet panel", role: "timer", hidden: true });
  readonly spoken = h("p", { class: "unseen", role: "status" });
  #isLast = false;
  #isBegun = false;
  #to: string | undefined;
  #isMoving = false;

  update({ drainsInMs, drainsTo, cause, state }: View): void {
    const isMoving = cause === "drain";
    say(this.countdown, drainsInMs === undefined || isMoving ? "" : en.drains(drainsInMs, drainsTo));
    if (drainsInMs !== undefined) this.#speak(drainsInMs, drainsTo);
    else if (!isMoving) this.#end(state);
    this.#isMoving = isMoving || (this.#isMoving && state !== "in-world");
  }

  #speak(ms: number, to: string | undefined): void {
    const isLast = ms <= minuteMs;
    if (this.#isBegun && isLast === this.#isLast && to === this.#to) return;
    this.#isBegun = true;
    this.#isLast = isLast;
    this.#to = to;
    write(this.spoken, en.drainsIn(Math.max(1, Math.round(ms / minuteMs)), to));
  }

  #end(state: View["state"]): void {
    if (this.#isMoving && state === "in-world") write(this.spoken, en.movedAlong);
    else if (this.#isBegun) write(this.spoken, "");
    this.#isBegun = false;
  }
}
