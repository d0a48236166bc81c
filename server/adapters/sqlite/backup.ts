import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import Database from "better-sqlite3";
import { openStores } from "./open-stores.ts";

/** A backup that could not be made, or that nobody could use. Nothing of it is left. */
export class BackupFailed extends Error {
  override readonly name = "BackupFailed";
}

/**
 * Copies both databases as they are at one moment each, while a master may go on writing, and proves the copies:
 * they are whole, and this build can open them, migrating where it has to.
 *
 * @param dbPath the file of the accounts; `runtime.db` lies beside it
 * @param folder is made, and must not be there
 * @throws BackupFailed
 */
export async function backUp(dbPath: string, folder: string): Promise<void> {
  if (existsSync(folder)) throw new BackupFailed(`${folder} is there already`);
  const files = [dbPath, join(dbPath, "..", "runtime.db")];
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Accounts last: what runtime.db speaks of is in there.
    for (const file of files.toReversed()) await copy(file, join(folder, basename(file)));
    prove(files.map((file) => join(folder, basename(file))));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new BackupFailed((error as Error).message, { cause: error });
  }
}

async function copy(from: string, to: string): Promise<void> {
  const source = new Database(from, { readonly: true, fileMustExist: true });
  try {
    await source.backup(to);
  } finally {
    source.close();
  }
  const copied = new Database(to);
  // One file each: whoever opens it for play turns this back.
  copied.pragma("journal_mode = DELETE");
  const found = copied.pragma("integrity_check", { simple: true });
  copied.close();
  if (found !== "ok") throw new Error(`${basename(from)} is damaged: ${String(found)}`);
}

/** On copies of the copies: a backup is for the build that made the data, too. */
function prove(files: readonly string[]): void {
  const trial = mkdtempSync(join(files[0] as string, "..", ".trial-"));
  try {
    for (const file of files) copyFileSync(file, join(trial, basename(file)));
    openStores({ dbPath: join(trial, basename(files[0] as string)) }).close();
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}
