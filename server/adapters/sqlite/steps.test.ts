import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { openStores, type Stores } from "./open-stores.ts";

const session: Address = "session:s1";

interface State {
  readonly phase: string;
  readonly identity: { readonly name: string };
  readonly client?: string | undefined;
  readonly durableAt: number;
  readonly place?: {
    readonly world: string;
    readonly x: number;
    readonly y: number;
    readonly facing: number;
  };
  readonly admission?: { readonly id: string; readonly world: string; readonly seq: number };
}

const standing: State = {
  phase: "inWorld",
  identity: { name: "Ada" },
  client: "client:c1",
  durableAt: 5.25,
  place: { world: "hub", x: 1, y: 2, facing: 0 },
  admission: { id: "t1", world: "hub", seq: 1 },
};

/** What a world's save makes of a session. */
function moved(state: State, by = 1): State {
  const { admission, place } = state;
  if (!admission || !place) return state;
  return {
    ...state,
    durableAt: state.durableAt + by,
    place: { ...place, world: admission.world, x: place.x + by / 3, facing: (place.facing + 1) % 4 },
    admission: { ...admission, seq: admission.seq + 1 },
  };
}

/** Fails after what stands before it in the batch was written. */
const broken: [Address, Phased] = [
  "account:ada",
  Object.assign({ phase: "live" }, { name: "Ada", place: { world: "hub", x: "far", y: 0, facing: 0 } }),
];

function renamed(state: State): State {
  return { ...state, identity: { name: `${state.identity.name}!` } };
}

function withoutClient({ client, ...rest }: State): State {
  expect(client).toBeDefined();
  return rest;
}

describe("where a session's player stands", () => {
  let folder: string;
  let stores: Stores;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "portcade-steps-"));
    stores = openStores({ dbPath: join(folder, "durable.db"), bootId: "boot-1" });
  });
  afterEach(() => {
    stores.close();
    rmSync(folder, { recursive: true });
  });

  const reopen = (bootId = "boot-1"): void => {
    stores.close();
    stores = openStores({ dbPath: join(folder, "durable.db"), bootId });
  };
  const commit = (state: State | undefined): Promise<void> =>
    stores.store.commit(new Map([[session, state]]));
  const rows = (table: string): unknown[] => {
    const connection = new Database(join(folder, "runtime.db"), { readonly: true });
    try {
      return connection.prepare(`SELECT * FROM ${table}`).all();
    } finally {
      connection.close();
    }
  };

  test("is a small row of its own while nothing else changes", async () => {
    await commit(standing);
    const before = rows("snapshots");
    const after = moved(moved(standing));
    await commit(after);
    expect(rows("snapshots")).toEqual(before);
    expect(rows("steps")).toHaveLength(1);
    expect(stores.store.read(session)).toEqual(after);
    reopen();
    expect(stores.store.load()).toEqual([[session, after]]);
  });

  test.each<[string, State]>([
    ["a connection", { ...moved(standing), client: undefined }],
    ["a name", { ...moved(standing), identity: { name: "Bo" } }],
    ["a phase", { ...moved(standing), phase: "travelling" }],
    ["an admission", { ...moved(standing), admission: { id: "t2", world: "hub", seq: 0 } }],
    ["a field more", Object.assign({}, moved(standing), { leaving: "account:ada" })],
    ["a field less", withoutClient(moved(standing))],
  ])("is written with everything when there is also %s", async (_, after) => {
    await commit(standing);
    await commit(moved(standing));
    await commit(after);
    reopen();
    expect(JSON.stringify(stores.store.load()[0]?.[1])).toBe(JSON.stringify(after));
  });

  test("goes with its session, and with another boot of the machine", async () => {
    await commit(standing);
    await commit(moved(standing));
    await commit(undefined);
    expect(rows("steps")).toEqual([]);
    await commit(standing);
    await commit(moved(standing));
    reopen("boot-2");
    expect([rows("snapshots"), rows("steps")]).toEqual([[], []]);
  });

  test("is what was committed last, whatever else happened in between", async () => {
    const step = constantFrom(
      "move",
      "rename",
      "travel",
      "end",
      "begin",
      "fail",
      "fail",
      "retry",
      "retry",
      "reopen",
    );
    let moves = 0;
    await assert(
      asyncProperty(array(step, { minLength: 10, maxLength: 20, size: "max" }), async (steps) => {
        let [state, failed]: (State | undefined)[] = [];
        let admissions = 1;
        const next: Record<string, () => State | undefined> = {
          move: () => state && moved(state, 2),
          rename: () => state && renamed(state),
          retry: () => state && { ...moved(state), identity: failed?.identity ?? state.identity },
          travel: () => state && { ...state, admission: { id: `t${++admissions}`, world: "caves", seq: 0 } },
          end: () => undefined,
          begin: () => state ?? standing,
        };
        await commit(undefined);
        for (const name of steps) {
          if (name === "reopen") reopen();
          else if (name === "fail") {
            failed = state && renamed(state);
            await expect(
              stores.store.commit(new Map<Address, Phased | undefined>([[session, failed], broken])),
            ).rejects.toThrow("x");
          } else {
            state = next[name]?.();
            if (name === "move" && state) moves++;
            await commit(state);
          }
          expect(stores.store.read(session)).toEqual(state);
          expect(stores.store.load()).toEqual(state ? [[session, state]] : []);
        }
      }),
      { numRuns: 30 },
    );
    expect(moves).toBeGreaterThan(3);
  });
});
