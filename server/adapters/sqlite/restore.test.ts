import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { type BackupRecord, measure, recordPath } from "./backup-record.ts";
import { backUp } from "./backup.ts";
import { lockFolder } from "./lock.ts";
import { openStores, type Stores } from "./open-stores.ts";
import { restore } from "./restore.ts";

let dir: string;
let dataDir: string;
let dbPath: string;
let backup: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-restore-"));
  dataDir = join(dir, "data");
  dbPath = join(dataDir, "durable.db");
  backup = join(dir, "backup");
});
afterEach(() => rmSync(dir, { recursive: true }));

const there = { world: "hub", x: 213, y: 147, facing: 2 };
const admission = { id: "a1", launch: "launch:l1", world: "hub", seq: 4, identity: {} };
const ada = (more: object): Phased =>
  ({
    phase: "inWorld",
    identity: { name: "Ada", account: "account:ada" },
    admission: { ...admission, identity: { name: "Ada", account: "account:ada" } },
    resumeHash: "h",
    durableAt: 1,
    ...more,
  }) as Phased;

const put = (stores: Stores, states: Record<string, object>): Promise<void> =>
  stores.store.commit(new Map(Object.entries(states) as [Address, Phased][]));
const placeOf = (stores: Stores, account: Address = "account:ada"): unknown =>
  (stores.store.read(account) as { place?: unknown } | undefined)?.place;

const makeBackup = (): Promise<BackupRecord> =>
  backUp({ dbPath, packDir: join(dir, "packs"), folder: backup, kind: "asked", version: "0.1" });
const putBack = (record: BackupRecord) => restore({ backup, record, dbPath, dataDir });

/** A master's data: Ada is in the hub, and has walked since her account was written last. */
async function withAda(): Promise<BackupRecord> {
  const stores = openStores({ dbPath });
  await put(stores, {
    "account:ada": { phase: "live", name: "Ada", session: "session:s1", takeovers: [] },
    "session:s1": ada({ place: { ...there, x: 1 } }),
    "launch:l1": { phase: "running", world: "hub" },
  });
  await put(stores, {
    "session:s1": ada({
      place: there,
      admission: { ...(ada({}) as { admission?: object }).admission, seq: 5 },
    }),
  });
  const record = await makeBackup();
  stores.close();
  return record;
}

describe("what was backed up is back:", () => {
  test("everybody stands where they stood, and nobody is in, nothing runs", async () => {
    const record = await withAda();
    rmSync(dataDir, { recursive: true });
    expect(await putBack(record)).toBeUndefined();
    expect(readdirSync(dataDir).sort()).toEqual(["durable.db", "master.lock", "runtime.db"]);
    const stores = openStores({ dbPath });
    expect(placeOf(stores)).toEqual(there);
    expect(stores.store.load()).toEqual([]);
    stores.close();
  });

  test.each([
    [
      "who left the account and whose avatar still stands there",
      ada({ place: there, leaving: "account:ada", identity: { name: "Guest-1" } }),
      there,
    ],
    [
      "who was taken over",
      { phase: "ending", account: "account:ada", admission, place: there, wakeAt: 1 },
      there,
    ],
    ["whose avatar is somebody else still", ada({ place: there, admission }), undefined],
    ["who is a guest", ada({ place: there, identity: { name: "Guest-1" }, admission }), undefined],
  ])("the place of a player %s", async (_, session, place) => {
    const stores = openStores({ dbPath });
    await put(stores, {
      "account:ada": { phase: "live", name: "Ada", session: "session:s1", takeovers: [] },
      "session:s1": session,
    });
    const record = await makeBackup();
    stores.close();
    await putBack(record);
    const restored = openStores({ dbPath });
    expect(placeOf(restored)).toEqual(place);
    restored.close();
  });

  test("what was there is kept beside it, whole", async () => {
    const record = await withAda();
    const stores = openStores({ dbPath });
    await put(stores, { "account:bob": { phase: "free", name: "Bob", takeovers: [] } });
    stores.close();
    const kept = await putBack(record);
    expect(kept).toMatch(/replaced-[0-9]{8}T[0-9]{6}Z$/);
    const [now, before] = [dbPath, join(kept ?? "", "durable.db")].map((path) => {
      const opened = openStores({ dbPath: path });
      const bob = opened.store.read("account:bob");
      opened.close();
      return bob;
    });
    expect(now).toBeUndefined();
    expect(before).toMatchObject({ name: "Bob" });
  });

  test("the epoch grows all the same", async () => {
    const record = await withAda();
    const stores = openStores({ dbPath });
    const ahead = stores.masterEpoch + 1000;
    stores.close();
    const db = new Database(join(dataDir, "runtime.db"));
    db.prepare("UPDATE meta SET value = ? WHERE key = 'master_epoch'").run(String(ahead));
    db.close();
    await putBack(record);
    const restored = openStores({ dbPath });
    expect(restored.masterEpoch).toBeGreaterThan(ahead);
    restored.close();
  });

  test("also in place of what nobody can read", async () => {
    const record = await withAda();
    for (const name of ["durable.db", "runtime.db"]) writeFileSync(join(dataDir, name), "x".repeat(5000));
    const kept = await putBack(record);
    expect(readFileSync(join(kept ?? "", "durable.db"), "utf8")).toBe("x".repeat(5000));
    const stores = openStores({ dbPath });
    expect(placeOf(stores)).toEqual(there);
    stores.close();
  });
});

describe("refused, and nothing has changed:", () => {
  const contents = (): string[] => readdirSync(dataDir).filter((name) => name !== "master.lock");

  test("while a master has the folder", async () => {
    const record = await withAda();
    const release = lockFolder(dataDir);
    await expect(putBack(record)).rejects.toThrow(/in use by another master \(pid [0-9]+\)/);
    release();
  });

  test("a backup of which a byte is another", async () => {
    const record = await withAda();
    const before = contents();
    const file = join(backup, "runtime.db");
    const bytes = readFileSync(file);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expect(putBack(record)).rejects.toThrow("runtime.db is damaged");
    expect(contents()).toEqual(before);
  });

  test("a backup of which a file is gone", async () => {
    const record = await withAda();
    rmSync(join(backup, "durable.db"));
    await expect(putBack(record)).rejects.toThrow("durable.db is missing");
  });

  test("a backup of a newer Portcade", async () => {
    const record = await withAda();
    const before = contents();
    const db = new Database(join(backup, "durable.db"));
    db.pragma("user_version = 9999");
    db.close();
    const newer = {
      ...record,
      parts: { ...record.parts, durable: await measure(join(backup, "durable.db")) },
    };
    writeFileSync(recordPath(backup), JSON.stringify(newer));
    await expect(putBack(newer)).rejects.toThrow(
      `${join(backup, "durable.db")} has version 9999, written by a newer Portcade`,
    );
    expect(contents()).toEqual(before);
  });
});
