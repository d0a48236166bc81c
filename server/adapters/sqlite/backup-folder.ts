import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { makeFolder } from "../make-folder.ts";
import type { BackupKind } from "./backup-kinds.ts";
import { BackupFailed, type BackupRecord, readRecord } from "./backup-record.ts";
import { partOf } from "./backup.ts";
import { codeOf } from "./database.ts";

/** How many backups are kept. Those that somebody asked for are kept until somebody removes them. */
export interface Retention {
  readonly hourly: number;
  /** The last hourly one of so many days (UTC) is kept beyond those. */
  readonly daily: number;
  readonly beforeDeploy: number;
}

/** A backup in its place. */
export interface Kept {
  readonly name: string;
  readonly path: string;
  readonly record: BackupRecord;
}

/** Also those that were put here under names of their own, such as `…-before-1.3`. */
const named = /^[0-9]{8}T[0-9]{6}Z-[a-z0-9.-]{1,60}$/;
const unfinished = /^\..*\.part$/;

/** The backups of a data folder, `<dir>/<time>-<kind>`. */
export class BackupFolder {
  readonly dir: string;

  /** @param dataDir the folder of the master's data; nothing is made in it before the first backup */
  constructor(dataDir: string) {
    this.dir = join(dataDir, "backups");
  }

  /**
   * Every backup that was finished, the newest first.
   *
   * @throws the system's error when the folder cannot be read
   */
  list(): Kept[] {
    return namesIn(this.dir)
      .filter((name) => named.test(name))
      .flatMap((name) => {
        const path = join(this.dir, name);
        const record = readRecord(path);
        return record ? [{ name, path, record }] : [];
      })
      .sort((a, b) => b.record.madeAt.localeCompare(a.record.madeAt) || b.name.localeCompare(a.name));
  }

  /**
   * Makes a backup here, and removes those that are too many; one at a time.
   *
   * @param make is given the folder to make
   * @throws BackupFailed
   */
  async add(
    kind: BackupKind,
    retention: Retention,
    make: (folder: string) => Promise<BackupRecord>,
  ): Promise<Kept> {
    makeFolder(this.dir, 0o700);
    using _ = lock(join(this.dir, ".lock"));
    for (const name of readdirSync(this.dir))
      if (unfinished.test(name)) rmSync(join(this.dir, name), { recursive: true, force: true });
    const name = this.#freeName(kind);
    const path = join(this.dir, name);
    const record = await make(path);
    this.#prune(retention);
    return { name, path, record };
  }

  #freeName(kind: BackupKind): string {
    const stamp = new Date().toISOString().replaceAll(/[-:]|\.[0-9]+/g, "");
    const name = `${stamp}-${kind}`;
    for (let n = 2, free = name; ; free = `${name}-${n++}`)
      if (!existsSync(join(this.dir, free))) return free;
  }

  #prune(retention: Retention): void {
    for (const { path } of surplus(this.list(), retention)) {
      // Out of sight at once: one that is half removed is not offered.
      const part = partOf(path);
      renameSync(path, part);
      rmSync(part, { recursive: true, force: true });
    }
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

/** Those of `backups`, the newest first, that are not kept. */
export function surplus(
  backups: readonly Kept[],
  { hourly, daily, beforeDeploy }: Retention,
): readonly Kept[] {
  const of = (kind: BackupKind): Kept[] => backups.filter(({ record }) => record.kind === kind);
  const hourlies = of("hourly");
  const lastOfDays = new Map<string, Kept>();
  for (const backup of hourlies) {
    const day = backup.record.madeAt.slice(0, 10);
    if (!lastOfDays.has(day)) lastOfDays.set(day, backup);
  }
  const kept = new Set([...hourlies.slice(0, hourly), ...[...lastOfDays.values()].slice(0, daily)]);
  return [...hourlies.filter((backup) => !kept.has(backup)), ...of("before-deploy").slice(beforeDeploy)];
}

/** The system drops it with the process that has it. */
function lock(path: string): Disposable {
  const connection = new Database(path, { timeout: 50 });
  try {
    connection.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    const why = codeOf(error).startsWith("SQLITE_BUSY")
      ? "another one is being made"
      : (error as Error).message;
    throw new BackupFailed(why, { cause: error });
  }
  return { [Symbol.dispose]: () => connection.close() };
}
