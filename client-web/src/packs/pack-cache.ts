import { download } from "./download.ts";
import type { Download, DownloadOptions, DownloadTools } from "./download.ts";
import { defaultLock } from "./lock.ts";
import type { Lock } from "./lock.ts";
import { checkInfo } from "./pack.ts";
import type { PackInfo, PackRecord } from "./pack.ts";
import { Shelf } from "./shelf.ts";
import { memoryStore, StoreFull } from "./store.ts";
import type { PackStore } from "./store.ts";

export interface PackCacheOptions {
  /** Names the locks: one cache, one name. Sites that share an origin need names of their own. */
  readonly name: string;
  readonly store: PackStore;
  readonly fetch: typeof fetch;
  /** The page's own origin. Without one, addresses must be absolute and no download is gone on with. */
  readonly origin?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly digest?: (bytes: Uint8Array<ArrayBuffer>) => Promise<string | undefined>;
  readonly lock?: Lock;
  /** The largest pack that is accepted, in bytes. */
  readonly maxBytes?: number;
  readonly stallMs?: number;
}

export interface EnsureOptions extends DownloadOptions {
  /** Worlds besides this one whose packs must not make room for it: the one being played. */
  readonly keep?: readonly string[] | undefined;
}

export interface ReadyPack {
  readonly info: PackInfo;
  /** Every file of the pack by its path. */
  readonly files: Map<string, Uint8Array>;
  readonly status: "cache_hit" | "touched" | "downloaded" | "resumed";
  /** Bytes that came over the network this time, those of failed attempts included. */
  readonly bytes: number;
  readonly ms: number;
  /** False when the store had no room: the pack is kept in memory until the page closes. */
  readonly isStored: boolean;
}

export interface PackCache {
  /**
   * Makes a pack ready: from the store when it holds exactly this one, else from the network. Several callers and
   * tabs that want the same pack cause one download. Rejects with `PackError`, or with the signal's reason.
   */
  ensure(info: PackInfo, options?: EnsureOptions): Promise<ReadyPack>;
  forget(key: string): Promise<void>;
  /** Drops the packs unused for longest until the rest fits the budget (bytes). Returns the keys dropped. */
  evict(budget?: number, keep?: readonly string[]): Promise<readonly string[]>;
}

const mebibyte = 1024 * 1024;
const largestBudget = 256 * mebibyte;

export function createPackCache(options: PackCacheOptions): PackCache {
  return new KeptPacks({
    now: Date.now,
    sleep,
    digest: sha256,
    lock: defaultLock(),
    maxBytes: 64 * mebibyte,
    stallMs: 20_000,
    ...options,
    origin: options.origin,
  });
}

type Tools = DownloadTools & { readonly name: string; readonly lock: Lock; readonly maxBytes: number };

class KeptPacks implements PackCache {
  readonly #tools: Tools;
  readonly #stored: Shelf;
  /** For packs the store would not take. */
  readonly #unstored: Shelf;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#stored = new Shelf(tools.store, (bytes) => tools.digest(bytes));
    this.#unstored = new Shelf(memoryStore(), (bytes) => tools.digest(bytes));
  }

  async ensure(info: PackInfo, options: EnsureOptions = {}): Promise<ReadyPack> {
    checkInfo(info, this.#tools.maxBytes);
    options.signal?.throwIfAborted();
    const start = this.#tools.now();
    return this.#tools.lock(`${this.#tools.name}/${info.key}`, options.signal, async () => {
      const ready = (await this.#find(info)) ?? (await this.#obtain(info, options));
      options.signal?.throwIfAborted();
      return { ...ready, ms: this.#tools.now() - start };
    });
  }

  async forget(key: string): Promise<void> {
    await this.#tools.lock(`${this.#tools.name}/${key}`, undefined, async () => {
      await this.#stored.drop(key);
      await this.#unstored.drop(key);
    });
  }

  async evict(budget?: number, keep: readonly string[] = []): Promise<readonly string[]> {
    return this.#stored.evict(budget ?? (await this.#budget()), keep);
  }

  async #find(info: PackInfo): Promise<Omit<ReadyPack, "ms"> | undefined> {
    for (const shelf of [this.#stored, this.#unstored]) {
      const found = await shelf.find(info);
      if (!found) continue;
      const { record, files } = found;
      const status = record.mtime === info.mtime ? "cache_hit" : "touched";
      const used = { ...record, mtime: info.mtime, url: info.url, usedAt: this.#tools.now() };
      // A pack that cannot be marked as used is as good as one that can.
      await shelf.putRecord(used).catch(() => undefined);
      return { info, files, status, bytes: 0, isStored: shelf === this.#stored };
    }
    return undefined;
  }

  async #obtain(info: PackInfo, options: EnsureOptions): Promise<Omit<ReadyPack, "ms">> {
    const got = await download(info, this.#tools, options);
    const isStored = await this.#keep(info, got, [info.key, ...(options.keep ?? [])]);
    const status = got.isResumed ? "resumed" : "downloaded";
    return { info, files: got.files, status, bytes: got.fetched, isStored };
  }

  /** Puts a pack away, making room where there is none; resolves with whether the store has it. */
  async #keep(info: PackInfo, got: Download, keep: string[]): Promise<boolean> {
    const { bytes, sha256, etag, lastModified } = got;
    const now = this.#tools.now();
    const { key, url, size, mtime } = info;
    const record: PackRecord = {
      v: 1,
      key,
      url,
      size,
      mtime,
      sha256,
      etag,
      lastModified,
      storedAt: now,
      usedAt: now,
    };
    const put = (): Promise<void> => this.#stored.put(record, bytes);
    // Its own segments go first: all of them are here.
    const makeRoom = [() => this.#stored.drop(info.key), () => this.#stored.evict(0, keep)];
    const putSomehow = async (): Promise<void> => {
      try {
        await put();
      } catch (error) {
        const make = makeRoom.shift();
        if (!(error instanceof StoreFull) || !make) throw error;
        await make();
        await putSomehow();
      }
    };
    try {
      await putSomehow();
    } catch {
      await this.#unstored.evict(0, keep);
      await this.#unstored.put(record, bytes);
      return false;
    }
    await this.evict(undefined, keep).catch(() => undefined);
    return true;
  }

  async #budget(): Promise<number> {
    const quota = await this.#tools.store.quota?.().catch(() => undefined);
    return Math.min(largestBudget, quota === undefined ? largestBudget : quota / 5);
  }
}

/** Absent on insecure origins; there the size has to do. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}
