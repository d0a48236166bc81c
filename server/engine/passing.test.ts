import { describe, expect, test } from "vitest";
import { TestCluster } from "./testing.ts";
import { Story } from "./testing-story.ts";

type Watch = { phase: "watching"; heardAt: number; count: number; wakeAt: number };

/** It notes when it was heard last, and counts what was worth counting. */
const table = {
  absent: { heard: (_: undefined, __: object, { now }: { now: number }) => watch(now, 0) },
  watching: {
    heard: (state: Watch, _: object, { now }: { now: number }) => watch(now, state.count),
    counted: (state: Watch) => ({ ...state, count: state.count + 1 }),
    deadline: (state: Watch) => ({ ...state, count: -1, wakeAt: Infinity }),
  },
};
const watch = (now: number, count: number): Watch => ({
  phase: "watching",
  heardAt: now,
  count,
  wakeAt: now + 500,
});
const set = { watch: { table, tier: "runtime", passing: ["heardAt", "wakeAt"] } } as const;

describe("a change of what is passing", () => {
  test("is in force at once, and costs no commit", async () => {
    const c = new TestCluster({}, set);
    await c.tell("client:x", "watch:w", { type: "heard" });
    await c.nature.pass(400);
    await c.tell("client:x", "watch:w", { type: "heard" });
    expect(c.store.commits).toBe(1);
    expect(c.state("watch:w")).toMatchObject({ heardAt: 1400 });
    await c.nature.pass(499);
    expect(c.state("watch:w")).toMatchObject({ count: 0 });
    await c.nature.pass(1);
    expect(c.state("watch:w")).toMatchObject({ count: -1 });
  });

  test("is written with whatever else changes, also in the same batch", async () => {
    const c = new TestCluster({}, set);
    await c.tell("client:x", "watch:w", { type: "heard" });
    await c.nature.pass(100);
    c.engine.tell("client:x", "watch:w", { type: "counted" });
    await c.tell("client:x", "watch:w", { type: "heard" });
    expect(c.store.commits).toBe(2);
    c.restart();
    expect(c.state("watch:w")).toMatchObject({ count: 1, heardAt: 1100 });
  });

  test("is old after a restart", async () => {
    const c = new TestCluster({}, set);
    await c.tell("client:x", "watch:w", { type: "heard" });
    await c.nature.pass(100);
    await c.tell("client:x", "watch:w", { type: "heard" });
    c.restart();
    expect(c.state("watch:w")).toMatchObject({ heardAt: 1000, wakeAt: 1500 });
  });

  test("is committed after a commit that failed, so that the next success is noticed", async () => {
    const c = new TestCluster({}, set);
    await c.tell("client:x", "watch:w", { type: "heard" });
    c.store.isDown = true;
    await c.tell("client:x", "watch:w", { type: "counted", id: 1 });
    c.store.isDown = false;
    await c.nature.pass(1000);
    await c.tell("client:x", "watch:w", { type: "heard" });
    expect(c.stalls).toEqual([true, false]);
  });
});

test("a heartbeat that says nothing new writes nothing, and a roster that does is written", async () => {
  const story = new Story();
  const { launch, admission } = await story.arriveFirst("ada");
  const beat = (inside: readonly object[]) =>
    story.tell("launch-link:hub", `launch:${launch}`, {
      type: "heartbeat",
      roster: { inside, expected: [] },
    });
  const ada = { admission, session: "ada", active: true };
  await beat([ada]);
  const { commits } = story.store;
  for (let second = 0; second < 60; second++) {
    await story.nature.pass(1000);
    await beat([ada]);
  }
  expect(story.store.commits).toBe(commits);
  expect(story.state(`launch:${launch}`)).toMatchObject({ phase: "running" });
  await beat([]);
  expect(story.store.commits).toBe(commits + 1);
});
