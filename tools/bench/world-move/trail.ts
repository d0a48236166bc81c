import type { Walker } from "./walkers.ts";

/** Longer than any run: a server may lag by all of it. */
const kept = 1024;

/** Where a walker was after each of its inputs: a position then tells how many inputs it includes. */
export class Trail {
  readonly #x = new Float64Array(kept);
  readonly #y = new Float64Array(kept);
  #count = 0;
  #included = 0;

  /** After an input was sent. */
  add({ x, y }: Pick<Walker, "x" | "y">): void {
    this.#x[this.#count % kept] = x;
    this.#y[this.#count % kept] = y;
    this.#count++;
  }

  /** How many inputs the position includes, never fewer than last time. `slack` is half a step of the wire. */
  inputsAt(x: number, y: number, slack: number): number {
    const oldest = Math.max(this.#included, this.#count - kept + 1, 1);
    for (let count = this.#count; count >= oldest; count--) {
      const at = (count - 1) % kept;
      if (!isNear(this.#x[at], x, slack) || !isNear(this.#y[at], y, slack)) continue;
      this.#included = count;
      break;
    }
    return this.#included;
  }
}

const isNear = (a = Number.NaN, b: number, slack: number): boolean => Math.abs(a - b) <= slack;
