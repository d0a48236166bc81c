import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { StoreFull } from "./store.ts";
import type { PackStore } from "./store.ts";

const tagSuffix = ".tag";

/** Packs in a folder, for players that run in Node. Not for the browser: this file alone needs Node. */
export function folderStore(folder: string): PackStore {
  const place = (path: string): string => join(folder, ...path.split("/"));
  return {
    async get(path) {
      const bytes = await readIfThere(place(path));
      const tag = await readIfThere(place(path) + tagSuffix);
      return bytes && { bytes, tag: tag && new TextDecoder().decode(tag) };
    },
    async put(path, bytes, tag) {
      if (tag) await replace(place(path) + tagSuffix, new TextEncoder().encode(tag));
      await replace(place(path), bytes);
    },
    async delete(path) {
      await rm(place(path), { force: true });
      await rm(place(path) + tagSuffix, { force: true });
    },
    async list() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreMissing);
      const files = (entries ?? []).filter((entry) => entry.isFile() && !/\.(tag|new)$/.test(entry.name));
      return Promise.all(
        files.map(async (file) => {
          const path = join(file.parentPath, file.name);
          return { path: relative(folder, path).split(sep).join("/"), size: (await stat(path)).size };
        }),
      );
    },
  };
}

/** Whole or not at all: a reader never sees half a file. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, bytes);
    await rename(`${file}.new`, file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    throw ["ENOSPC", "EDQUOT"].includes(code)
      ? new StoreFull(`No room in ${dirname(file)}`, { cause })
      : cause;
  }
}

async function readIfThere(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await readFile(file).catch(ignoreMissing);
  return bytes && new Uint8Array(bytes);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
