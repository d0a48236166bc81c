import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { StartRefused } from "#engine/start-refused.ts";
import { isSameBoot } from "./boot-id.ts";
import { openDatabase } from "./database.ts";
import { openStores, type Stores } from "./open-stores.ts";

let folder: string;
let dbPath: string;
const opened: Stores[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portcade-open-"));
  dbPath = join(folder, "durable.db");
});
afterEach(() => {
  for (const stores of opened.splice(0)) stores.close();
  rmSync(folder, { recursive: true });
});

function open(path = dbPath): Stores {
  const stores = openStores({ dbPath: path });
  opened.push(stores);
  return stores;
}

function refusal(work: () => unknown): StartRefused {
  try {
    work();
  } catch (error) {
    expect((error as Error).name).toBe("StartRefused");
    expect((error as Error).message).not.toContain("\n");
    return error as StartRefused;
  }
  throw new Error("was not refused");
}

const change = (file: string, sql: string): void => {
  const connection = new Database(join(folder, file));
  connection.exec(sql);
  connection.close();
};

describe("opening the databases", () => {
  test("makes the folder, both files and their schema, and says so once", () => {
    const first = openStores({ dbPath: join(folder, "deep", "er", "durable.db") });
    expect(first.migrated.map(({ file, version }) => [file.slice(folder.length + 1), version])).toEqual([
      ["deep/er/durable.db", 2],
      ["deep/er/runtime.db", 2],
    ]);
    first.close();
    expect(open(join(folder, "deep", "er", "durable.db")).migrated).toEqual([]);
  });

  test("a folder that cannot be is refused with both settings that may name it, and the reason once", () => {
    writeFileSync(join(folder, "file"), "");
    const { message, exitCode } = refusal(() => open(join(folder, "file", "below", "durable.db")));
    expect(exitCode).toBe(20);
    expect(message).toMatch(/cannot be used \(.*\); see PORTCADE_DATA_DIR and PORTCADE_DB_PATH$/);
    expect(message.match(/\b(ENOTDIR|EEXIST|ENOENT)\b/g)).toHaveLength(1);
  });

  test.each([
    ["durable.db", "FULL", 2],
    ["runtime.db", "NORMAL", 1],
  ] as const)("%s runs in WAL with synchronous %s and every other pragma set", (file, synchronous, level) => {
    const { connection } = openDatabase(join(folder, file), synchronous, []);
    const pragma = (name: string): unknown => connection.pragma(name, { simple: true });
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("synchronous")).toBe(level);
    expect(pragma("foreign_keys")).toBe(1);
    expect(pragma("trusted_schema")).toBe(0);
    expect(pragma("cell_size_check")).toBe(1);
    expect(pragma("busy_timeout")).toBe(50);
    expect(pragma("wal_autocheckpoint")).toBe(4000);
    expect(pragma("journal_size_limit")).toBe(67_108_864);
    connection.close();
  });

  test("every table is STRICT", () => {
    open();
    for (const file of ["durable.db", "runtime.db"]) {
      const connection = new Database(join(folder, file), { readonly: true });
      const tables = connection.prepare<[], { name: string; strict: number }>("PRAGMA table_list").all();
      const own = tables.filter(({ name }) => !name.startsWith("sqlite_"));
      expect(own.length).toBeGreaterThan(0);
      expect(own.filter(({ strict }) => strict !== 1)).toEqual([]);
      connection.close();
    }
  });

  test.each(["durable.db", "runtime.db"])(
    "a %s that is no database refuses the start in one line",
    (file) => {
      writeFileSync(
        join(folder, file),
        "this is not a database, but it is long enough to look at".repeat(40),
      );
      const { message, exitCode } = refusal(open);
      expect(exitCode).toBe(20);
      expect(message).toContain(`${join(folder, file)} is damaged (SQLITE_NOTADB`);
    },
  );

  test("a damaged page refuses the start", () => {
    open().close();
    change("durable.db", "CREATE TABLE filler (text TEXT); PRAGMA journal_mode = DELETE;");
    change(
      "durable.db",
      `INSERT INTO filler SELECT hex(randomblob(2000)) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3)`,
    );
    damage(dbPath);
    const { message, exitCode } = refusal(open);
    expect(exitCode).toBe(20);
    expect(message).toContain(`${dbPath} is damaged`);
  });

  test("a file of a newer version is left alone", () => {
    open().close();
    change("durable.db", "PRAGMA user_version = 99");
    const { message, exitCode } = refusal(open);
    expect(exitCode).toBe(21);
    expect(message).toBe(`${dbPath} has version 99, written by a newer Portcade; this one knows up to 2`);
  });

  test("a migration that fails changes nothing", () => {
    const path = join(folder, "half.db");
    const steps = ["CREATE TABLE one (id INTEGER) STRICT", "CREATE TABLE two (id NONSENSE) STRICT"];
    expect(refusal(() => openDatabase(path, "FULL", steps)).exitCode).toBe(21);
    const connection = new Database(path);
    expect(connection.pragma("user_version", { simple: true })).toBe(0);
    expect(connection.prepare("SELECT count(*) FROM sqlite_schema").pluck().get()).toBe(0);
    connection.close();
  });

  test("an older file is brought to the newest version with its rows", () => {
    const path = join(folder, "old.db");
    const steps = [
      "CREATE TABLE one (id INTEGER) STRICT; INSERT INTO one VALUES (7)",
      "ALTER TABLE one ADD COLUMN x REAL",
    ];
    openDatabase(path, "FULL", steps.slice(0, 1)).connection.close();
    const { connection, migratedTo } = openDatabase(path, "FULL", steps);
    expect(migratedTo).toBe(2);
    expect(connection.prepare("SELECT * FROM one").all()).toEqual([{ id: 7, x: null }]);
    connection.close();
  });

  test("a folder that cannot be made refuses the start, naming the setting", () => {
    writeFileSync(join(folder, "file"), "");
    const { message, exitCode } = refusal(() => open(join(folder, "file", "durable.db")));
    expect(exitCode).toBe(20);
    expect(message).toContain("PORTCADE_DATA_DIR");
  });

  test("a file that another writer holds refuses the start, and is as it was", () => {
    const { ports } = open();
    const other = new Database(join(folder, "runtime.db"));
    other.exec("BEGIN IMMEDIATE");
    const { message, exitCode } = refusal(() => ports.assign(["hub"], 19_081));
    expect([exitCode, message]).toEqual([
      20,
      expect.stringContaining("runtime.db cannot be opened (SQLITE_BUSY"),
    ]);
    opened.pop()?.close();
    expect(refusal(open).message).toContain("runtime.db cannot be opened (SQLITE_BUSY");
    other.exec("ROLLBACK");
    other.close();
    expect(open().isNewBoot).toBe(false);
  });

  test("what one master's clock leaves out is known to the next of the same boot, and to no other", () => {
    const first = openStores({ dbPath, bootId: "one boot" });
    expect(first.leftOutMs).toBe(0);
    first.keepLeftOut(1_234.5);
    first.close();
    expect(() => first.keepLeftOut(2)).not.toThrow();
    const next = openStores({ dbPath, bootId: "one boot" });
    expect(next.leftOutMs).toBe(1_234.5);
    next.close();
    const other = openStores({ dbPath, bootId: "another" });
    expect(other.leftOutMs).toBe(0);
    other.close();
  });

  test("a refused start gives the folder back", () => {
    writeFileSync(dbPath, "not a database".repeat(100));
    refusal(open);
    rmSync(dbPath);
    expect(open().migrated).toHaveLength(2);
  });
});

