import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { backupParts } from "./backup-record.ts";
import { flush } from "./flush.ts";

/** Called for between any two changes, so that a test can end the process there. */
export type Between = (what: string) => void;

/** From the moment this folder is there the restore is decided; what is to come lies in `new`. */
export const decidedPath = (dbPath: string): string => join(dirname(dbPath), ".restoring");
export const freshFolder = "new";

/** SQLite's own beside a database: they belong to the file they were written for. */
const sidecars = ["-wal", "-shm", "-journal"];

/**
 * Puts what a decided restore has prepared in its place, and keeps what was there: the rest of a restore, or of one
 * that was cut short. Only for who holds the folder's lock.
 *
 * @returns the folder where what was there lies now; `undefined` when nothing was
 * @throws the system's error when the disk refuses; the next call goes on from there
 */
export function finishRestore(dbPath: string, between: Between = () => {}): string | undefined {
  const decided = decidedPath(dbPath);
  if (!existsSync(decided)) return undefined;
  const folder = dirname(dbPath);
  for (const [name, place] of [
    [backupParts.durable, dbPath],
    [backupParts.runtime, join(folder, backupParts.runtime)],
  ] as const) {
    const fresh = join(decided, freshFolder, name);
    // As long as it lies there, what is in its place is what was there before.
    if (!existsSync(fresh)) continue;
    for (const ending of [...sidecars, ""]) {
      if (!existsSync(place + ending)) continue;
      renameSync(place + ending, join(decided, basename(place) + ending));
      between(`${name}${ending} is kept`);
    }
    renameSync(fresh, place);
    between(`${name} is in its place`);
  }
  rmSync(join(decided, freshFolder), { recursive: true, force: true });
  flush(folder);
  between("both are in their place");
  return keep(decided, folder);
}

function keep(decided: string, folder: string): string | undefined {
  if (readdirSync(decided).length === 0) {
    rmdirSync(decided);
    return undefined;
  }
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.[0-9]+/g, "");
  const name = join(folder, `replaced-${stamp}`);
  let kept = name;
  for (let n = 2; existsSync(kept); n++) kept = `${name}-${n}`;
  renameSync(decided, kept);
  flush(folder);
  return kept;
}
