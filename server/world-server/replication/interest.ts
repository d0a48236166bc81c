import { gridPerUnit } from "#shared/step-player.ts";
import type { Interest as InterestSettings } from "#shared/world-settings.ts";
import type { Entities } from "./entities.ts";
import type { Grid } from "./grid.ts";
import { IdSet } from "./id-set.ts";
import { nearestFirst } from "./nearest.ts";
import type { View } from "./view.ts";

/** When more than this arrive with one send, looking at everybody costs less. */
const arrivalsMost = 32;

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
    this.#foundCount = 0;
    this.#drop(view, x, y);
    const { arrivals, stride, previous } = this.#entities;
    const moved = Math.sqrt((x - view.x) ** 2 + (y - view.y) ** 2);
    const isComplete = view.isComplete && view.send === previous && arrivals.length <= arrivalsMost;
    // Nobody else can have come further in than that.
    const inner = isComplete ? Math.max(0, this.#reach - stride - moved) : 0;
    this.#look(view, x, y, inner);
    if (inner > 0) for (const id of arrivals) if (!this.#isFound(id)) this.#consider(view, x, y, id);
    const isCrowded = view.count + this.#foundCount > this.#most;
    if (isCrowded) this.#crowdOut(view, x, y);
    const enters = Math.min(this.#foundCount, newcomers, this.#most - view.count);
    if (enters < this.#foundCount) nearestFirst(this.#found, this.#ranks, this.#foundCount, enters);
    for (let at = 0; at < enters; at++) view.enter(this.#found[at] ?? 0, this.#entities);
    this.enterCount = enters;
    view.isComplete = !isCrowded && enters === this.#foundCount;
    view.x = x;
    view.y = y;
  }

  /** Who is gone, or went too far. */
  #drop(view: View, x: number, y: number): void {
    const { x: xs, y: ys } = this.#entities;
    const { ids } = view;
    const square = this.#leaveSquare;
    for (let slot = view.count - 1; slot >= 0; slot--) {
      const id = ids[slot] as number;
      const dx = (xs[id] as number) - x;
      const dy = (ys[id] as number) - y;
      if (dx * dx + dy * dy > square) this.#leave(view, slot);
    }
  }

  /** Finds who is near and not in view yet. Those closer than `inner` are known to be, so it looks only further out. */
  #look(view: View, x: number, y: number, inner: number): void {
    const grid = this.#grid;
    const reach = this.#reach;
    const bottom = grid.row(y + reach);
    for (let row = grid.row(y - reach); row <= bottom; row++) {
      const [top, end] = [row * grid.side - y, (row + 1) * grid.side - y];
      // Within this row of cells, how far the outer circle reaches to both sides, and how far the inner one surely.
      // The outermost cells hold also who stands outside the world.
      const isEdgeRow = row === 0 || row === grid.rows - 1;
      const away = isEdgeRow ? 0 : Math.max(0, top, -end);
      const far = Math.max(Math.abs(top), Math.abs(end));
      const outer = Math.sqrt(Math.max(0, reach * reach - away * away));
      const hole = inner > far ? Math.sqrt(inner * inner - far * far) : 0;
      const left = grid.column(x - hole);
      const right = grid.column(x + hole);
      if (hole === 0 || isEdgeRow || left >= right)
        this.#lookAt(view, x, y, row, grid.column(x - outer), grid.column(x + outer));
      else {
        this.#lookAt(view, x, y, row, grid.column(x - outer), left);
        this.#lookAt(view, x, y, row, right, grid.column(x + outer));
      }
    }
  }

  /** The cells of a row lie side by side, so one run holds all their members. */
  #lookAt(view: View, x: number, y: number, row: number, left: number, right: number): void {
    const { members, starts, columns } = this.#grid;
    const to = starts[row * columns + right + 1] as number;
    for (let at = starts[row * columns + left] as number; at < to; at++)
      this.#consider(view, x, y, members[at] as number);
  }

  #consider(view: View, x: number, y: number, id: number): void {
    const { x: xs, y: ys, isShown } = this.#entities;
    const dx = (xs[id] as number) - x;
    const dy = (ys[id] as number) - y;
    const square = dx * dx + dy * dy;
    if (square > this.#enterSquare || view.has.has(id) || id === view.own || isShown[id] === 0) return;
    if (this.#foundCount === this.#found.length) this.#widen();
    this.#found[this.#foundCount] = id;
    this.#ranks[this.#foundCount++] = square;
  }

  #isFound(id: number): boolean {
    for (let at = 0; at < this.#foundCount; at++) if (this.#found[at] === id) return true;
    return false;
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
      if (view.has.has(id)) continue;
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
