import { createHash } from "node:crypto";
import { constants, createReadStream, readdirSync, rmSync, type Stats, statSync } from "node:fs";
import { copyFile, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../make-folder.ts";
import type { PackFile } from "./pack-index.ts";

const ending = ".zip";
const unfinished = ".part";
const named = /^[0-9a-f]{64}$/;

export interface PackShelfOptions {
  readonly dir: string;
  readonly report: (
    event: "packs.kept" | "packs.refused",
    fields: { readonly sha256?: string; readonly reason?: string },
  ) => void;
}

/**
 * Copies of packs, `<dir>/<sha256>.zip`, proven byte by byte: what players still need stays to be had when the
 * folder of packs holds others by now, under whatever names.
 */
export class PackShelf implements AsyncDisposable {
  readonly #options: PackShelfOptions;
  /** Copies under way, by hash. */
  readonly #making = new Map<string, Promise<void>>();

  /** @throws the system's error when the folder cannot be made or read */
  constructor(options: PackShelfOptions) {
    this.#options = options;
    makeFolder(options.dir, 0o700);
    for (const name of readdirSync(options.dir))
      if (name.endsWith(unfinished)) rmSync(join(options.dir, name), { force: true });
  }

  /** Begins to copy a pack that is not here yet. One that is not what it should be, or has no room, is reported. */
  keep(pack: PackFile): void {
    const { sha256 } = pack;
    if (this.#making.has(sha256) || this.get(sha256)) return;
    const made = this.#copy(pack)
      .catch((error: unknown) => this.#options.report("packs.refused", { sha256, reason: reasonOf(error) }))
      .finally(() => this.#making.delete(sha256));
    this.#making.set(sha256, made);
  }

  get(sha256: string): PackFile | undefined {
    const path = this.#path(sha256);
    const stats = statOf(path);
    return stats && { path, size: stats.size, mtime: Math.floor(stats.mtimeMs / 1000), sha256 };
  }

  /** A copy by its file name, for serving it. */
  fileOf(name: string): PackFile | undefined {
    const sha256 = hashOf(name);
    return sha256 === undefined ? undefined : this.get(sha256);
  }

  /** Removes every copy but these; what cannot be removed is reported, and stays until the next time. */
  retain(needed: ReadonlySet<string>): void {
    try {
      for (const name of readdirSync(this.#options.dir)) {
        const sha256 = hashOf(name);
        if (sha256 !== undefined && !needed.has(sha256)) rmSync(this.#path(sha256), { force: true });
      }
    } catch (error) {
      const reason = reasonOf(error, "packs that nobody needs any more cannot be removed");
      this.#options.report("packs.refused", { reason });
    }
  }

  /** When no copy is under way any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#making.values());
  }

  async #copy({ path, mtime, sha256 }: PackFile): Promise<void> {
    const copy = this.#path(sha256);
    const part = `${copy}${unfinished}`;
    try {
      // Not a link: a pack may be written anew in its place.
      await copyFile(path, part, constants.COPYFILE_FICLONE);
      const hash = createHash("sha256");
      await pipeline(createReadStream(part), hash);
      if (hash.digest("hex") !== sha256) throw new Error("it is not what index.json says");
      await utimes(part, mtime, mtime);
      await rename(part, copy);
      this.#options.report("packs.kept", { sha256 });
    } finally {
      await rm(part, { force: true });
    }
  }

  #path(sha256: string): string {
    return join(this.#options.dir, `${sha256}${ending}`);
  }
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

function hashOf(name: string): string | undefined {
  const sha256 = name.endsWith(ending) ? name.slice(0, -ending.length) : "";
  return named.test(sha256) ? sha256 : undefined;
}

function reasonOf(error: unknown, what = "a pack that players need cannot be kept"): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return `${what}: ${code ?? message}`;
}
