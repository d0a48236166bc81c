import { gridPerUnit } from "#shared/step-player.ts";
import type { Interest as InterestSettings } from "#shared/world-settings.ts";
import type { Entities } from "./entities.ts";
import type { Grid } from "./grid.ts";
import { IdSet } from "./id-set.ts";
import { nearestFirst } from "./nearest.ts";
import type { View } from "./view.ts";

/**
 * Who must hear about whom. `review` decides it for one view: it empties the slots of those who left and fills new
 * ones with those who entered, and says which in `leaves` and `enters`, in order.
 */
export class Interest {
  /** Slots as they were emptied, one after the other. */
  readonly leaves: number[] = [];
  /** How many slots at the end of the view are new. */
  enterCount = 0;
  readonly #entities: Entities;
  readonly #grid: Grid;
  readonly #reach: number;
  readonly #enterSquare: number;
  readonly #leaveSquare: number;
  readonly #hysteresis: number;
  readonly #most: number;
  readonly #selected = new IdSet();
  #found = new Uint16Array(64);
  #ranks = new Float64Array(64);
  #foundCount = 0;

  constructor(entities: Entities, grid: Grid, { radius, hysteresis, most }: InterestSettings) {
    this.#entities = entities;
    this.#grid = grid;
    this.#reach = radius * gridPerUnit;
    this.#hysteresis = hysteresis * gridPerUnit;
    this.#enterSquare = this.#reach ** 2;
    this.#leaveSquare = (this.#reach + this.#hysteresis) ** 2;
    this.#most = most;
  }

  /** `x`, `y`: where the viewer stands, in steps of 1/32 unit. At most `newcomers` enter, the nearest of them. */
  review(view: View, x: number, y: number, newcomers: number): void {
    this.leaves.length = 0;
    this.#drop(view, x, y);
    this.#look(view, x, y);
    if (view.count + this.#foundCount > this.#most) this.#crowdOut(view, x, y);
    const enters = Math.min(this.#foundCount, newcomers, this.#most - view.count);
    if (enters < this.#foundCount) nearestFirst(this.#found, this.#ranks, this.#foundCount, enters);
    for (let at = 0; at < enters; at++) view.enter(this.#found[at] ?? 0, this.#entities);
    this.enterCount = enters;
  }

  /** Who is gone, or went too far. */
  #drop(view: View, x: number, y: number): void {
    const { x: xs, y: ys, isShown } = this.#entities;
    for (let slot = view.count - 1; slot >= 0; slot--) {
      const id = view.ids[slot] ?? 0;
      const dx = (xs[id] ?? 0) - x;
      const dy = (ys[id] ?? 0) - y;
      if (isShown[id] === 0 || dx * dx + dy * dy > this.#leaveSquare) this.#leave(view, slot);
    }
  }

  /** Finds who is near and not in view yet, and ranks them by the square of their distance. */
  #look(view: View, x: number, y: number): void {
    this.#foundCount = 0;
    const grid = this.#grid;
    const bottom = grid.row(y + this.#reach);
    for (let row = grid.row(y - this.#reach); row <= bottom; row++) {
      // How far the circle reaches to both sides within this row of cells.
      const away = Math.max(0, row * grid.side - y, y - (row + 1) * grid.side);
      const reach = Math.sqrt(Math.max(0, this.#enterSquare - away * away));
      // The cells of a row lie side by side, so one run holds all their members.
      const from = grid.starts[row * grid.columns + grid.column(x - reach)] ?? 0;
      const to = grid.starts[row * grid.columns + grid.column(x + reach) + 1] ?? 0;
      this.#lookAt(view, x, y, from, to);
    }
  }

  #lookAt(view: View, x: number, y: number, from: number, to: number): void {
    const { x: xs, y: ys, isShown } = this.#entities;
    const { members } = this.#grid;
    for (let at = from; at < to; at++) {
      const id = members[at] ?? 0;
      const dx = (xs[id] ?? 0) - x;
      const dy = (ys[id] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square > this.#enterSquare || view.has(id) || id === view.own || isShown[id] === 0) continue;
      if (this.#foundCount === this.#found.length) this.#widen();
      this.#found[this.#foundCount] = id;
      this.#ranks[this.#foundCount++] = square;
    }
  }

  /**
   * More are near than may be seen: the nearest stay or come. One who is seen already gives way only to somebody
   * nearer by the hysteresis, so that two at the same distance do not take turns.
   */
  #crowdOut(view: View, x: number, y: number): void {
    const { x: xs, y: ys } = this.#entities;
    const newcomers = this.#foundCount;
    for (let at = 0; at < newcomers; at++) this.#ranks[at] = Math.sqrt(this.#ranks[at] ?? 0);
    for (let slot = 0; slot < view.count; slot++) {
      const id = view.ids[slot] ?? 0;
      if (this.#foundCount === this.#found.length) this.#widen();
      this.#found[this.#foundCount] = id;
      const far = Math.sqrt(((xs[id] ?? 0) - x) ** 2 + ((ys[id] ?? 0) - y) ** 2);
      this.#ranks[this.#foundCount++] = far - this.#hysteresis;
    }
    nearestFirst(this.#found, this.#ranks, this.#foundCount, this.#most);
    this.#keepOnly(view);
  }

  /** Of those selected the seen ones stay in view and the new ones stay found; the other seen ones leave. */
  #keepOnly(view: View): void {
    this.#selected.clear();
    let found = 0;
    for (let at = 0; at < this.#most; at++) {
      const id = this.#found[at] ?? 0;
      this.#selected.add(id);
      if (view.has(id)) continue;
      this.#found[found] = id;
      this.#ranks[found++] = this.#ranks[at] ?? 0;
    }
    this.#foundCount = found;
    for (let slot = view.count - 1; slot >= 0; slot--)
      if (!this.#selected.has(view.ids[slot] ?? 0)) this.#leave(view, slot);
  }

  #leave(view: View, slot: number): void {
    this.leaves.push(slot);
    view.leave(slot, this.#entities);
  }

  #widen(): void {
    const [found, ranks] = [
      new Uint16Array(this.#found.length * 2),
      new Float64Array(this.#found.length * 2),
    ];
    found.set(this.#found);
    ranks.set(this.#ranks);
    this.#found = found;
    this.#ranks = ranks;
  }
}
