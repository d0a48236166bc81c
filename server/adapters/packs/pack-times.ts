import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { packIndex, type PackIndex } from "#shared/manifest.ts";

type Entry = PackIndex["packs"][string];

/**
 * Makes packs usable that were copied without their times: an index that is not there is put back, and every pack
 * whose bytes are those of the index gets the time it has there. Newer packs and their index are left alone.
 *
 * @param saved an index as it was backed up
 * @returns what was done, and what could not be, in lines for a person
 */
export async function restorePacks(saved: string, dir: string): Promise<string[]> {
  const index = join(dir, "index.json");
  const lines: string[] = [];
  try {
    if (!existsSync(index) && existsSync(saved)) {
      mkdirSync(dir, { recursive: true });
      putBack(saved, index);
      lines.push(`the index of the packs is back: ${index}`);
    }
    if (!existsSync(index)) return lines;
    const { packs } = packIndex.parse(JSON.parse(readFileSync(index, "utf8")));
    for (const entry of Object.values(packs)) {
      const line = await setTime(join(dir, entry.file), entry);
      if (line !== undefined) lines.push(line);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    lines.push(`the packs in ${dir} were not looked at (${code ?? message.split("\n")[0] ?? "error"})`);
  }
  return lines;
}

function putBack(saved: string, index: string): void {
  copyFileSync(saved, index);
  const { mtime } = statSync(saved);
  utimesSync(index, mtime, mtime);
}

async function setTime(path: string, { file, size, mtime, sha256 }: Entry): Promise<string | undefined> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return `${file} is missing: put the packs of the release back`;
  if (Math.floor(stats.mtimeMs / 1000) === mtime) return undefined;
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  if (stats.size !== size || hash.digest("hex") !== sha256)
    return `${file} is not what index.json says: put the packs of the release back`;
  utimesSync(path, mtime, mtime);
  return `${file} has its time back`;
}
