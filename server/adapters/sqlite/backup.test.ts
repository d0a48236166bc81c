import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backUp } from "./backup.ts";
import { openStores } from "./open-stores.ts";

let dir: string;
let dbPath: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-backup-"));
  dbPath = join(dir, "durable.db");
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
  const folder = join(dir, "backups", "1");
  await backUp(dbPath, folder);
  expect(readdirSync(folder).sort()).toEqual(["durable.db", "runtime.db"]);
  for (const name of ["durable.db", "runtime.db"])
    expect(tables(join(folder, name))).toEqual(tables(join(dir, name)));
  stores.close();
});

test("a folder that is there is left alone", async () => {
  openStores({ dbPath }).close();
  await expect(backUp(dbPath, dir)).rejects.toThrow("is there already");
  expect(existsSync(dbPath)).toBe(true);
});

test.each([
  ["no database", () => rmSync(dbPath), "unable to open"],
  ["something else", () => writeFileSync(dbPath, "x".repeat(5000)), "file is not a database"],
  [
    "a database of a later build",
    () => {
      const db = new Database(dbPath);
      db.pragma("user_version = 9999");
      db.close();
    },
    "9999",
  ],
])("of %s no backup is made, and nothing is left of it", async (_, spoil, why) => {
  openStores({ dbPath }).close();
  spoil();
  const folder = join(dir, "backup");
  await expect(backUp(dbPath, folder)).rejects.toThrow(why);
  expect(existsSync(folder)).toBe(false);
});
