const highest = 65_535;

/** Numbers of entities: unique while they live, and one that was given back comes round again as late as possible. */
export class EntityIds {
  readonly #used = new Set<number>();
  #last = 0;

  /** @throws RangeError when all 65 535 are in use. */
  take(): number {
    if (this.#used.size === highest) throw new RangeError("every entity id is in use");
    do this.#last = (this.#last % highest) + 1;
    while (this.#used.has(this.#last));
    this.#used.add(this.#last);
    return this.#last;
  }

  giveBack(id: number): void {
    this.#used.delete(id);
  }
}
