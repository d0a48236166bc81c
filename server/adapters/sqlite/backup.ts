import {
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { makeFolder } from "../make-folder.ts";
import type { BackupKind } from "./backup-kinds.ts";
import { BackupFailed, backupParts, type BackupRecord, measure, recordPath } from "./backup-record.ts";
import type { Connection } from "./database.ts";
import { flush } from "./flush.ts";
import { openStores } from "./open-stores.ts";

export interface BackupOptions {
  /** The file of the accounts; `runtime.db` lies beside it. */
  readonly dbPath: string;
  /** Where the packs of the worlds lie; only their index is copied, which vouches for their sizes and times. */
  readonly packDir: string;
  /** Is made, and must not be there. */
  readonly folder: string;
  readonly kind: BackupKind;
  /** Of this Portcade. */
  readonly version: string;
  readonly told?: ((step: BackupStep) => void) | undefined;
}

/** How far it is. */
export interface BackupStep {
  readonly step: "copying" | "checking" | "keeping";
  /** Of the copying. */
  readonly percent?: number;
}

/** How long somebody else may hold a file; nobody else waits for this process. */
const busyMs = 5000;
/** Copied in one step, so that progress can be told. */
const pagesAtOnce = 1024;
const attempts = 1000;
/** Must be left when both databases lie there twice: a backup is not what may fill the disk. */
const reserveBytes = 64 * 1024 * 1024;

/**
 * Copies both databases as they are at one moment, while a master may go on writing, proves the copies, and then
 * puts them in their place: they are whole, their references are, and this build can open them, migrating where it
 * has to. Whatever ends it before leaves no folder of that name.
 *
 * Takes a processor for a while, and waits for disks: not for a process that players wait for.
 *
 * @throws BackupFailed
 */
export async function backUp(options: BackupOptions): Promise<BackupRecord> {
  const { folder } = options;
  if (existsSync(folder)) throw new BackupFailed(`${folder} is there already`);
  const part = partOf(folder);
  try {
    makeFolder(dirname(folder), 0o700);
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { mode: 0o700 });
    const record = await fill(part, options);
    renameSync(part, folder);
    flush(dirname(folder));
    return record;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw new BackupFailed((error as Error).message, { cause: error });
  }
}

/** What a backup is called until it is one, and when it is to be none any more. */
export const partOf = (folder: string): string => join(dirname(folder), `.${basename(folder)}.part`);

async function fill(part: string, options: BackupOptions): Promise<BackupRecord> {
  const { dbPath, packDir, kind, version, told } = options;
  const sources = { durable: dbPath, runtime: join(dirname(dbPath), backupParts.runtime) };
  checkRoom(part, Object.values(sources));
  const hasPacks = copyIndex(packDir, part);
  const madeAt = await copyPair(sources, part, told);
  told?.({ step: "checking" });
  for (const name of ["durable", "runtime"] as const) check(join(part, backupParts[name]), name);
  prove(part);
  const parts = {
    durable: await seal(part, "durable"),
    runtime: await seal(part, "runtime"),
    ...(hasPacks && { packs: await seal(part, "packs") }),
  };
  told?.({ step: "keeping" });
  const record: BackupRecord = { schema: 1, kind, madeAt, version, parts };
  writeFileSync(recordPath(part), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  flush(recordPath(part));
  flush(part);
  return record;
}

/** On the disk as it is, and measured. */
async function seal(part: string, name: keyof typeof backupParts): ReturnType<typeof measure> {
  const file = join(part, backupParts[name]);
  flush(file);
  return measure(file);
}

function checkRoom(part: string, sources: readonly string[]): void {
  const sizes = sources
    .flatMap((file) => [file, `${file}-wal`])
    .map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const needed = 2 * sizes.reduce((sum, size) => sum + size, 0) + reserveBytes;
  const { bavail, bsize } = statfsSync(part);
  if (bavail * bsize < needed)
    throw new Error(
      `the disk is nearly full: ${mebibytes(bavail * bsize)} MiB are free, ${mebibytes(needed)} are needed`,
    );
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);

/** With its time, as `cp -p` does. */
function copyIndex(packDir: string, part: string): boolean {
  const from = join(packDir, basename(backupParts.packs));
  const stats = statSync(from, { throwIfNoEntry: false });
  if (!stats) return false;
  const to = join(part, backupParts.packs);
  mkdirSync(dirname(to), { mode: 0o700 });
  copyFileSync(from, to);
  utimesSync(to, stats.mtime, stats.mtime);
  return true;
}

async function copyPair(
  sources: Readonly<Record<"durable" | "runtime", string>>,
  part: string,
  told: BackupOptions["told"],
): Promise<string> {
  using open = new DisposableStack();
  const connect = (path: string): Connection =>
    open.adopt(new Database(path, { readonly: true, fileMustExist: true, timeout: busyMs }), (connection) =>
      connection.close(),
    );
  const pair = { durable: connect(sources.durable), runtime: connect(sources.runtime) };
  pin(pair, connect(sources.durable));
  const madeAt = new Date().toISOString();
  const pages = { durable: pagesOf(pair.durable), runtime: pagesOf(pair.runtime) };
  let done = 0;
  for (const name of ["durable", "runtime"] as const) {
    await pair[name].backup(join(part, backupParts[name]), {
      progress: ({ totalPages, remainingPages }) => {
        const copied = done + totalPages - remainingPages;
        told?.({ step: "copying", percent: Math.floor((100 * copied) / (pages.durable + pages.runtime)) });
        return pagesAtOnce;
      },
    });
    done += pages[name];
  }
  return madeAt;
}

const pagesOf = (connection: Connection): number =>
  connection.pragma("page_count", { simple: true }) as number;

/**
 * Holds on to both databases as they are at one moment. Accounts did not change in between, so those seen first are
 * those of the second look too; a batch that was just being committed is in the accounts alone, as after a crash.
 */
function pin({ durable, runtime }: Record<"durable" | "runtime", Connection>, probe: Connection): void {
  const version = (): unknown => probe.pragma("data_version", { simple: true });
  for (let n = 0; n < attempts; n++) {
    const before = version();
    look(durable);
    look(runtime);
    if (version() === before) return;
    for (const connection of [durable, runtime]) connection.exec("COMMIT");
  }
  throw new Error("the accounts are written to without a pause");
}

/** What is read from now on is as of now. */
function look(connection: Connection): void {
  connection.exec("BEGIN");
  connection.prepare("SELECT count(*) FROM sqlite_schema").get();
}

/** @throws Error when the database in this file is not whole */
export function check(file: string, name: string): void {
  const copied = new Database(file, { fileMustExist: true });
  try {
    // One file each: whoever opens it for play turns this back.
    copied.pragma("journal_mode = DELETE");
    const found = copied.pragma("integrity_check(1)", { simple: true });
    if (found !== "ok") throw new Error(`${name}.db is damaged: ${String(found)}`);
    const [dangling] = copied.pragma("foreign_key_check") as { table: string; parent: string }[];
    if (dangling)
      throw new Error(`${name}.db is damaged: ${dangling.table} names what ${dangling.parent} does not have`);
  } finally {
    copied.close();
  }
}

/** On copies of the copies: a backup is for the build that made the data, too. */
export function prove(folder: string): void {
  const trial = join(folder, ".trial");
  rmSync(trial, { recursive: true, force: true });
  mkdirSync(trial, { mode: 0o700 });
  try {
    for (const file of [backupParts.durable, backupParts.runtime])
      copyFileSync(join(folder, file), join(trial, file));
    openStores({ dbPath: join(trial, backupParts.durable) }).close();
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}
