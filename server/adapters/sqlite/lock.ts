import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { StartRefused } from "#engine/start-refused.ts";
import { makeFolder } from "../make-folder.ts";
import { codeOf } from "./database.ts";

/** A connection nobody refers to any more is closed by the garbage collector, and the lock with it. */
const held = new Set<Database.Database>();

/**
 * One master per data folder. The operating system drops the lock with the process that holds it, so a
 * killed master leaves nothing to clear away; `master.pid` only serves to name the holder.
 *
 * @returns how to give the folder back.
 * @throws StartRefused naming the process that has it.
 */
export function lockFolder(folder: string): () => void {
  const pidFile = join(folder, "master.pid");
  const connection = acquire(folder, pidFile);
  held.add(connection);
  name(pidFile);
  return () => {
    rmSync(pidFile, { force: true });
    held.delete(connection);
    connection.close();
  };
}

/** On a disk that is full the holder stays without a name. */
function name(pidFile: string): void {
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    rmSync(pidFile, { force: true });
  }
}

function acquire(folder: string, pidFile: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    makeFolder(folder, 0o700);
    connection = new Database(join(folder, "master.lock"), { timeout: 50 });
    connection.exec("BEGIN EXCLUSIVE");
    return connection;
  } catch (error) {
    connection?.close();
    const code = codeOf(error);
    throw new StartRefused(
      20,
      code.startsWith("SQLITE_BUSY")
        ? `the data folder ${folder} is in use by another master (${holder(pidFile)}); see PORTCADE_DATA_DIR`
        : `the data folder ${folder} cannot be used (${(error as Error).message}); see PORTCADE_DATA_DIR and PORTCADE_DB_PATH`,
    );
  }
}

function holder(pidFile: string): string {
  try {
    const pid = /^[0-9]+/.exec(readFileSync(pidFile, "utf8"))?.[0];
    return pid === undefined ? "pid unknown" : `pid ${pid}`;
  } catch {
    return "pid unknown";
  }
}
