import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { visible } from "#adapters/log/escape.ts";
import { restorePacks } from "#adapters/packs/pack-times.ts";
import { BackupFolder } from "#adapters/sqlite/backup-folder.ts";
import { BackupFailed, backupParts, readRecord } from "#adapters/sqlite/backup-record.ts";
import { restore } from "#adapters/sqlite/restore.ts";
import { StartRefused } from "#engine/start-refused.ts";
import type { Config } from "../config.ts";
import type { Layout } from "../layout.ts";
import { readPlaces } from "./backup.ts";
import type { BackupCommand } from "./backup-arguments.ts";
import { exitCodes } from "./exit-codes.ts";

type Wanted = Extract<BackupCommand, { name: "restore" }>;

const words = {
  checking: "checking the backup",
  preparing: "preparing a copy of it",
  replacing: "putting it in place",
} as const;

/** Does what `portcade restore …` asks for; resolves to the exit code. */
export async function runRestore({ packDir }: Layout, wanted: Wanted): Promise<number> {
  const config = readPlaces(envFor(wanted.dataDir), packDir);
  if (!config) return exitCodes.badArguments.code;
  const backup = find(wanted.backup, config);
  if (backup === undefined)
    return refuse(
      exitCodes.badArguments.code,
      `there is no backup ${wanted.backup}; see portcade backup list, or name its folder`,
    );
  const record = readRecord(backup);
  if (!record)
    return refuse(exitCodes.databaseOrMaster.code, `${backup} is no backup, or one of a newer Portcade`);
  const stranger = strangerTo(dirname(config.dbPath));
  if (stranger !== undefined) return refuse(exitCodes.databaseOrMaster.code, stranger);
  try {
    const told = (step: keyof typeof words): void => say(words[step]);
    const replaced = await restore({ ...config, backup, record, told });
    for (const line of await restorePacks(join(backup, backupParts.packs), config.packDir)) say(line);
    if (replaced !== undefined)
      say(`what was there is in ${replaced}; remove it when it is not needed any more`);
    say(`RESTORE_DONE backup=${backup} of=${record.madeAt}`);
    return exitCodes.clean.code;
  } catch (error) {
    if (error instanceof StartRefused)
      return refuse(error.exitCode, `nothing was restored: ${error.message}`);
    const isKnown = error instanceof BackupFailed || "code" in (error as object);
    if (!isKnown) throw error;
    return refuse(exitCodes.databaseOrMaster.code, `nothing was restored: ${(error as Error).message}`);
  }
}

/** The folder given in the command is the whole of the data. */
function envFor(dataDir: string | undefined): NodeJS.ProcessEnv {
  if (dataDir === undefined) return process.env;
  const { PORTCADE_WORLD_PACK_DIR } = process.env;
  return { PORTCADE_WORLD_PACK_DIR, PORTCADE_DATA_DIR: dataDir };
}

function find(wanted: string, { dataDir }: Config): string | undefined {
  const named = new BackupFolder(dataDir).list().find(({ name }) => name === wanted);
  const path = named?.path ?? resolve(wanted);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : undefined;
}

/** Files that root makes the master could not open. */
function strangerTo(folder: string): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync(folder)) return undefined;
  const { uid } = statSync(folder);
  return uid === 0
    ? undefined
    : `${folder} belongs to another user (uid ${uid}); restore as that one: runuser -u <name> -- portcade restore …`;
}

function say(line: string): void {
  process.stdout.write(`${visible(line)}\n`);
}

function refuse(code: number, line: string): number {
  process.stderr.write(`${visible(line)}\n`);
  return code;
}
