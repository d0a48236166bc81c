import { zipSync } from "fflate";
import type { ZippableFile } from "fflate";
import { limits } from "#shared/limits.ts";

/** Files of a pack by their path in it. */
export type Entries = ReadonlyMap<string, Uint8Array>;

/** Which says who made each picture; the one name with capitals. */
export const licenses = "LICENSES.json";

/** A pack that must not be made, and why. */
export class PackRefused extends Error {
  override readonly name = "PackRefused";
}

// Compressed by their own format: deflating again costs time and gains nothing.
const dense = /\.(png|jpg|webp|ogg|mp3|woff2)$/;
// Without a zone, so that the archive's local time reads the same wherever it is made.
const epoch = "1980-01-01T00:00:00";

/** The same entries give the same bytes on any machine, in any folder and time zone. Throws `PackRefused`. */
export function zip(entries: Entries): Uint8Array {
  checkEntries(entries);
  const files: Record<string, ZippableFile> = {};
  for (const [path, bytes] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
    files[path] = [
      bytes,
      { level: dense.test(path) ? 0 : 9, mtime: epoch, os: 3, attrs: (0o644 << 16) >>> 0 },
    ];
  const packed = zipSync(files);
  if (packed.length > limits.packBytes)
    throw new PackRefused(`${packed.length} bytes; at most ${limits.packBytes} are allowed`);
  return packed;
}

function checkEntries(entries: Entries): void {
  if (entries.size > limits.packEntries)
    throw new PackRefused(`${entries.size} files; at most ${limits.packEntries} are allowed`);
  const seen = new Map<string, string>();
  let unpacked = 0;
  for (const [path, bytes] of entries) {
    checkPath(path);
    const twin = seen.get(path.toLowerCase());
    if (twin !== undefined) throw new PackRefused(`${path}: differs from ${twin} only in case`);
    seen.set(path.toLowerCase(), path);
    unpacked += bytes.length;
  }
  if (unpacked > limits.packUnpackedBytes)
    throw new PackRefused(`${unpacked} bytes unpacked; at most ${limits.packUnpackedBytes} are allowed`);
}

function checkPath(path: string): void {
  if (path === licenses) return;
  if (
    !/^[a-z0-9._/-]+$/.test(path) ||
    path.split("/").some((part) => part === "" || part === "." || part === "..")
  )
    throw new PackRefused(`${path}: a path is made of a–z, 0–9, ".", "_" and "-"`);
  if (path.startsWith("server/")) throw new PackRefused(`${path}: what is the server's stays on the server`);
  if (path.endsWith(".map")) throw new PackRefused(`${path}: source maps are not packed`);
}
