import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { packIndex } from "#shared/manifest.ts";
import type { PackIndex } from "#shared/manifest.ts";
import { sha256, writeWhole } from "#tools/worlds/output.ts";

export type PackRecord = PackIndex["packs"][string];

/** The packs an `index.json` vouches for; none when it is missing or cannot be understood. */
export function readIndex(path: string): PackIndex["packs"] {
  if (!existsSync(path)) return {};
  try {
    return packIndex.parse(JSON.parse(readFileSync(path, "utf8"))).packs;
  } catch {
    return {};
  }
}

/** Whether the file on disk is the one the record speaks of, bytes and time. */
export function isAsRecorded(dir: string, record: PackRecord): boolean {
  const path = join(dir, record.file);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat || stat.size !== record.size) return false;
  return Math.floor(stat.mtimeMs / 1000) === record.mtime && sha256(readFileSync(path)) === record.sha256;
}

/** Puts a pack in its place, whole and with its time; readers see the old one or the new one. */
export function placePack(dir: string, key: string, bytes: Uint8Array, mtime: number): void {
  const path = join(dir, `${key}.zip`);
  writeWhole(path, bytes, join(dir, `${key}.uploading.zip`), mtime);
}

/** Brings a copy to the same bytes and the same time. */
export function mirrorFile(from: string, to: string): void {
  const { mtime } = statSync(from);
  const copy = statSync(to, { throwIfNoEntry: false });
  if (copy?.mtimeMs === mtime.getTime() && readFileSync(from).equals(readFileSync(to))) return;
  mkdirSync(dirname(to), { recursive: true });
  const beside = to.replace(/(\.[a-z]+)$/, ".uploading$1");
  copyFileSync(from, beside);
  utimesSync(beside, mtime, mtime);
  renameSync(beside, to);
}
