import { createHash } from "node:crypto";
import { join } from "node:path";

/** Longer socket paths do not fit the kernel's address. */
const socketPathBytes = 100;

/**
 * Where a master takes orders from this machine: a socket in its data folder, a named pipe on Windows.
 *
 * @returns `undefined` when the folder's path is too long for a socket
 */
export function operatorPath(dataDir: string): string | undefined {
  if (process.platform === "win32") {
    const name = createHash("sha256").update(dataDir.toLowerCase()).digest("hex").slice(0, 16);
    return `\\\\.\\pipe\\portcade-${name}`;
  }
  const path = join(dataDir, "operator.sock");
  return Buffer.byteLength(path) > socketPathBytes ? undefined : path;
}
