import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BackupFolder, type Kept, surplus } from "./backup-folder.ts";
import type { BackupKind } from "./backup-kinds.ts";
import { type BackupRecord, recordPath } from "./backup-record.ts";

const retention = { hourly: 3, daily: 2, beforeDeploy: 1 };
const part = { size: 0, sha256: "0".repeat(64) };
const recordOf = (kind: BackupKind, madeAt: string): BackupRecord => ({
  schema: 1,
  kind,
  madeAt,
  version: "0.1",
  parts: { durable: part, runtime: part },
});

/** As of the first days of a month, the newest first. */
const made = (...days: readonly string[]): Kept[] =>
  days.map((day) => {
    const [date = "", kind = "hourly"] = day.split(" ");
    return { name: day, path: day, record: recordOf(kind as BackupKind, `2026-11-${date}:00:00Z`) };
  });
const namesOf = (backups: readonly Kept[]): string[] => backups.map(({ name }) => name);

describe("what is kept:", () => {
  test("the newest hourly ones, and the last of the newest days", () => {
    const backups = made("05T02", "05T01", "05T00", "04T23", "04T22", "03T23", "03T22");
    expect(namesOf(surplus(backups, retention))).toEqual(["04T22", "03T23", "03T22"]);
  });

  test("the newest ones before a deploy, and all that somebody asked for", () => {
    const backups = made("05T02 before-deploy", "04T02 asked", "03T02 before-deploy", "02T02 asked");
    expect(namesOf(surplus(backups, retention))).toEqual(["03T02 before-deploy"]);
  });

  test("other kinds do not count among the hourly ones", () => {
    const backups = made("05T04 asked", "05T03 before-deploy", "05T02", "05T01", "05T00");
    expect(surplus(backups, retention)).toEqual([]);
  });
});

describe("the folder", () => {
  let dir: string;
  let folder: BackupFolder;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "portcade-backups-"));
    folder = new BackupFolder(dir);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const make = (kind: BackupKind, madeAt: string) => (path: string) => {
    mkdirSync(path);
    const record = recordOf(kind, madeAt);
    writeFileSync(recordPath(path), JSON.stringify(record));
    return Promise.resolve(record);
  };
  let count = 0;
  const add = (kind: BackupKind): Promise<Kept> =>
    folder.add(kind, retention, make(kind, new Date(count++).toISOString()));

  test("offers what was finished, and nothing else that lies there", async () => {
    expect(folder.list()).toEqual([]);
    const { name, path } = await add("asked");
    expect(name).toMatch(/^[0-9]{8}T[0-9]{6}Z-asked$/);
    for (const other of [".20260101T000000Z-asked.part", "20260101T000000Z-asked", "notes"])
      mkdirSync(join(folder.dir, other));
    writeFileSync(recordPath(join(folder.dir, "20260101T000000Z-asked")), '{"schema":2}');
    expect(folder.list()).toMatchObject([{ name, path }]);
  });

  test("has a name for each of several in a second", async () => {
    const names = new Set<string>();
    for (let n = 0; n < 3; n++) names.add((await add("asked")).name);
    expect(names.size).toBe(3);
    expect(folder.list()).toHaveLength(3);
  });

  test("clears away what is too much, and what another one left unfinished", async () => {
    for (let n = 0; n < 3; n++) await add("before-deploy");
    mkdirSync(join(folder.dir, ".20260101T000000Z-hourly.part"));
    const { name } = await add("before-deploy");
    expect(readdirSync(folder.dir).sort()).toEqual([".lock", name]);
  });

  test("makes one at a time", async () => {
    const going = Promise.withResolvers<void>();
    const first = folder.add("asked", retention, async (path) => {
      await going.promise;
      return make("asked", "2026-11-01T00:00:00Z")(path);
    });
    await expect(add("asked")).rejects.toThrow("another one is being made");
    going.resolve();
    await first;
    expect(await add("asked")).toBeDefined();
  });
});
