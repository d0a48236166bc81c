const kept = 100;

/** The last hundred offsets between two clocks, kept sorted so that no snapshot costs a sort. Milliseconds. */
export class Offsets {
  readonly #inOrder: number[] = [];
  readonly #sorted: number[] = [];

  /** The smallest: of a message that waited for nothing. 0 before the first. */
  get least(): number {
    return this.#sorted[0] ?? 0;
  }

  /** The first tenth: early, but no single stroke of luck. */
  get early(): number {
    return this.#sorted[Math.floor((this.#sorted.length - 1) * 0.1)] ?? 0;
  }

  add(offset: number): void {
    const oldest = this.#inOrder.length < kept ? undefined : this.#inOrder.shift();
    if (oldest !== undefined) this.#sorted.splice(this.#placeOf(oldest), 1);
    this.#inOrder.push(offset);
    this.#sorted.splice(this.#placeOf(offset), 0, offset);
  }

  /** Of the first that is not smaller. */
  #placeOf(offset: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
