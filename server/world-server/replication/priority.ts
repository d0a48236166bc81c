import { motionSteps } from "#shared/protocol/snapshot-layout.ts";
import { gridPerUnit } from "#shared/step-player.ts";
import type { Ring } from "#shared/world-settings.ts";
import type { Entities } from "./entities.ts";
import type { View } from "./view.ts";

const scores = 64;
/** Of a send's wait: how much more it counts for those who are near, and for the one the viewer attends to. */
const nearWeight = 4;
const midWeight = 2;
const focusScore = scores - 1;
/** What a slot's news take at most. */
const recordBytes = 10;

/**
 * Whose news a viewer is told when not everybody's are: far rings take turns, and of what remains the near, the
 * attended to and the long waiting come first until the budget is spent. Who waits is told later, in whole.
 */
export class Priority {
  /** By slot, after `choose`: 1 for those not told this time. */
  skipped = new Uint8Array(64);
  /** Bytes that the news of the next view may take. */
  budget = 0;
  readonly #entities: Entities;
  readonly #radius: number;
  readonly #bytesOf = new Uint32Array(scores);
  #scoreOf = new Uint8Array(64);

  /** `radius`: how far a viewer sees, units. */
  constructor(entities: Entities, radius: number) {
    this.#entities = entities;
    this.#radius = radius * gridPerUnit;
  }

  /** Fills `skipped` for the first `count` slots. False when nobody has to wait. */
  choose(view: View, count: number, x: number, y: number, rings: readonly Ring[]): boolean {
    const isOver = (count >> 2) + count * recordBytes > this.budget;
    if (!isOver && rings.length === 0) return false;
    if (this.skipped.length < count) {
      this.skipped = new Uint8Array(view.ids.length);
      this.#scoreOf = new Uint8Array(view.ids.length);
    }
    this.skipped.fill(0, 0, count);
    for (const ring of rings) this.#takeTurns(view, count, x, y, ring);
    if (isOver) this.#spend(view, count, x, y);
    return true;
  }

  #takeTurns(view: View, count: number, x: number, y: number, { beyond, every }: Ring): void {
    const { x: xs, y: ys, send } = this.#entities;
    const beyondSquare = (beyond * gridPerUnit) ** 2;
    for (let slot = 0; slot < count; slot++) {
      const id = view.ids[slot] ?? 0;
      // Everybody's turn comes with another send. One that the viewer was not sent is made up for by the next.
      const isDue = Math.floor((send + id) / every) > Math.floor((toldAt(view, slot) + id) / every);
      if (isDue || id === view.focus) continue;
      const dx = (xs[id] ?? 0) - x;
      const dy = (ys[id] ?? 0) - y;
      if (dx * dx + dy * dy > beyondSquare) this.skipped[slot] = 1;
    }
  }

  #spend(view: View, count: number, x: number, y: number): void {
    this.#rate(view, count, x, y);
    let left = this.budget - ((count + 3) >> 2);
    let least = scores;
    while (least > 0 && (this.#bytesOf[least - 1] ?? 0) <= left) left -= this.#bytesOf[--least] ?? 0;
    for (let slot = 0; slot < count; slot++) {
      const score = this.#scoreOf[slot] ?? 0;
      if (score >= least) continue;
      const bytes = this.#bytes(view, slot);
      // Of those on the edge, as many as still fit.
      if (score === least - 1 && bytes <= left) left -= bytes;
      else this.skipped[slot] = 1;
    }
  }

  /** How much each slot's news matter, and how many bytes every degree of that takes. */
  #rate(view: View, count: number, x: number, y: number): void {
    const bytesOf = this.#bytesOf.fill(0);
    for (let slot = 0; slot < count; slot++) {
      const bytes = this.skipped[slot] === 1 ? 0 : this.#bytes(view, slot);
      const score = bytes === 0 ? focusScore : this.#score(view, slot, x, y);
      this.#scoreOf[slot] = score;
      bytesOf[score] = (bytesOf[score] ?? 0) + bytes;
    }
  }

  /** What a slot's news would take; 0 for one that goes on as foretold. */
  #bytes(view: View, slot: number): number {
    const { steadySince, brokenAt, motion, previous, send } = this.#entities;
    const id = view.ids[slot] ?? 0;
    const told = toldAt(view, slot);
    if ((steadySince[id] ?? 0) <= told) return 0;
    if (told === previous && brokenAt[id] !== send) return 3;
    return motionSteps(motion[id] ?? 0) === 0 ? 7 : recordBytes;
  }

  #score(view: View, slot: number, x: number, y: number): number {
    const id = view.ids[slot] ?? 0;
    if (id === view.focus) return focusScore;
    const { x: xs, y: ys, send } = this.#entities;
    const far = Math.sqrt(((xs[id] ?? 0) - x) ** 2 + ((ys[id] ?? 0) - y) ** 2) / this.#radius;
    const weight = far < 0.25 ? nearWeight : far < 0.5 ? midWeight : 1;
    return Math.min(focusScore - 1, (send - toldAt(view, slot)) * weight);
  }
}

const toldAt = (view: View, slot: number): number => (view.isThin ? (view.told[slot] ?? 0) : view.send);
