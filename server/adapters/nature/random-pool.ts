import { randomFillSync } from "node:crypto";

const poolBytes = 8192;

/** Random bytes fetched many at a time: asking for a few costs a hundred times more than they do. */
export class RandomPool {
  readonly #bytes = Buffer.alloc(poolBytes);
  #at = poolBytes;

  /** The next `count` bytes, never given twice. Read them before anybody takes more. */
  take(count: number): Buffer {
    if (this.#at + count > poolBytes) {
      randomFillSync(this.#bytes);
      this.#at = 0;
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
