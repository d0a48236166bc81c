import { afterAll, describe, expect, test } from "vitest";
import { Cells, testFacts } from "../testing.ts";
import type { In, Launch } from "./launch.ts";
import { launch } from "./launch.ts";
import {
  closing,
  empty,
  expected,
  fromHost,
  fromLink,
  fromTravel,
  fromWorld,
  inside,
  link,
  nobody,
  registration,
  running,
  self,
  suspect,
} from "./testing.ts";

const cells = new Cells(launch);
// One that is stopping is told in succession.test.ts.
afterAll(() =>
  expect(cells.missing.filter((cell) => cell.endsWith(".drain") && !cell.startsWith("stopping"))).toEqual([]),
);

const roster = { inside: [{ admission: "a1", session: "ada", active: true }], expected: [] };
const minutes = (n: number): number => n * 60_000;

/** A launch with Ada inside that is drained from 0 on. */
function drainedBy(inMs: number, target = "left_world"): Launch {
  const { state } = cells.take<Launch>(running, { type: "drain", target, inMs }, fromWorld);
  return state as Launch;
}

/** Wakes it at a time at which its process has just been heard. */
function wake(
  state: Launch | undefined,
  now: number,
): { state: Launch | undefined; said: { type: string }[] } {
  return cells.take<Launch>(
    { ...state, heardAt: now } as Launch,
    { type: "deadline" },
    { self, from: self, now },
  );
}

const typesOf = (said: readonly { type: string }[]): string[] => said.map(({ type }) => type);

