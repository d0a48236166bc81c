import { bodyId } from "./pack.ts";
import type { PackInfo } from "./pack.ts";
import type { PackStore } from "./store.ts";

/** What a closed tab may cost at most, and little enough that a large pack is not a thousand of them. */
const segmentBytes = 256 * 1024;

/**
 * A pack as far as it has come, in memory and, in segments, in the store: so that neither a cut line nor a closed
 * tab costs what was already here. Only bytes with a strong ETag are worth keeping, for only they can be gone on with.
 */
export class Segments {
  readonly bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  /** Strong ETag of the file these bytes are of. */
  etag: string | undefined;
  readonly #store: PackStore;
  readonly #folder: string;
  #savedLength = 0;
  #savedCount = 0;
  #isStoreUsable = true;

  constructor(info: PackInfo, store: PackStore) {
    this.bytes = new Uint8Array(info.size);
    this.#store = store;
    this.#folder = `${info.key}/${bodyId(info)}.part`;
  }

  /** Takes up what an earlier visit left. */
  async load(): Promise<void> {
    for (let n = 0; ; n++) {
      const segment = await this.#store.get(`${this.#folder}/${n}`).catch(() => undefined);
      const isNext = segment?.tag && segment.tag === (this.etag ?? segment.tag);
      if (!segment || !isNext || !this.append(segment.bytes)) break;
      this.etag = segment.tag;
      this.#savedLength = this.length;
      this.#savedCount = n + 1;
    }
  }

  /** False when this is more than the pack may hold. */
  append(chunk: Uint8Array): boolean {
    if (this.length + chunk.length > this.bytes.length) return false;
    this.bytes.set(chunk, this.length);
    this.length += chunk.length;
    return true;
  }

  /** Stores what is worth a segment; with `all`, whatever there is. */
  async save({ all = false } = {}): Promise<void> {
    const unsaved = this.length - this.#savedLength;
    if (!this.etag || !this.#isStoreUsable || unsaved < (all ? 1 : segmentBytes)) return;
    const segment = this.bytes.slice(this.#savedLength, this.length);
    try {
      await this.#store.put(`${this.#folder}/${this.#savedCount}`, segment, this.etag);
      this.#savedCount++;
      this.#savedLength = this.length;
    } catch {
      this.#isStoreUsable = false;
    }
  }

  /** Forgets everything, here and in the store: the file has changed, or was not what it should be. */
  async drop(): Promise<void> {
    for (let n = 0; n < this.#savedCount; n++)
      await this.#store.delete(`${this.#folder}/${n}`).catch(() => undefined);
    this.length = this.#savedLength = this.#savedCount = 0;
    this.etag = undefined;
  }
}
