import { resolve } from "node:path";
import { backUp } from "#adapters/sqlite/backup.ts";
import { BackupFailed } from "#adapters/sqlite/backup-record.ts";
import { readConfig } from "../config.ts";
import type { Layout } from "../layout.ts";
import { exitCodes } from "./exit-codes.ts";

/** Backs up what the settings name; resolves to the exit code. */
export async function runBackup({ packDir }: Layout, folder: string): Promise<number> {
  // Only where the data lies is of interest, and not how worlds are reached.
  const { PORTCADE_DATA_DIR, PORTCADE_DB_PATH, MULTI_SERVER_DATA_DIR, MULTI_SERVER_DB_PATH } = process.env;
  const env = { PORTCADE_DATA_DIR, PORTCADE_DB_PATH, MULTI_SERVER_DATA_DIR, MULTI_SERVER_DB_PATH };
  const { config, problems } = readConfig(env, { cwd: process.cwd(), packDir });
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (!config) return exitCodes.badArguments.code;
  try {
    const { dbPath, version } = config;
    await backUp({ dbPath, packDir, folder: resolve(folder), kind: "asked", version });
    process.stdout.write(`BACKUP_DONE folder=${resolve(folder)}\n`);
    return exitCodes.clean.code;
  } catch (error) {
    if (!(error instanceof BackupFailed)) throw error;
    process.stderr.write(`no backup was made: ${error.message}\n`);
    return exitCodes.databaseOrMaster.code;
  }
}
