import { expect, test } from "vitest";
import type { Answer, Order } from "#adapters/operator/orders.ts";
import { linesOf } from "./order-words.ts";

const upgrade: Order = { type: "world.upgrade", world: "hub" };
const drain: Order = { type: "world.drain", world: "hub", to: "caves" };
const failed = (cause: string): Answer => ({ type: "failed", reason: "world_unavailable", cause });

test.each<[Order, Answer, string]>([
  [upgrade, { type: "progress", step: "starting", launch: "l2" }, "hub: launch l2 starts"],
  [upgrade, { type: "progress", step: "testing", launch: "l2" }, "hub: launch l2 proves itself"],
  [
    drain,
    { type: "progress", step: "draining", inMs: 299_001, players: 2 },
    "hub: nobody is let in; 2 players there, to be moved to caves in 5:00",
  ],
  [drain, { type: "progress", step: "draining", players: 1 }, "hub: 1 player left"],
  [drain, { type: "done" }, "hub: done; its launch has ended, and the next player starts another"],
  [upgrade, { type: "done", launch: "l2", draining: [] }, "hub: done; launch l2 takes the newcomers"],
  [
    upgrade,
    { type: "failed", reason: "try_later", cause: "stopping" },
    "hub: not now: stopping\nLook at portcade world list, and order it again.",
  ],
  [
    upgrade,
    { type: "failed", reason: "too_many_requests" },
    "hub: too much is being asked at once; order it again",
  ],
  [upgrade, { type: "failed", reason: "shutting_down" }, "hub: failed: shutting_down"],
])("%j: %j", (order, answer, words) => {
  expect(linesOf(order, answer, false).join("\n")).toBe(words);
});

test.each([
  ["exit 15", /failed: it ended with 15: a world cannot be loaded$/],
  ["exit 77", /failed: exit 77$/],
  ["start_timeout", /failed: it was not ready in time/],
  ["test_timeout", /failed: its self-test took too long$/],
  ["test_failed: nobody can stand at Door", /failed: its self-test failed: nobody can stand at Door$/],
  ["the build is not complete", /failed: the build is not complete$/],
])("the cause %j in words", (cause, words) => {
  const [first, next] = linesOf(upgrade, failed(cause), false);
  expect(first).toMatch(words);
  expect(next).toMatch(/^Nothing has changed for its players\./);
});

test("an order that found nothing to do says so", () => {
  expect(linesOf(drain, { type: "done" }, true)[0]).toMatch(/^hub: done; nothing of it ran/);
});

test("the list has a line for every launch, and one for a world without", () => {
  const launch = { phase: "running", build: "aaaaaaaa", pack: "bbbbbbbb" };
  const lines = linesOf(
    { type: "world.list" },
    {
      type: "worlds",
      worlds: [
        {
          key: "caves",
          phase: "cooling",
          players: 0,
          launches: [],
          failures: 3,
          cause: "SIGKILL",
          retryMs: 1999,
        },
        {
          key: "hub",
          phase: "open",
          players: 4,
          build: "cccccccc",
          launches: [
            { ...launch, launch: "l1", players: 3, drains: { to: "hub", leftMs: 61_000 } },
            { ...launch, launch: "l2", players: 1 },
            { ...launch, launch: "l3", players: 0, build: "cccccccc", phase: "testing", isHeir: true },
          ],
        },
      ],
    },
    true,
  );
  expect(lines).toEqual([
    "world  phase    launch  state    players  build     pack",
    "caves  cooling                   0        ?                   failed 3 times; it was killed (SIGKILL; the system does so when memory runs out); tried again in 0:02",
    "hub    open     l1      running  3        aaaaaaaa  bbbbbbbb  players move to hub in 1:01",
    "                l2      running  1        aaaaaaaa  bbbbbbbb  cccccccc on the disk",
    "                l3      testing  0        cccccccc  bbbbbbbb  is to take over",
  ]);
});
