import type { Entities } from "./entities.ts";

/** No more cells than this each way, however large the world. */
const sideMost = 128;

/** Who stands in which cell of a world, sorted anew at every send. Positions in steps of 1/32 unit. */
export class Grid {
  readonly side: number;
  readonly columns: number;
  readonly rows: number;
  /** Where each cell's members begin in `members`; one entry more than there are cells. */
  readonly starts: Uint32Array;
  members = new Uint16Array(0);
  #cellOf = new Uint16Array(0);

  constructor(width: number, height: number, side: number) {
    this.side = Math.ceil(Math.max(side, width / sideMost, height / sideMost));
    this.columns = Math.max(1, Math.ceil(width / this.side));
    this.rows = Math.max(1, Math.ceil(height / this.side));
    this.starts = new Uint32Array(this.columns * this.rows + 1);
  }

  /** What lies outside counts to the cell nearest to it. */
  column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor(x / this.side)));
  }

  row(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor(y / this.side)));
  }

  /** A counting sort: two passes and no allocation. */
  sort({ ids, count, x, y }: Entities): void {
    if (this.members.length < ids.length) {
      this.members = new Uint16Array(ids.length);
      this.#cellOf = new Uint16Array(ids.length);
    }
    const { starts } = this;
    starts.fill(0);
    for (let at = 0; at < count; at++) {
      const id = ids[at] ?? 0;
      const cell = this.row(y[id] ?? 0) * this.columns + this.column(x[id] ?? 0);
      this.#cellOf[at] = cell;
      starts[cell + 1] = (starts[cell + 1] ?? 0) + 1;
    }
    for (let cell = 1; cell < starts.length; cell++)
      starts[cell] = (starts[cell] ?? 0) + (starts[cell - 1] ?? 0);
    // Filled from the back, so that afterwards every entry is where its cell begins.
    for (let at = count - 1; at >= 0; at--) {
      const cell = this.#cellOf[at] ?? 0;
      const end = (starts[cell + 1] ?? 0) - 1;
      starts[cell + 1] = end;
      this.members[end] = ids[at] ?? 0;
    }
    starts.copyWithin(0, 1);
    starts[starts.length - 1] = count;
  }
}
