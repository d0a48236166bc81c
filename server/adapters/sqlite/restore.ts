import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { placeFor } from "#core/session/attach.ts";
import type { Session } from "#core/session/session.ts";
import { StartRefused } from "#engine/start-refused.ts";
import { type Address, idOf } from "#shared/address.ts";
import type { Place } from "#shared/protocol/parts.ts";
import { createAccounts } from "./accounts.ts";
import { check } from "./backup.ts";
import { BackupFailed, backupParts, type BackupRecord, checkParts } from "./backup-record.ts";
import { type Connection, openDatabase } from "./database.ts";
import { flush } from "./flush.ts";
import { lockFolder } from "./lock.ts";
import { durableMigrations, runtimeMigrations } from "./migrations.ts";
import { type Between, decidedPath, finishRestore, freshFolder } from "./restore-finish.ts";
import { createSnapshots } from "./snapshots.ts";
import { createSteps, withStep } from "./steps.ts";

export interface RestoreOptions {
  /** The folder of the backup. */
  readonly backup: string;
  readonly record: BackupRecord;
  /** Where the accounts are to lie; `runtime.db` comes beside it. */
  readonly dbPath: string;
  /** What else belongs to a master alone, when that is another folder. */
  readonly dataDir: string;
  readonly told?: ((step: "checking" | "preparing" | "replacing") => void) | undefined;
  readonly between?: Between | undefined;
}

/**
 * Puts both databases of a backup in place of those that are there, whole or not at all, also when it is cut short.
 * What was there is kept. It is as after a boot: nobody is in and nothing runs, everybody stands where they stood.
 *
 * @returns the folder where what was there lies now; `undefined` when nothing was
 * @throws BackupFailed when the backup is damaged or of a newer Portcade; nothing has changed then
 * @throws StartRefused when a master has the folder, or it cannot be used
 */
export async function restore(options: RestoreOptions): Promise<string | undefined> {
  const { backup, record, dbPath, dataDir, told, between = () => {} } = options;
  const folder = dirname(dbPath);
  using locks = new DisposableStack();
  for (const each of new Set([folder, dataDir])) locks.defer(lockFolder(each));
  // One that was cut short is first brought to its end: it was decided.
  finishRestore(dbPath);
  told?.("checking");
  await checkParts(backup, record);
  told?.("preparing");
  const part = join(folder, ".restoring.part");
  rmSync(part, { recursive: true, force: true });
  try {
    prepare(part, options);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
  between("prepared");
  told?.("replacing");
  renameSync(part, decidedPath(dbPath));
  flush(folder);
  between("decided");
  return finishRestore(dbPath, between);
}

function prepare(part: string, { backup, dbPath, between }: RestoreOptions): void {
  const fresh = join(part, freshFolder);
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const files = [backupParts.durable, backupParts.runtime].map((name) => join(fresh, name));
  for (const file of files) copyFileSync(join(backup, file.slice(fresh.length + 1)), file);
  between?.("copied");
  try {
    settle(fresh, join(dirname(dbPath), backupParts.runtime));
    for (const file of files) check(file, file.slice(fresh.length + 1, -".db".length));
  } catch (error) {
    if (!(error instanceof StartRefused)) throw new BackupFailed((error as Error).message, { cause: error });
    // It speaks of the copy.
    throw new BackupFailed(error.message.replaceAll(fresh, backup), { cause: error });
  }
  for (const path of [...files, fresh, part]) flush(path);
}

/**
 * Brings the copies to this build's versions, and to rest.
 *
 * @param replaced the `runtime.db` that they take the place of
 */
function settle(fresh: string, replaced: string): void {
  using open = new DisposableStack();
  const connect = (name: string, migrations: readonly string[]): Connection =>
    open.adopt(openDatabase(join(fresh, name), "FULL", migrations).connection, (connection) =>
      connection.close(),
    );
  const durable = connect(backupParts.durable, durableMigrations);
  const runtime = connect(backupParts.runtime, runtimeMigrations);
  const accounts = createAccounts(durable);
  for (const [account, place] of placesOf(runtime)) {
    const known = accounts.read(idOf(account));
    if (known) accounts.write(idOf(account), { ...known, place });
  }
  // Launches, sessions and journeys of then are over; their processes and tokens must not come back.
  runtime.exec("DELETE FROM snapshots; DELETE FROM steps");
  // Worlds that play on obey nobody older than the master they have met.
  runtime
    .prepare(
      `INSERT INTO meta (key, value) VALUES ('master_epoch', @epoch)
       ON CONFLICT (key) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(@epoch AS INTEGER))`,
    )
    .run({ epoch: String(epochOf(replaced)) });
}

/** Where players with accounts stood, when their account does not know it yet. */
function* placesOf(runtime: Connection): Generator<[Address<"account">, Place]> {
  const steps = createSteps(runtime).all();
  for (const [address, snapshot] of createSnapshots(runtime).all()) {
    if (!address.startsWith("session:")) continue;
    const state = withStep(snapshot, steps.get(address)) as Session;
    if (state.phase === "naming") continue;
    if (state.phase === "ending") {
      if (state.place) yield [state.account, state.place];
      continue;
    }
    for (const account of [state.leaving, state.identity.account]) {
      const place = account && placeFor(state, account);
      if (place) yield [account, place];
    }
  }
}

/** The newest epoch that the database which is replaced knows of; one that is lost or damaged knows none. */
function epochOf(path: string): number {
  if (!existsSync(path)) return 0;
  let connection: Connection | undefined;
  try {
    connection = new Database(path, { readonly: true });
    const text = connection.prepare("SELECT value FROM meta WHERE key = 'master_epoch'").pluck().get();
    return Number(text) || 0;
  } catch {
    return 0;
  } finally {
    connection?.close();
  }
}
