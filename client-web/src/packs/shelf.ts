import { bodyId, parseRecord } from "./pack.ts";
import type { PackInfo, PackRecord } from "./pack.ts";
import type { PackStore } from "./store.ts";
import { readZip } from "./zip.ts";

export interface Found {
  readonly record: PackRecord;
  readonly files: Map<string, Uint8Array>;
}

type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<string | undefined>;

const recordPath = (key: string): string => `${key}/record.json`;
const keyOf = (path: string): string => path.slice(0, path.indexOf("/"));

/** The packs of one store: which of them still hold, and how one is put there so that a crash leaves no half. */
export class Shelf {
  readonly #store: PackStore;
  readonly #digest: Digest;

  constructor(store: PackStore, digest: Digest) {
    this.#store = store;
    this.#digest = digest;
  }

  /** The stored pack when it is the one described, proven byte by byte; what turns out damaged is dropped. */
  async find(info: PackInfo): Promise<Found | undefined> {
    const record = await this.#record(info.key);
    const isThis =
      record?.size === info.size &&
      (info.sha256 ? record.sha256 === info.sha256 : record.mtime === info.mtime);
    if (!record || !isThis) return undefined;
    const files = await this.#read(record);
    if (!files) await this.drop(info.key);
    return files && { record, files };
  }

  async #read(record: PackRecord): Promise<Map<string, Uint8Array> | undefined> {
    const stored = await this.#store.get(`${record.key}/${bodyId(record)}`).catch(() => undefined);
    if (stored?.bytes.length !== record.size) return undefined;
    const sha256 = await this.#digest(stored.bytes);
    if (sha256 && record.sha256 && sha256 !== record.sha256) return undefined;
    return readZip(stored.bytes).catch(() => undefined);
  }

  /** The body first, its record last, then older versions go. Rejects when the store does. */
  async put(record: PackRecord, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const body = `${record.key}/${bodyId(record)}`;
    await this.#store.put(body, bytes);
    await this.putRecord(record);
    await this.#delete(record.key, [body, recordPath(record.key)]).catch(() => undefined);
  }

  putRecord(record: PackRecord): Promise<void> {
    return this.#store.put(recordPath(record.key), new TextEncoder().encode(JSON.stringify(record)));
  }

  /** Forgets a pack. The record goes first: what is left then is nobody's. */
  async drop(key: string): Promise<void> {
    await this.#store.delete(recordPath(key)).catch(() => undefined);
    await this.#delete(key, []).catch(() => undefined);
  }

  /** Drops the packs unused for longest until the rest fits; `keep` stays whatever it takes. Returns their keys. */
  async evict(budget: number, keep: readonly string[]): Promise<string[]> {
    const sizes = new Map<string, number>();
    for (const { path, size } of await this.#store.list())
      sizes.set(keyOf(path), (sizes.get(keyOf(path)) ?? 0) + size);
    const packs = await Promise.all(
      [...sizes].map(async ([key, size]) => ({ key, size, usedAt: (await this.#record(key))?.usedAt ?? 0 })),
    );
    packs.sort((a, b) => a.usedAt - b.usedAt);
    let total = packs.reduce((sum, { size }) => sum + size, 0);
    const evicted = [];
    for (const { key, size } of packs) {
      if (total <= budget) break;
      if (keep.includes(key)) continue;
      await this.drop(key);
      evicted.push(key);
      total -= size;
    }
    return evicted;
  }

  async #record(key: string): Promise<PackRecord | undefined> {
    return parseRecord((await this.#store.get(recordPath(key)).catch(() => undefined))?.bytes);
  }

  async #delete(key: string, except: readonly string[]): Promise<void> {
    const paths = (await this.#store.list()).map(({ path }) => path);
    for (const path of paths)
      if (keyOf(path) === key && !except.includes(path)) await this.#store.delete(path);
  }
}