describe("a drain", () => {
  test("whose launch could not be reached before its time moves on without spinning", () => {
    const late = { ...running, drain: { target: "hub", by: 5_000, told: 0 } } as const;
    const { state, said } = wake(late, 9_000);
    expect(typesOf(said)).toEqual(["evacuate"]);
    expect(state?.wakeAt).toBeGreaterThan(9_000);
  });

  test("ends in the very moment it was to be looked at, whatever fractions its times have", () => {
    const { limits, masterEpoch: epoch } = testFacts();
    const { evacuationMs } = limits;
    for (const by of [5_000, 7_200.7, 61_234.1]) {
      const now = by + evacuationMs;
      const left = {
        ...running,
        drain: { target: "hub", by, told: 2, asked: { first: by, last: by, epoch } },
      } as const;
      expect(wake(left, now).state, `${by}`).toMatchObject({ phase: "stopping", reason: "drained" });
    }
  });

  test("tells the players at once and a minute before the end, and only those who are inside", () => {
    const begun = drainedBy(minutes(5));
    expect(begun.wakeAt).toBe(0);
    const first = wake(begun, 0);
    expect(first.said).toEqual([
      { to: "session:ada", type: "draining", admission: "a1", inMs: minutes(5), target: "left_world" },
    ]);
    const between = wake(first.state, minutes(2));
    expect(between.said).toEqual([]);
    const last = wake(between.state, minutes(4));
    expect(last.said).toMatchObject([{ to: "session:ada", type: "draining", inMs: minutes(1) }]);
    expect(wake(last.state, minutes(4) + 5000).said).toEqual([]);
  });

  test("of a minute or less tells them once", () => {
    const first = wake(drainedBy(minutes(1)), 0);
    expect(typesOf(first.said)).toEqual(["draining"]);
    expect(wake(first.state, 5000).said).toEqual([]);
    expect(first.state?.wakeAt).toBe(5000);
  });

  test("moves everybody on at its end, asks again those who are still here, and then stops the launch", () => {
    const told = wake(drainedBy(1000), 0).state;
    const over = wake(told, 1000);
    expect(over.said).toEqual([
      { to: "session:ada", type: "evacuate", admission: "a1", target: "left_world" },
    ]);
    expect(wake(over.state, 6000).said).toEqual([]);
    const again = wake(over.state, 11_000);
    expect(typesOf(again.said)).toEqual(["evacuate"]);
    const stopped = wake(again.state, 31_000);
    expect(stopped.said).toMatchObject([
      { to: "world:hub", type: "closing" },
      { to: link, type: "stop", reason: "drained" },
    ]);
    expect(stopped.state).toMatchObject({ phase: "stopping", reason: "drained", wakeAt: 35_000 });
  });

  test("that this master has asked nobody to leave for gives them their time first, however late it is", () => {
    const first = wake(drainedBy(0), minutes(2));
    expect(typesOf(first.said)).toEqual(["evacuate"]);
    expect(wake(first.state, minutes(2) + 29_999).state).toMatchObject({ phase: "running" });
    expect(wake(first.state, minutes(2) + 30_000).state).toMatchObject({ phase: "stopping" });
  });

  test("that another master had asked them to leave for asks again", () => {
    const asked = { first: 0, last: 0, epoch: testFacts().masterEpoch - 1 };
    const drain = { target: "left_world", by: 0, told: 2, asked } as const;
    expect(typesOf(wake({ ...running, drain }, minutes(2)).said)).toEqual(["evacuate"]);
  });

  test("that had to stop the launch lets those who were left come back", () => {
    const { state } = wake(wake(drainedBy(0), 0).state, 30_000);
    const place = { world: "hub", x: 1, y: 2, facing: 3 };
    const left = { type: "left", admission: "a1", seq: 4, place };
    expect(cells.take<Launch>(state, left, fromLink).said).toMatchObject([
      { to: "session:ada", type: "saved", final: true },
      { to: "session:ada", type: "gone", reason: "closed" },
    ]);
    expect(cells.take<Launch>(state, { type: "exited", code: 0 }, fromHost).said).toEqual([
      { to: "session:ada", type: "gone", admission: "a1", reason: "closed" },
      { to: "travel:t2", type: "worldUnavailable", reason: "world_unavailable" },
      { to: "world:hub", type: "ended", cause: undefined },
    ]);
  });

  test("ends also while the process says that it is busy and names nobody", () => {
    let state: Launch | undefined = { ...empty, drain: { target: "left_world", by: 0, told: 2 } };
    let now = 0;
    let asked = 0;
    while (state && state.phase !== "stopping" && now < minutes(10)) {
      now = Math.max(now + 1, state.wakeAt);
      state = wake(state, now).state;
      if (state?.phase === "closing") {
        asked++;
        state = cells.take<Launch>(state, { type: "stop.busy" }, fromLink).state;
      }
      if (state?.phase === "running")
        state = cells.take<Launch>(state, { type: "heartbeat", roster: nobody }, { ...fromLink, now }).state;
    }
    // Once a second at most, whatever it answers.
    expect(asked).toBeLessThanOrEqual(now / 1000);
    expect(state).toMatchObject({ phase: "stopping", reason: "drained" });
    expect(now).toBeLessThanOrEqual(30_000 + 1000);
  });

  test("lets nobody in, and asks an empty launch to stop within a second", () => {
    const expectation = { type: "expect", admission: "a9", session: "bob", forMs: 1 };
    expect(cells.take<Launch>(drainedBy(minutes(5)), expectation, fromTravel).said).toMatchObject([
      { to: "travel:t9", type: "refused", reason: "world_unavailable" },
    ]);
    const { state } = cells.take<Launch>(
      empty,
      { type: "drain", target: "hub", inMs: minutes(5) },
      fromWorld,
    );
    expect(typesOf(wake(state, 1000).said)).toEqual(["closing", "stop.prepare"]);
  });

  test("waits for whoever has a ticket already, and moves them on too", () => {
    const state = {
      ...running,
      guests: { a2: expected },
      drain: { target: "hub", by: 1000, told: 2 },
    } as const;
    const over = wake(state, 1000);
    expect(over.said).toEqual([]);
    const arrived = cells.take<Launch>(over.state, { type: "arrived", admission: "a2" }, fromLink);
    expect(wake(arrived.state, 11_000).said).toMatchObject([{ to: "session:eve", type: "evacuate" }]);
  });

  test("tells whoever had a ticket once they are shown", () => {
    const told = { ...running, drain: { target: "hub", by: 9000, told: 1 } } as const;
    const { said } = cells.take<Launch>(told, { type: "activate", admission: "a1" }, fromTravel);
    expect(said).toEqual([
      { to: link, type: "activate", admission: "a1" },
      { to: "session:ada", type: "draining", admission: "a1", inMs: 9000 },
    ]);
    for (const drain of [undefined, { ...told.drain, by: 0 }])
      expect(
        cells.take<Launch>({ ...told, drain }, { type: "activate", admission: "a1" }, fromTravel).said,
      ).toHaveLength(1);
  });

  test("goes on where it was when a doubted launch comes back, and opens no world", () => {
    const { state } = cells.take<Launch>(
      suspect,
      { type: "drain", target: "left_world", inMs: minutes(5) },
      fromWorld,
    );
    expect(state).toMatchObject({ phase: "suspect", wakeAt: suspect.wakeAt });
    const back = cells.take<Launch>(state, { ...registration, roster }, { ...fromLink, now: 2000 });
    expect(back.state).toMatchObject({ phase: "running", drain: { told: 0 }, wakeAt: 2000 });
    expect(back.said.some(({ type }) => type === "opened")).toBe(false);
    expect(wake(back.state, 2000).said).toMatchObject([{ type: "draining", inMs: minutes(5) - 2000 }]);
  });

  test("reaches a launch that is asked whether it is empty; being busy opens it to nobody", () => {
    const { state } = cells.take<Launch>(closing, { type: "drain", target: "hub", inMs: 9 }, fromWorld);
    expect(state).toMatchObject({ phase: "closing", drain: { target: "hub" } });
    const busy = cells.take<Launch>(state, { type: "stop.busy" }, fromLink);
    expect(busy).toMatchObject({ state: { phase: "running", drain: { target: "hub" } }, said: [] });
  });

  test("whose launch dies sends its players back like any crash", () => {
    const { said } = cells.take<Launch>(
      drainedBy(minutes(1)),
      { type: "exited", signal: "SIGSEGV" },
      fromHost,
    );
    expect(said[0]).toMatchObject({ to: "session:ada", type: "gone", reason: "crashed" });
  });

  test("of two at once the newer counts", () => {
    const first: In<"running"> = drainedBy(minutes(60)) as In<"running">;
    const second = cells.take<Launch>(first, { type: "drain", target: "hub", inMs: 1000 }, fromWorld);
    expect(second.state).toMatchObject({
      drain: { target: "hub", by: 1000, told: 0 },
      guests: { a1: inside },
    });
  });
});

test("a drain's bounds leave time for its two notices", () => {
  const { drainLeastMs, drainWarningMs, drainMs, drainMostMs } = testFacts().limits;
  expect(drainLeastMs).toBeGreaterThanOrEqual(drainWarningMs);
  expect(drainMs).toBeGreaterThan(drainWarningMs);
  expect(drainMostMs).toBeGreaterThanOrEqual(drainMs);
});
