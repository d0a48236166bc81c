import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/**
 * Writes beside, syncs, renames: a reader sees the old file or the new one, never half of it.
 * `mtime` is in Unix seconds.
 */
export function writeWhole(
  path: string,
  bytes: string | Uint8Array,
  beside: string = `${path}.new`,
  mtime?: number,
): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(beside, "w");
  try {
    writeFileSync(file, bytes);
    if (mtime !== undefined) futimesSync(file, mtime, mtime);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

/** Brings a file to these bytes, or away when there are none; whether anything had to be done. */
export function writeIfChanged(path: string, bytes: string | Uint8Array | undefined): boolean {
  const isThere = existsSync(path);
  if (bytes === undefined) {
    if (isThere) rmSync(path);
    return isThere;
  }
  if (isThere && readFileSync(path).equals(Buffer.from(bytes))) return false;
  writeWhole(path, bytes);
  return true;
}

/** Removes the folders of worlds that are no more. */
export function pruneFolders(dir: string, keep: ReadonlySet<string>): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) if (!keep.has(name)) rmSync(join(dir, name), { recursive: true });
}
