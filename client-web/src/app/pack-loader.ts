import type { PackCache } from "../packs/pack-cache.ts";
import { PackError } from "../packs/pack.ts";
import type { PackInfo } from "#shared/protocol/parts.ts";
import type { WorldMap } from "#shared/world-map.ts";
import type { LoadedWorld, NetworkStats, PackStatus, Problem } from "./view.ts";

type KeyedInfo = PackInfo & { readonly key: string; readonly elsewhere?: string | undefined };

/** What is used of the pack cache. */
export type Packs = Pick<PackCache, "ensure">;

export interface PackEvents {
  progress(loaded: number, total: number): void;
  ready(world: LoadedWorld): void;
  failed(reason: Extract<Problem["reason"], "pack_failed" | "pack_offline">): void;
}

/** Makes packs ready to draw and walk in: one at a time for travel, each under a number that can be cancelled. */
export class PackLoader {
  readonly #cache: Packs;
  readonly #running = new Map<number, AbortController>();
  readonly #log: (line: string) => void;
  #last: NetworkStats["pack"] = { status: "none", bytes: 0, ms: 0 };
  readonly #kept: string;
  #base: string | undefined;

  /**
   * `base` replaces the folder of the first pack's address. `kept` is where the master itself has every pack by its
   * hash: what is hosted may be of another release for a while.
   */
  constructor(
    cache: Packs,
    { base, kept }: { readonly base?: string | undefined; readonly kept: string },
    log: (line: string) => void,
  ) {
    this.#cache = cache;
    this.#base = base;
    this.#kept = kept;
    this.#log = log;
  }

  get last(): NetworkStats["pack"] {
    return this.#last;
  }

  /**
   * Tells its events later, never from within the call; nothing after a cancel. The packs of the worlds to `keep`
   * need not make room.
   */
  prepare(number: number, info: KeyedInfo, keep: readonly string[], on: PackEvents): void {
    const abort = new AbortController();
    const { key, size, sha256 } = info;
    const url = this.#base === undefined ? info.url : `${this.#base}/${fileOf(info.url)}`;
    const elsewhere = this.#base === undefined ? `${this.#kept}/${sha256}.zip` : undefined;
    this.#running.set(number, abort);
    this.#last = { status: "loading", bytes: 0, ms: 0 };
    this.#log(`WORLD_PACK_START key=${key} url=${url} bytes=${size}`);
    void this.#ensure({ ...info, url, elsewhere }, { signal: abort.signal, keep }, on).finally(() =>
      this.#running.delete(number),
    );
  }

  async #ensure(
    info: KeyedInfo,
    options: { readonly signal: AbortSignal; readonly keep: readonly string[] },
    on: PackEvents,
  ): Promise<void> {
    const { key } = info;
    const { signal } = options;
    let told = 0;
    const onProgress = (loaded: number, total: number): void => {
      if (signal.aborted) return;
      const tenth = Math.floor((loaded / total) * 10);
      if (tenth > told) this.#log(`WORLD_PACK_PROGRESS key=${key} percent=${tenth * 10}`);
      told = tenth;
      this.#last = { ...this.#last, status: "downloading", bytes: loaded };
      on.progress(loaded, total);
    };
    try {
      const ready = await this.#cache.ensure(info, { ...options, onProgress });
      const { files, status, ms } = ready;
      const world = { map: mapOf(files, key), files };
      if (signal.aborted) return;
      this.#base = undefined;
      const bytes = ready.info.size;
      this.#last = { status: statusOf(status), bytes, ms };
      const facts = `cache=${status} bytes=${bytes} fetched=${ready.bytes} ms=${Math.round(ms)}`;
      this.#log(`WORLD_PACK_READY key=${key} status=${this.#last.status} ${facts}`);
      on.ready(world);
    } catch (error) {
      if (signal.aborted) return;
      const reason = isNetwork(error) ? "pack_offline" : "pack_failed";
      this.#last = { ...this.#last, status: "failed" };
      this.#log(`WORLD_PACK_FAILED key=${key} reason=${reason} error=${JSON.stringify(String(error))}`);
      on.failed(reason);
    }
  }

  cancel(number: number): void {
    this.#running.get(number)?.abort();
    this.#running.delete(number);
  }

  close(): void {
    for (const number of this.#running.keys()) this.cancel(number);
  }
}

/** Nothing came at all, rather than something wrong. */
function isNetwork(error: unknown): boolean {
  return error instanceof PackError && error.reason === "network";
}

function fileOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

function statusOf(status: string): PackStatus {
  return status === "cache_hit" || status === "touched" ? "cache_hit" : "downloaded";
}

/** The map inside a pack. The pack is what the master vouched for; this only finds a pack that is not a world. */
function mapOf(files: ReadonlyMap<string, Uint8Array>, key: string): WorldMap {
  const bytes = files.get("map.json");
  const map = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Partial<WorldMap>);
  if (map?.v !== 1 || map.key !== key || typeof map.solid !== "string" || !map.portals || !map.spawns)
    throw new Error(`the pack of ${key} holds no map of it`);
  return map as WorldMap;
}
