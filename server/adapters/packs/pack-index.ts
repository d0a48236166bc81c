import { createHash } from "node:crypto";
import { createReadStream, type FSWatcher, readFileSync, type Stats, statSync, watch } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { packIndex, type PackIndex } from "#shared/manifest.ts";
import type { PackInfo } from "#shared/protocol/parts.ts";

export interface PackIndexOptions {
  /** The folder of `index.json` and the packs. */
  readonly dir: string;
  /** Where clients fetch them, without a trailing slash; read at every lookup, as a port may be found late. */
  readonly baseUrl: () => string;
  /** Worlds whose pack is new, different or gone. */
  readonly onChange?: (worlds: readonly string[]) => void;
  readonly report?: (
    event: "packs.loaded" | "packs.refused",
    fields: { count?: number; reason?: string },
  ) => void;
}

/** A pack on disk, as the index vouches for it. */
export interface PackFile {
  readonly path: string;
  readonly size: number;
  /** Unix seconds. */
  readonly mtime: number;
  readonly sha256: string;
}

type Entry = PackIndex["packs"][string];

/**
 * `index.json`, kept in memory and read again when it changes. A pack is on offer only while the file
 * itself has the size and mtime that the index promises.
 */
export class PackIndexReader implements Disposable {
  readonly #options: PackIndexOptions;
  #entries = new Map<string, Entry>();
  #text: string | undefined;
  #seen = "";
  #watcher: FSWatcher | undefined;

  constructor(options: PackIndexOptions) {
    this.#options = options;
    this.#refresh(false);
  }

  /** The pack of a world; `undefined` while it is missing or is not what the index says. */
  packOf(world: string): PackInfo | undefined {
    this.#refresh(true);
    const entry = this.#entries.get(world);
    if (!entry || !this.#isIntact(entry)) return undefined;
    const { file, size, mtime, sha256 } = entry;
    return { url: `${this.#options.baseUrl()}/${file}`, size, mtime, sha256 };
  }

  /**
   * Reads a world's pack to its end: a file that is still being copied has its size and mtime before its bytes.
   *
   * @returns what is wrong with it, in plain words; `undefined` when it is what the index says
   */
  async faultOf(world: string): Promise<string | undefined> {
    this.#refresh(true);
    const entry = this.#entries.get(world);
    if (!entry) return `index.json names no pack of ${world}`;
    if (!this.#isIntact(entry)) return `${entry.file} is missing, or not of the size and time in index.json`;
    const hash = createHash("sha256");
    try {
      await pipeline(createReadStream(join(this.#options.dir, entry.file)), hash);
    } catch (error) {
      return `${entry.file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`;
    }
    return hash.digest("hex") === entry.sha256 ? undefined : `${entry.file} is not what index.json says`;
  }

  /** A pack by its file name or as `<sha256>.zip`, for serving it; only what the index names exists. */
  fileOf(name: string): PackFile | undefined {
    this.#refresh(true);
    for (const entry of this.#entries.values())
      if (entry.file === name || `${entry.sha256}.zip` === name) return this.#fileOf(entry);
    return undefined;
  }

  /** The file of a world's pack; `undefined` while it is missing or is not what the index says. */
  fileOfWorld(world: string): PackFile | undefined {
    this.#refresh(true);
    const entry = this.#entries.get(world);
    return entry && this.#fileOf(entry);
  }

  /** Of every pack that the index names. */
  get hashes(): string[] {
    return Array.from(this.#entries.values(), ({ sha256 }) => sha256);
  }

  /** The index itself, for serving it. */
  get text(): string | undefined {
    this.#refresh(true);
    return this.#text;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** A stat, and a read only when that differs: neither a missed nor a doubled watch event matters. */
  #refresh(isNews: boolean): void {
    this.#watch();
    const path = join(this.#options.dir, "index.json");
    const seen = fingerprint(path);
    if (seen === this.#seen) return;
    this.#seen = seen;
    const read = seen === "" ? { entries: new Map<string, Entry>(), text: undefined } : this.#read(path);
    if (read === undefined) return;
    const before = this.#entries;
    this.#entries = read.entries;
    this.#text = read.text;
    this.#options.report?.("packs.loaded", { count: read.entries.size });
    const changed = [...new Set([...before.keys(), ...read.entries.keys()])]
      .filter((world) => !isSame(before.get(world), read.entries.get(world)))
      .sort();
    if (isNews && changed.length > 0) this.#options.onChange?.(changed);
  }

  /** An index that cannot be understood leaves the one before it in force. */
  #read(path: string): { entries: Map<string, Entry>; text: string } | undefined {
    try {
      const text = readFileSync(path, "utf8");
      const { packs } = packIndex.parse(JSON.parse(text));
      return { entries: new Map(Object.entries(packs)), text };
    } catch (error) {
      const reason = (error as Error).message.replaceAll(/\s+/g, " ").slice(0, 200);
      this.#options.report?.("packs.refused", { reason });
      return undefined;
    }
  }

  /** The folder, not the file: the index is replaced by renaming. Tried again while there is no folder. */
  #watch(): void {
    if (this.#watcher) return;
    try {
      this.#watcher = watch(this.#options.dir, { persistent: false }, () => this.#refresh(true));
      this.#watcher.on("error", () => this[Symbol.dispose]());
    } catch {
      this.#watcher = undefined;
    }
  }

  #fileOf(entry: Entry): PackFile | undefined {
    const { file, size, mtime, sha256 } = entry;
    return this.#isIntact(entry) ? { path: join(this.#options.dir, file), size, mtime, sha256 } : undefined;
  }

  #isIntact({ file, size, mtime }: Entry): boolean {
    const stats = statOf(join(this.#options.dir, file));
    return stats !== undefined && stats.isFile() && stats.size === size && seconds(stats) === mtime;
  }
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });
const seconds = (stats: Stats): number => Math.floor(stats.mtimeMs / 1000);

function fingerprint(path: string): string {
  try {
    const stats = statOf(path);
    return stats === undefined ? "" : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
  } catch {
    return "";
  }
}

const isSame = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a?.file === b?.file && a?.size === b?.size && a?.mtime === b?.mtime && a?.sha256 === b?.sha256;
