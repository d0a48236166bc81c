import { chmodSync } from "node:fs";
import { basename, dirname } from "node:path";
import Database from "better-sqlite3";
import { StartRefused } from "#engine/start-refused.ts";
import { makeFolder } from "../make-folder.ts";

export type Connection = Database.Database;

/** Exit codes of a start that the database forbids. */
const cannotOpen = 20;
const cannotMigrate = 21;

/** SQLite's own word for what went wrong, such as `SQLITE_BUSY`. */
export const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "error";
};

const isDamage = (code: string): boolean => code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB";

/**
 * Opens one database file, checks it and brings it to the newest version.
 *
 * @param synchronous `FULL` survives power loss, `NORMAL` the death of the process.
 * @returns the connection, and the version it was migrated to when that was not its own.
 * @throws StartRefused when it cannot be opened, is damaged, or was written by a newer program.
 */
export function openDatabase(
  path: string,
  synchronous: "FULL" | "NORMAL",
  migrations: readonly string[],
): { connection: Connection; migratedTo: number | undefined } {
  const connection = connect(path);
  try {
    check(connection, path);
    configure(connection, synchronous);
    return { connection, migratedTo: migrate(connection, path, migrations) };
  } catch (error) {
    connection.close();
    throw error instanceof StartRefused ? error : refusal(path, error);
  }
}

function connect(path: string): Connection {
  try {
    makeFolder(dirname(path), 0o700);
    // The driver's own default would block the event loop for five seconds on a busy file.
    const connection = new Database(path, { timeout: 50 });
    chmodSync(path, 0o600);
    return connection;
  } catch (error) {
    throw refusal(path, error);
  }
}

function check(connection: Connection, path: string): void {
  const found = connection.pragma("quick_check(1)", { simple: true });
  if (found !== "ok") throw new StartRefused(cannotOpen, damaged(path, String(found)));
}

function configure(connection: Connection, synchronous: "FULL" | "NORMAL"): void {
  connection.pragma("journal_mode = WAL");
  // Set by hand: the library is built so that WAL silently means NORMAL.
  connection.pragma(`synchronous = ${synchronous}`);
  connection.pragma("foreign_keys = ON");
  connection.pragma("trusted_schema = OFF");
  connection.pragma("cell_size_check = ON");
  // A checkpoint waits for the disk: seldom, so that few commits are the one that meets it.
  connection.pragma("wal_autocheckpoint = 4000");
  connection.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
}

function migrate(connection: Connection, path: string, migrations: readonly string[]): number | undefined {
  const version = connection.pragma("user_version", { simple: true }) as number;
  const newest = migrations.length;
  if (version > newest) {
    throw new StartRefused(
      cannotMigrate,
      `${path} has version ${version}, written by a newer Portcade; this one knows up to ${newest}`,
    );
  }
  if (version === newest) return undefined;
  try {
    connection
      .transaction(() => {
        for (const step of migrations.slice(version)) connection.exec(step);
        connection.pragma(`user_version = ${newest}`);
      })
      .exclusive();
    return newest;
  } catch (error) {
    const why = `${codeOf(error)}: ${(error as Error).message}`;
    throw new StartRefused(cannotMigrate, `${path} cannot be brought to version ${newest} (${why})`);
  }
}

/** Why a start ends that this error of the database met. */
export function refusal(path: string, error: unknown): StartRefused {
  const code = codeOf(error);
  const why = `${code}: ${(error as Error).message}`;
  if (isDamage(code)) return new StartRefused(cannotOpen, damaged(path, why));
  return new StartRefused(
    cannotOpen,
    `${path} cannot be opened (${why}); see PORTCADE_DATA_DIR and PORTCADE_DB_PATH`,
  );
}

const damaged = (path: string, why: string): string =>
  `${path} is damaged (${why.replaceAll(/\s+/g, " ")}): restore ${basename(path)} from a backup, or move it away to start without it`;
