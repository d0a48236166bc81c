import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { backupKinds } from "./backup-kinds.ts";

/** A backup that could not be made, or that nobody can use. */
export class BackupFailed extends Error {
  override readonly name = "BackupFailed";
}

/** What lies in a backup, relative to its folder. */
export const backupParts = {
  durable: "durable.db",
  runtime: "runtime.db",
  /** The index of the packs that players had, with its own time; absent where there was none. */
  packs: "world_packs/index.json",
} as const;

/** The last file to be written: without it there is no backup. */
const recordFile = "backup.json";

const part = z.strictObject({ size: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const backupRecord = z.strictObject({
  schema: z.literal(1),
  kind: z.enum(backupKinds),
  /** The moment that both databases are of. */
  madeAt: z.iso.datetime(),
  /** Of the Portcade that made it. */
  version: z.string().max(16),
  parts: z.strictObject({ durable: part, runtime: part, packs: part.optional() }),
});
export type BackupRecord = z.infer<typeof backupRecord>;
export type BackupPart = keyof typeof backupParts;

export const recordPath = (folder: string): string => join(folder, recordFile);

/** What a folder says of itself; `undefined` when it is no backup. Whether the bytes are those, `checkParts` tells. */
export function readRecord(folder: string): BackupRecord | undefined {
  try {
    return backupRecord.parse(JSON.parse(readFileSync(recordPath(folder), "utf8")));
  } catch {
    return undefined;
  }
}

/** Size and hash of a file as it lies there. */
export async function measure(path: string): Promise<z.infer<typeof part>> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return { size: statSync(path).size, sha256: hash.digest("hex") };
}

/** @throws BackupFailed naming the first file that is missing or is not what the record says */
export async function checkParts(folder: string, { parts }: BackupRecord): Promise<void> {
  for (const name of Object.keys(backupParts) as BackupPart[]) {
    const [file, expected] = [backupParts[name], parts[name]];
    if (!expected) continue;
    const found = await measure(join(folder, file)).catch((cause: unknown) => {
      throw new BackupFailed(`${file} is missing or cannot be read`, { cause });
    });
    if (found.size !== expected.size || found.sha256 !== expected.sha256)
      throw new BackupFailed(`${file} is damaged: it is not what was backed up`);
  }
}

/** What a backup takes on the disk. */
export const bytesOf = ({ parts }: BackupRecord): number =>
  Object.values(parts).reduce((sum, part) => sum + (part?.size ?? 0), 0);
