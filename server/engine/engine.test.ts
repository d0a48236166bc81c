import { describe, expect, test } from "vitest";
import { settled, TestCluster } from "./testing.ts";

type Counter = { phase: "counting"; count: number; wakeAt?: number | undefined };
type In = { type: "add"; id?: number } | { type: "boom" };

const table = {
  absent: {
    add: (_: undefined, __: In, turn: { now: number; send: (to: string, body: object) => void }) =>
      add(undefined, turn),
  },
  counting: {
    add: (state: Counter, _: In, turn: { now: number; send: (to: string, body: object) => void }) =>
      add(state, turn),
    deadline: (state: Counter) => ({ ...state, count: state.count + 100, wakeAt: undefined }),
    end: () => undefined,
  },
};

function add(
  state: Counter | undefined,
  turn: { now: number; send: (to: string, body: object) => void },
): Counter {
  const count = (state?.count ?? 0) + 1;
  turn.send("player:ada", { type: "counted", count });
  return { phase: "counting", count, wakeAt: turn.now + 500 };
}

const set = {
  counter: { table, tier: "runtime" },
  gossip: { table, tier: "volatile" },
  ledger: { table, tier: "durable" },
} as const;

function cluster(): TestCluster {
  return new TestCluster({}, set);
}

const add1 = { type: "add" };

describe("the engine", () => {
  test("commits what arrives together once, and speaks afterwards", async () => {
    const c = cluster();
    c.engine.tell("client:x", "counter:a", add1);
    c.engine.tell("client:x", "counter:a", add1);
    c.engine.tell("client:x", "counter:b", add1);
    expect(c.heard).toEqual([]);
    await settled();
    expect(c.store.commits).toBe(1);
    expect(c.heard.map(({ count }) => count)).toEqual([1, 2, 1]);
  });

  test("shares a commit among all that arrives until it is time to take it", async () => {
    const c = cluster();
    const takes: (() => void)[] = [];
    c.soon = (take) => void takes.push(take);
    await c.tell("client:x", "counter:a", add1);
    await c.tell("client:x", "counter:b", add1);
    expect([c.store.commits, c.heard, takes.length]).toEqual([0, [], 1]);
    takes[0]?.();
    await settled();
    expect([c.store.commits, c.heard.length]).toEqual([1, 2]);
  });

  test("says nothing of a batch that was not committed, and refuses its requests", async () => {
    const c = cluster();
    c.store.isDown = true;
    await c.tell("client:x", "counter:a", { type: "add", id: 7 });
    expect(c.heard).toEqual([
      expect.objectContaining({ to: "player:a", type: "denied", re: 7, reason: "try_later" }),
    ]);
    expect(c.state("counter:a")).toBeUndefined();
    expect(c.stalls).toEqual([true]);
    expect(c.engine.isStalled).toBe(true);
  });

  test("keeps facts while it cannot commit and tells them once it can", async () => {
    const c = cluster();
    c.store.isDown = true;
    await c.tell("host:local", "counter:a", add1);
    await c.tell("host:local", "counter:a", add1);
    await c.nature.pass(1000);
    expect(c.heard).toEqual([]);
    c.store.isDown = false;
    await c.nature.pass(1000);
    expect(c.heard.map(({ count }) => count)).toEqual([1, 2]);
    expect(c.stalls).toEqual([true, false]);
  });

  test("goes on with what needs no commit while it cannot commit", async () => {
    const c = cluster();
    c.store.isDown = true;
    await c.tell("host:local", "counter:a", add1);
    await c.tell("client:x", "gossip:g", { type: "add", id: 8 });
    expect(c.heard.map(({ type }) => type)).toEqual(["counted"]);
  });

  test("does not lose a fact that arrived together with what failed", async () => {
    const c = cluster();
    c.store.isDown = true;
    c.engine.tell("host:local", "counter:a", add1);
    c.engine.tell("client:x", "gossip:g", add1);
    await settled();
    expect(c.heard).toHaveLength(1);
    c.store.isDown = false;
    await c.nature.pass(1000);
    expect(c.state("counter:a")).toMatchObject({ count: 1 });
  });

  test("wakes a machine when it asked to be woken, not when an earlier wish was overtaken", async () => {
    const c = cluster();
    await c.tell("client:x", "counter:a", add1);
    await c.nature.pass(400);
    await c.tell("client:x", "counter:a", add1);
    await c.nature.pass(499);
    expect(c.state("counter:a")).toMatchObject({ count: 2 });
    await c.nature.pass(1);
    expect(c.state("counter:a")).toMatchObject({ count: 102 });
  });

  test("remembers states and deadlines across a restart, but nothing volatile", async () => {
    const c = cluster();
    await c.tell("client:x", "counter:a", add1);
    await c.tell("client:x", "gossip:g", add1);
    c.restart();
    expect(c.state("gossip:g")).toBeUndefined();
    await c.nature.pass(500);
    expect(c.state("counter:a")).toMatchObject({ count: 101 });
  });

  test("reads durable kinds from the store, and keeps none of them in memory", async () => {
    const c = cluster();
    await c.tell("client:x", "ledger:l", add1);
    await c.tell("client:x", "ledger:l", add1);
    expect([...c.engine.states("ledger")]).toEqual([]);
    expect(c.store.read("ledger:l")).toMatchObject({ count: 2 });
  });

  test("wakes a durable kind that asked, also after a restart", async () => {
    const c = cluster();
    await c.tell("client:x", "ledger:l", add1);
    await c.nature.pass(500);
    expect(c.store.read("ledger:l")).toMatchObject({ count: 101 });
    await c.tell("client:x", "ledger:l", add1);
    c.restart();
    await c.nature.pass(500);
    expect(c.store.read("ledger:l")).toMatchObject({ count: 202 });
  });

  test("refuses what would need a durable kind it cannot read", async () => {
    const c = cluster();
    c.store.isDown = true;
    await c.tell("client:x", "ledger:l", { type: "add", id: 3 });
    expect(c.last("player:l", "denied")).toMatchObject({ re: 3, reason: "try_later" });
  });

  test("counts a message the phase does not know as a stray and changes nothing", async () => {
    const c = cluster();
    await c.tell("client:x", "counter:a", { type: "boom" });
    expect(c.transitions).toEqual([
      expect.objectContaining({ handled: false, before: "absent", after: "absent" }),
    ]);
    expect(c.store.commits).toBe(0);
  });

  test("forgets a machine that ended", async () => {
    const c = cluster();
    await c.tell("client:x", "counter:a", add1);
    await c.tell("client:x", "counter:a", { type: "end" });
    c.restart();
    expect(c.state("counter:a")).toBeUndefined();
  });

  test("says nothing once it was killed", async () => {
    const c = cluster();
    c.engine.tell("client:x", "counter:a", add1);
    c.engine.kill();
    await settled();
    expect(c.heard).toEqual([]);
  });
});
