/** A set of entity ids, a bit each. */
export class IdSet {
  #bits = new Uint8Array(32);

  has(id: number): boolean {
    return (((this.#bits[id >> 3] ?? 0) >> (id & 7)) & 1) === 1;
  }

  add(id: number): void {
    if (id >> 3 >= this.#bits.length) this.#grow(id);
    this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) | (1 << (id & 7));
  }

  delete(id: number): void {
    if (id >> 3 < this.#bits.length) this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) & ~(1 << (id & 7));
  }

  clear(): void {
    this.#bits.fill(0);
  }

  #grow(id: number): void {
    const bits = new Uint8Array(2 ** Math.ceil(Math.log2((id >> 3) + 1)));
    bits.set(this.#bits);
    this.#bits = bits;
  }
}
