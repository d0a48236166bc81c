import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { isSameBoot, readBootId } from "./boot-id.ts";
import { StartRefused } from "#engine/start-refused.ts";
import { type Connection, openDatabase, refusal } from "./database.ts";
import { lockFolder } from "./lock.ts";
import { nextMasterEpoch } from "./master-epoch.ts";
import { durableMigrations, runtimeMigrations } from "./migrations.ts";
import { createPortMap, type PortMap } from "./ports.ts";
import { finishRestore } from "./restore-finish.ts";
import { type Committed, SqliteStore } from "./store.ts";

export interface Stores extends AsyncDisposable {
  readonly store: SqliteStore;
  readonly ports: PortMap;
  /** Differs at every start; pushes are numbered within one. */
  readonly epoch: string;
  /** Grows with every start over the same data, also when the database was lost or an older one restored. */
  readonly masterEpoch: number;
  /** Files that were new or older: `durable.db` and the version it has now. */
  readonly migrated: readonly { readonly file: string; readonly version: number }[];
  /** True when the machine has booted since: everything but accounts and ports was forgotten. */
  readonly isNewBoot: boolean;
  /** How long the loops of earlier masters stood still in this boot: the deadlines in here leave it out. */
  readonly leftOutMs: number;
  /** Never throws: a next master that does not know is early, no more. */
  keepLeftOut(ms: number): void;
  close(): void;
}

export interface StoresOptions {
  /** The file of the accounts; `runtime.db` and the lock lie beside it. */
  readonly dbPath: string;
  /** What else belongs to this master alone, when that is another folder. */
  readonly dataDir?: string;
  readonly bootId?: string;
  readonly onCommit?: (committed: Committed) => void;
}

/**
 * Opens, checks and migrates both files, and keeps every other master out of their folder.
 *
 * @throws StartRefused with exit code 20 (cannot be opened, damaged, in use) or 21 (cannot be migrated).
 */
export function openStores({ dbPath, dataDir, bootId = readBootId(), onCommit }: StoresOptions): Stores {
  const folder = dirname(dbPath);
  // What to close should a later step refuse the start.
  const undo: (() => void)[] = [lockFolder(folder)];
  const close = (): void => {
    for (const step of undo.splice(0).toReversed()) step();
  };
  const migrated: { file: string; version: number }[] = [];
  const open = (
    path: string,
    ...rest: [synchronous: "FULL" | "NORMAL", migrations: readonly string[]]
  ): Connection => {
    const { connection, migratedTo } = openDatabase(path, ...rest);
    undo.push(() => connection.close());
    if (migratedTo !== undefined) migrated.push({ file: path, version: migratedTo });
    return connection;
  };
  try {
    if (dataDir !== undefined && dataDir !== folder) undo.push(lockFolder(dataDir));
    // A restore that was cut short is all or nothing: this one was decided.
    orRefuse(dbPath, () => finishRestore(dbPath));
    const durable = open(dbPath, "FULL", durableMigrations);
    const runtimePath = join(folder, "runtime.db");
    const runtime = open(runtimePath, "NORMAL", runtimeMigrations);
    const begun = orRefuse(runtimePath, () => begin(runtime, bootId));
    const ports = createPortMap(runtime);
    return {
      store: new SqliteStore(durable, runtime, onCommit),
      ports: { assign: (...given) => orRefuse(runtimePath, () => ports.assign(...given)) },
      ...begun,
      migrated,
      close,
      [Symbol.asyncDispose]: () => Promise.resolve(close()),
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** A file that is busy or full when a start must write to it. */
function orRefuse<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw error instanceof StartRefused ? error : refusal(path, error);
  }
}

function begin(
  runtime: Connection,
  bootId: string,
): Pick<Stores, "epoch" | "masterEpoch" | "isNewBoot" | "leftOutMs" | "keepLeftOut"> {
  const get = runtime.prepare<[string], string>("SELECT value FROM meta WHERE key = ?").pluck();
  const set = runtime.prepare<[string, string]>(
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const keepLeftOut = (ms: number): void => {
    try {
      set.run("left_out_ms", String(ms));
    } catch {}
  };
  return runtime.transaction(() => {
    const lastBoot = get.get("boot_id");
    const isNewBoot = lastBoot !== undefined && !isSameBoot(lastBoot, bootId);
    // Instants and process ids of another boot mean nothing now.
    if (isNewBoot) runtime.exec("DELETE FROM snapshots; DELETE FROM steps");
    const starts = Number(get.get("starts") ?? 0) + 1;
    // The random part keeps epochs apart when the file itself was lost.
    const epoch = `${starts}-${randomBytes(6).toString("base64url")}`;
    const masterEpoch = nextMasterEpoch(Number(get.get("master_epoch") ?? 0), Date.now());
    set.run("boot_id", bootId);
    set.run("starts", String(starts));
    set.run("epoch", epoch);
    set.run("master_epoch", String(masterEpoch));
    if (isNewBoot) set.run("left_out_ms", "0");
    const leftOutMs = Number(get.get("left_out_ms") ?? 0);
    return { epoch, masterEpoch, isNewBoot, leftOutMs, keepLeftOut };
  })();
}