describe("one master per data folder", () => {
  test("a second one is refused in one line that names the first one's pid", () => {
    open();
    expect(refusal(open).message).toContain(`${folder} is in use by another master (pid ${process.pid})`);
  });

  test("the folder of sockets and launches is locked too when the database lies elsewhere", () => {
    const dataDir = join(folder, "data");
    const first = openStores({ dbPath, dataDir });
    opened.push(first);
    const other = join(folder, "elsewhere", "durable.db");
    expect(refusal(() => openStores({ dbPath: other, dataDir })).message).toContain(
      `${dataDir} is in use by another master (pid ${process.pid})`,
    );
    first.close();
    opened.push(openStores({ dbPath: other, dataDir }));
  });

  test("the folder is free again once the first is closed", () => {
    open().close();
    expect(() => open()).not.toThrow();
  });
});

describe("the master's epoch", () => {
  const epochOf = (): number => {
    const stores = openStores({ dbPath });
    stores.close();
    return stores.masterEpoch;
  };

  test("grows with every start, however quickly they follow one another", () => {
    const epochs = Array.from({ length: 5 }, epochOf);
    for (const [n, epoch] of epochs.entries()) expect(epoch).toBeGreaterThan(epochs[n - 1] ?? 0);
  });

  test("does not fall back with the database: a lost file, an older one, a clock set back", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 5_000_000 });
    expect(epochOf()).toBe(5000);
    const older = readFileSync(join(folder, "runtime.db"));
    vi.setSystemTime(1_000_000);
    expect(epochOf()).toBe(5001);
    vi.setSystemTime(6_000_000);
    writeFileSync(join(folder, "runtime.db"), older);
    expect(epochOf()).toBe(6000);
    rmSync(join(folder, "runtime.db"));
    vi.setSystemTime(7_000_000);
    expect(epochOf()).toBe(7000);
    vi.useRealTimers();
  });
});

describe("the world ports", () => {
  test("go to the sorted keys from the base on the first run", () => {
    const ports = open().ports.assign(["top_world", "hub", "left_world"], 19_081);
    expect(Object.fromEntries(ports)).toEqual({ hub: 19_081, left_world: 19_082, top_world: 19_083 });
  });

  test("are never renumbered: a new world gets the next free one", () => {
    const { ports } = open();
    ports.assign(["hub", "top_world"], 19_081);
    const after = ports.assign(["arena", "hub", "top_world"], 19_081);
    expect(Object.fromEntries(after)).toEqual({ arena: 19_083, hub: 19_081, top_world: 19_082 });
    expect(Object.fromEntries(ports.assign(["top_world"], 20_000))).toEqual({ top_world: 19_082 });
  });

  test("leave out the reserved ones", () => {
    expect([...open().ports.assign(["a", "b"], 19_080, [19_080, 19_082]).values()]).toEqual([19_081, 19_083]);
  });

  test("base 0 means any port, and nothing is kept", () => {
    const { ports } = open();
    expect([...ports.assign(["hub"], 0).values()]).toEqual([0]);
    expect([...ports.assign(["hub"], 19_081).values()]).toEqual([19_081]);
  });

  test("running out refuses the start and keeps nothing of the attempt", () => {
    const { ports } = open();
    expect(refusal(() => ports.assign(["a", "b"], 65_535)).message).toContain("no port is left for world b");
    expect([...ports.assign(["b"], 65_535).values()]).toEqual([65_535]);
  });
});

test("boots without a name are the same when they started at about the same second", () => {
  expect(isSameBoot("started-1000", "started-1030")).toBe(true);
  expect(isSameBoot("started-1000", "started-2000")).toBe(false);
  expect(isSameBoot("3f2a", "3f2b")).toBe(false);
});

/** Overwrites everything behind the first page. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096);
  writeFileSync(path, bytes);
}
