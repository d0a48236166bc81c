import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Address, kindOf } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { type Store, StoreUnavailable } from "./ports.ts";

/** A store, and the power over its circumstances that the contract needs. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** The same data in a new store, as a restart finds it. The old one is not used again. */
  reopen(): Promise<Store>;
  /** While `true`, nothing can be written, as on a full disk. */
  jam(isJammed: boolean): void;
}

type State = Phased & Record<string, unknown>;

const place = { world: "hub", x: 400.5, y: -260.25, facing: 2 };
const inHub: State = { phase: "inWorld", wakeAt: 12_345.678, launch: "launch:h1", place };
const live: State = { phase: "live", name: "Ada", place, takeovers: [1.5], session: "session:s1" };
const free: State = { phase: "free", name: "Bo", takeovers: [] };

const writes = (...entries: [Address, State | undefined][]): ReadonlyMap<Address, State | undefined> =>
  new Map(entries);
/** Everything a store holds. Accounts are read one by one; a store need not load those that sleep. */
const held = (store: Store): Record<string, Phased | undefined> => ({
  ...Object.fromEntries([...store.load()].filter(([address]) => kindOf(address) !== "account")),
  "account:ada": store.read("account:ada"),
});

/** What every store must do; each adapter's own test calls this. */
export function storeContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a store:`, () => {
    let subject: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      subject = await create();
      store = subject.store;
    });
    afterEach(() => subject[Symbol.asyncDispose]());

    remembers(() => ({ subject, store }));
    isAtomic(() => ({ subject, store }));
  });
}

type Given = () => { subject: StoreUnderTest; store: Store };

function remembers(given: Given): void {
  test("a new store holds nothing", () => {
    const { store } = given();
    expect(held(store)).toEqual({});
    expect(store.read("account:nobody")).toBeUndefined();
  });

  test("what was committed is there after a restart, to the last digit", async () => {
    const { store, subject } = given();
    await store.commit(writes(["session:s1", inHub], ["account:ada", live]));
    expect(held(store)).toEqual({ "session:s1": inHub, "account:ada": live });
    expect(held(await subject.reopen())).toEqual({ "session:s1": inHub, "account:ada": live });
  });

  test("the newest state wins and an ended one is gone", async () => {
    const { store, subject } = given();
    await store.commit(writes(["session:s1", inHub], ["session:s2", inHub]));
    await store.commit(
      writes(["session:s1", { phase: "detached" }], ["session:s2", undefined], ["session:s3", undefined]),
    );
    expect(held(await subject.reopen())).toEqual({ "session:s1": { phase: "detached" } });
  });

  test("an account is read by its address, awake or asleep", async () => {
    const { store, subject } = given();
    await store.commit(writes(["account:ada", live], ["account:bo", free]));
    const reopened = await subject.reopen();
    expect(reopened.read("account:ada")).toEqual(live);
    expect(reopened.read("account:bo")).toEqual(free);
    await reopened.commit(writes(["account:ada", { phase: "free", name: "Ada", place, takeovers: [] }]));
    expect(reopened.read("account:ada")).toEqual({ phase: "free", name: "Ada", place, takeovers: [] });
  });

  test("addresses and texts of any kind come back as they were", async () => {
    const { store, subject } = given();
    const odd = `'; DROP TABLE accounts; -- "\u0000\n\u202E€😀`;
    await store.commit(
      writes([`session:${odd}`, { phase: odd, text: odd }], [`account:${odd}`, { ...live, name: odd }]),
    );
    const reopened = await subject.reopen();
    expect(held(reopened)[`session:${odd}`]).toEqual({ phase: odd, text: odd });
    expect(reopened.read(`account:${odd}`)).toEqual({ ...live, name: odd });
  });

  test("properties that start with `secret` are never kept, however deep", async () => {
    const { store, subject } = given();
    const state = {
      phase: "leased",
      secretToken: "a",
      ticket: { hash: "h", secretTicket: "b" },
      list: [{ secret: "c" }],
    };
    await store.commit(writes(["travel:t1", state], ["account:ada", { ...live, secretNote: "d" }]));
    const kept = { phase: "leased", ticket: { hash: "h" }, list: [{}] };
    expect(held(await subject.reopen())).toEqual({ "travel:t1": kept, "account:ada": live });
  });
}

function isAtomic(given: Given): void {
  test("a commit that cannot be written says so and leaves everything as it was", async () => {
    const { store, subject } = given();
    await store.commit(writes(["session:s1", inHub], ["account:ada", live]));
    const batch = writes(["session:s1", undefined], ["session:s2", inHub], ["account:ada", free]);
    subject.jam(true);
    await expect(store.commit(batch)).rejects.toBeInstanceOf(StoreUnavailable);
    subject.jam(false);
    expect(held(store)).toEqual({ "session:s1": inHub, "account:ada": live });

    await store.commit(batch);
    const reopened = await subject.reopen();
    expect(held(reopened)).toMatchObject({ "session:s2": inHub });
    expect(held(reopened)).not.toHaveProperty("session:s1");
    expect(reopened.read("account:ada")).toEqual(free);
  });

  test("a batch that is offered twice changes nothing the second time", async () => {
    const { store, subject } = given();
    const batch = writes(["session:s1", undefined], ["session:s2", inHub], ["account:ada", live]);
    await store.commit(batch);
    await store.commit(batch);
    expect(held(await subject.reopen())).toEqual({ "session:s2": inHub, "account:ada": live });
  });
}
