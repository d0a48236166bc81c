import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreUnavailable, type Writes } from "#engine/ports.ts";
import { storeContract } from "#engine/store.contract.ts";
import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { openStores, type Stores } from "./open-stores.ts";

const ada = {
  phase: "live",
  name: "Ada",
  place: { world: "hub", x: 1, y: 2, facing: 3 },
  takeovers: [],
  session: "session:s1",
};

const both = (account: Phased, session: Phased): Writes =>
  new Map<Address, Phased>([
    ["account:ada", account],
    ["session:s1", session],
  ]);

for (const jammed of ["durable.db", "runtime.db"]) {
  storeContract(`SQLite, with ${jammed} held by somebody else,`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "portcade-store-"));
    const dbPath = join(folder, "durable.db");
    let stores = openStores({ dbPath });
    const rival = new Database(join(folder, jammed));
    return {
      store: stores.store,
      reopen: async () => {
        stores.close();
        stores = openStores({ dbPath });
        return stores.store;
      },
      jam: (isJammed) => void rival.exec(isJammed ? "BEGIN IMMEDIATE" : "ROLLBACK"),
      [Symbol.asyncDispose]: async () => {
        rival.close();
        stores.close();
        rmSync(folder, { recursive: true });
      },
    };
  });
}

describe("the SQLite store", () => {
  let folder: string;
  let stores: Stores;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "portcade-store-"));
    stores = openStores({ dbPath: join(folder, "durable.db"), bootId: "boot-1" });
  });
  afterEach(() => {
    stores.close();
    rmSync(folder, { recursive: true });
  });

  const look = <T>(file: string, sql: string): T[] => {
    const connection = new Database(join(folder, file), { readonly: true });
    try {
      return connection.prepare<[], T>(sql).all();
    } finally {
      connection.close();
    }
  };

  test("an account's name and place are columns of durable.db; who is logged in is not there", async () => {
    await stores.store.commit(new Map([["account:ada", ada]]));
    const [row] = look<Record<string, unknown>>("durable.db", "SELECT * FROM accounts");
    expect(row).toMatchObject({
      id: 1,
      name: "Ada",
      name_folded: "ada",
      world_key: "hub",
      x: 1,
      y: 2,
      facing: 3,
      has_position: 1,
    });
    expect(JSON.stringify(row)).not.toContain("s1");
    expect(look("runtime.db", "SELECT address, phase FROM snapshots")).toEqual([
      { address: "account:ada", phase: "live" },
    ]);
  });

  test("a sleeping account takes no room in memory or in runtime.db", async () => {
    await stores.store.commit(new Map([["account:ada", ada]]));
    const { session: _, ...rest } = ada;
    await stores.store.commit(new Map([["account:ada", { ...rest, phase: "free" }]]));
    expect(look("runtime.db", "SELECT * FROM snapshots")).toEqual([]);
  });

  test("only an account that asked to be woken is loaded", async () => {
    const bo = Object.assign({}, ada, { phase: "handing", name: "Bo", wakeAt: 9 });
    await stores.store.commit(
      new Map<Address, Phased>([
        ["account:ada", ada],
        ["account:bo", bo],
      ]),
    );
    expect(stores.store.load()).toEqual([["account:bo", bo]]);
  });

  test("a change of phase alone does not touch an account's row", async () => {
    await stores.store.commit(new Map([["account:ada", ada]]));
    stores.close();
    const rival = new Database(join(folder, "durable.db"));
    rival.exec("UPDATE accounts SET updated_at = 7");
    rival.close();
    stores = openStores({ dbPath: join(folder, "durable.db"), bootId: "boot-1" });
    await stores.store.commit(new Map([["account:ada", { ...ada, phase: "handing", wakeAt: 9 }]]));
    expect(look("durable.db", "SELECT updated_at FROM accounts")).toEqual([{ updated_at: 7 }]);
    await stores.store.commit(new Map([["account:ada", { ...ada, place: { ...ada.place, x: 5 } }]]));
    expect(look("durable.db", "SELECT updated_at = 7 AS old, x FROM accounts")).toEqual([{ old: 0, x: 5 }]);
  });

  test("after another boot of the machine only accounts and ports are left", async () => {
    const ports = stores.ports.assign(["hub", "caves"], 19_081);
    await stores.store.commit(both(ada, { phase: "detached" }));
    stores.close();
    stores = openStores({ dbPath: join(folder, "durable.db"), bootId: "boot-2" });
    expect(stores.isNewBoot).toBe(true);
    expect(stores.store.load()).toEqual([]);
    expect(stores.store.read("account:ada")).toEqual({
      phase: "free",
      takeovers: [],
      name: "Ada",
      place: ada.place,
    });
    expect(stores.ports.assign(["hub", "caves"], 19_081)).toEqual(ports);
  });

  test("after a restart on the same boot nothing is forgotten, and the epoch is another", async () => {
    await stores.store.commit(new Map([["session:s1", { phase: "detached" }]]));
    const { epoch } = stores;
    stores.close();
    stores = openStores({ dbPath: join(folder, "durable.db"), bootId: "boot-1" });
    expect(stores.isNewBoot).toBe(false);
    expect(stores.store.load()).toEqual([["session:s1", { phase: "detached" }]]);
    expect(stores.epoch).not.toBe(epoch);
    expect(stores.epoch).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
  });

  test.each([
    ["SQLITE_FULL", "max_page_count = 1"],
    ["SQLITE_READONLY", "query_only = ON"],
  ])("%s is something to get over", async (code, pragma) => {
    const { SqliteStore } = await import("./store.ts");
    const durable = new Database(join(folder, "durable.db"));
    const runtime = new Database(join(folder, "runtime.db"));
    const store = new SqliteStore(durable, runtime);
    runtime.pragma(pragma);
    const big = { phase: "open", text: "x".repeat(100_000) };
    await expect(store.commit(both(ada, big))).rejects.toThrow(
      expect.objectContaining({ name: "StoreUnavailable", message: expect.stringContaining(code) }),
    );
    expect(store.read("account:ada")).toBeUndefined();
    expect(store.timings.failureCount).toBe(1);
    durable.close();
    runtime.close();
  });

  test("a state that breaks a rule of the schema is a defect, not a busy database", async () => {
    const broken = new Map([["account:ada", { ...ada, place: { ...ada.place, x: "far" } }]]) as never;
    const failure = await stores.store.commit(broken).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(StoreUnavailable);
  });

  test("reads and commits are timed", async () => {
    await stores.store.commit(new Map([["account:ada", ada]]));
    stores.store.read("account:ada");
    expect(stores.store.timings).toMatchObject({ readCount: 1, commitCount: 1, failureCount: 0 });
    expect(stores.store.timings.commitMs).toBeGreaterThan(0);
  });
});
