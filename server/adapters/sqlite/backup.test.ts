import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkParts, readRecord } from "./backup-record.ts";
import { backUp, type BackupOptions } from "./backup.ts";
import { openStores } from "./open-stores.ts";

let dir: string;
let dbPath: string;
let options: BackupOptions;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-backup-"));
  dbPath = join(dir, "durable.db");
  const packDir = join(dir, "packs");
  options = { dbPath, packDir, folder: join(dir, "copies", "1"), kind: "asked", version: "0.1" };
});
afterEach(() => rmSync(dir, { recursive: true }));

const tables = (file: string): unknown => {
  const db = new Database(file, { readonly: true });
  const rows = db.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
  db.close();
  return rows;
};

test("both databases are copied under a running master, and nothing else is left beside them", async () => {
  const stores = openStores({ dbPath });
  const record = await backUp(options);
  expect(readdirSync(options.folder).sort()).toEqual(["backup.json", "durable.db", "runtime.db"]);
  expect(readdirSync(join(dir, "copies"))).toEqual(["1"]);
  for (const name of ["durable.db", "runtime.db"])
    expect(tables(join(options.folder, name))).toEqual(tables(join(dir, name)));
  expect(readRecord(options.folder)).toEqual(record);
  await checkParts(options.folder, record);
  stores.close();
});

test("the index of the packs comes along, byte for byte and with its time", async () => {
  openStores({ dbPath }).close();
  mkdirSync(options.packDir);
  const index = join(options.packDir, "index.json");
  writeFileSync(index, '{ "schema": 1, "packs": {} }');
  utimesSync(index, 1_700_000_000, 1_700_000_000);
  await backUp(options);
  const copy = join(options.folder, "world_packs/index.json");
  expect(readFileSync(copy)).toEqual(readFileSync(index));
  expect(statSync(copy).mtimeMs).toBe(1_700_000_000_000);
});

test("both are of one moment, whatever is written while they are copied", async () => {
  const stores = openStores({ dbPath });
  const [durable, runtime] = ["durable.db", "runtime.db"].map((name) => new Database(join(dir, name)));
  if (!durable || !runtime) throw new Error("no database");
  // As the master does it: the accounts first, then what is of this boot.
  const write = (n: number): void => {
    durable.prepare("INSERT INTO accounts (name, name_folded) VALUES (?, ?)").run(`a${n}`, `a${n}`);
    runtime.prepare("INSERT INTO meta (key, value) VALUES (?, ?)").run(`a${n}`, "x".repeat(4000));
  };
  let written = 0;
  while (written < 2000) write(written++);
  let steps = 0;
  await backUp({
    ...options,
    told: ({ step }) => {
      if (step !== "copying") return;
      steps++;
      write(written++);
    },
  });
  expect(steps).toBeGreaterThan(1);
  const count = (name: string, sql: string): unknown => {
    const db = new Database(join(options.folder, name), { readonly: true });
    const found = db.prepare(sql).pluck().get();
    db.close();
    return found;
  };
  expect(count("durable.db", "SELECT count(*) FROM accounts")).toBe(2000);
  expect(count("runtime.db", "SELECT count(*) FROM meta WHERE key LIKE 'a%'")).toBe(2000);
  for (const db of [durable, runtime]) db.close();
  stores.close();
});

test("a folder that is there is left alone", async () => {
  openStores({ dbPath }).close();
  await expect(backUp({ ...options, folder: dir })).rejects.toThrow("is there already");
  expect(existsSync(dbPath)).toBe(true);
});

test.each([
  ["no database", () => rmSync(dbPath), "unable to open"],
  ["something else", () => writeFileSync(dbPath, "x".repeat(5000)), "file is not a database"],
  [
    "a damaged database",
    () => {
      const db = new Database(dbPath);
      const insert = db.prepare("INSERT INTO accounts (name, name_folded) VALUES (?, ?)");
      for (let n = 0; n < 500; n++) insert.run(`name ${n}`, `name ${n}`);
      db.close();
      const bytes = readFileSync(dbPath);
      // An index that does not know an account, as a bad disk leaves it.
      bytes.write("nemo 499", bytes.lastIndexOf("name 499"));
      writeFileSync(dbPath, bytes);
    },
    "durable.db is damaged",
  ],
  [
    "a database of a later build",
    () => {
      const db = new Database(dbPath);
      db.pragma("user_version = 9999");
      db.close();
    },
    "9999",
  ],
  [
    "a database with a row that refers to none",
    () => {
      const db = new Database(dbPath);
      db.pragma("foreign_keys = OFF");
      db.exec("CREATE TABLE pets (owner INTEGER REFERENCES accounts (id)); INSERT INTO pets VALUES (7)");
      db.close();
    },
    "pets names what accounts does not have",
  ],
])("of %s no backup is made, and nothing is left of it", async (_, spoil, why) => {
  openStores({ dbPath }).close();
  spoil();
  await expect(backUp(options)).rejects.toThrow(why);
  expect(readdirSync(join(dir, "copies"))).toEqual([]);
});
