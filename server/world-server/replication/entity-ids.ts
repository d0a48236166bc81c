const highest = 65_535;
/** So many ids rest before the first of them is given out again. */
const resting = 64;

/** Numbers of entities, unique within a launch. One comes round again as late as possible, and never while a view still holds it. */
export class EntityIds {
  readonly #holds = new Map<number, number>();
  /** Given back and still held. */
  readonly #leaving = new Set<number>();
  /** Given back and held by nobody, the longest rested first. */
  readonly #rested = new Set<number>();
  readonly #used = new Set<number>();
  #highest = 0;

  /** @throws RangeError when all 65 535 are in use or still held. */
  take(): number {
    const id = this.#next();
    this.#used.add(id);
    return id;
  }

  giveBack(id: number): void {
    if (!this.#used.delete(id)) return;
    if (this.#holds.has(id)) this.#leaving.add(id);
    else this.#rested.add(id);
  }

  hold(id: number): void {
    this.#holds.set(id, (this.#holds.get(id) ?? 0) + 1);
  }

  letGo(id: number): void {
    const left = (this.#holds.get(id) ?? 0) - 1;
    if (left > 0) return void this.#holds.set(id, left);
    this.#holds.delete(id);
    if (this.#leaving.delete(id)) this.#rested.add(id);
  }

  #next(): number {
    if (this.#highest < highest && this.#rested.size < resting) return ++this.#highest;
    const [id] = this.#rested;
    if (id === undefined) throw new RangeError("every entity id is in use");
    this.#rested.delete(id);
    return id;
  }
}
