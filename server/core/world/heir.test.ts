import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import {
  closed,
  cooling,
  endpoint,
  from,
  fromOld,
  fromOperator,
  heir,
  isHeirs,
  isLeaving,
  launch,
  leaving,
  open,
  operator,
  resting,
  self,
  starting,
} from "./testing-world.ts";
import { type Heir, type In, type World, world } from "./world.ts";

const cells = new Cells(world);
// How a place is evacuated is tested in leaving.test.ts.
afterAll(() => expect(cells.missing.filter((cell) => isHeirs(cell) && !isLeaving(cell))).toEqual([]));

const fromHeir = { self, from: heir } as const;
const replace = { type: "replace", noticeMs: 60_000 };
const there = { port: 2 };
const proof = { type: "proved", endpoint: there, pack: "p2" };

/** An open or closed place with an heir that still has to prove itself. */
const led = <W extends In<"open" | "closed">>(state: W, more: Partial<Heir> = {}): W => ({
  ...state,
  heir: { launch: heir, operator, noticeMs: 60_000, ...more },
});
const proven = { endpoint: there, pack: "p2" };
const taken = { phase: "open", launch: heir, endpoint: there, pack: "p2" };

describe("an heir", () => {
  test("begins beside the open launch, which goes on taking newcomers", () => {
    const { state, said } = cells.take<World>(open, replace, fromOperator);
    expect(said).toEqual([
      { to: "launch:l1", type: "begin", world: "hub", isHeir: true },
      { to: operator, type: "progress", step: "starting", launch: "l1" },
    ]);
    expect(state).toMatchObject({ phase: "open", launch, heir: { operator, noticeMs: 60_000 } });
    expect(cells.take<World>(state, { type: "require" }, { self, from }).said).toMatchObject([
      { to: from, type: "worldReady", launch },
    ]);
  });

  test("takes over once it has proved itself and knows what the old one knows, in one turn", () => {
    for (const state of [led({ ...open, wanted: [from] }), led({ ...closed, wanted: [from] })]) {
      const asked = cells.take<World>(state, proof, { ...fromHeir, now: 100 });
      expect(asked.said).toEqual([{ to: launch, type: "hand.over" }]);
      expect(asked.state).toMatchObject({ launch, wakeAt: 1100 });
      const { state: after, said } = cells.take<World>(asked.state, { type: "handed", text: "5" }, fromOld);
      expect(said).toEqual([
        { to: launch, type: "drain", target: "hub", inMs: 60_000, isSucceeded: true },
        { to: heir, type: "await", forMs: 3_630_000 },
        { to: heir, type: "take.over", text: "5", follows: launch },
        { to: operator, type: "done", launch: "l2" },
        { to: from, type: "worldReady", launch: heir, endpoint: there, pack: "p2", route: "hub" },
      ]);
      expect(after).toMatchObject({ ...taken, wanted: [], failures: 0, old: [launch] });
      expect(after).not.toHaveProperty("heir");
    }
  });

  test("does not wait for an old launch that says nothing", () => {
    for (const state of [led(open, proven), led(closed, proven)]) {
      const { state: after, said } = cells.take<World>(state, { type: "deadline" }, { self, from: self });
      expect(after).toMatchObject(taken);
      expect(said).toContainEqual({ to: heir, type: "take.over", text: undefined, follows: launch });
    }
    for (const state of [led(open), led(closed)])
      expect(cells.take<World>(state, { type: "deadline" }, { self, from: self })).toMatchObject({
        state: { launch, wakeAt: undefined },
        said: [],
      });
  });

  test("is told, once it has taken over, what is still done in the old launch", () => {
    for (const state of [open, closed]) {
      const wentOn = cells.take<World>(state, { type: "went.on", text: "6" }, { self, from: "launch:l0" });
      const said = [{ to: launch, type: "catch.up", text: "6", of: "launch:l0" }];
      expect(wentOn).toMatchObject({ state, said });
    }
  });

  test("is not believed when somebody else speaks for it", () => {
    for (const state of [led(open), led(closed)]) {
      expect(cells.take<World>(state, proof, { self, from: "launch:l9" }).state).toBe(state);
      expect(cells.take<World>(state, { type: "failed", cause: "x" }, fromOld).state).toBe(state);
      expect(cells.take<World>(state, { type: "handed", text: "5" }, fromOld).state).toBe(state);
    }
    const ready = led(open, proven);
    expect(cells.take<World>(ready, { type: "handed", text: "5" }, fromHeir).state).toBe(ready);
  });

  test("that fails changes nothing but that the operator is told, and whoever waited for it gets the next one", () => {
    const ends = [
      { type: "failed", cause: "test_timeout" },
      { type: "ended", cause: "test_timeout" },
    ];
    for (const input of ends)
      for (const more of [{}, proven]) {
        const { state, said } = cells.take<World>(led({ ...open, wanted: [from] }, more), input, fromHeir);
        expect(said).toEqual([
          { to: operator, type: "failed", reason: "world_unavailable", cause: "test_timeout" },
          { to: "launch:l1", type: "begin", world: "hub", isHeir: true },
        ]);
        const next = { launch: "launch:l1", operator: undefined, noticeMs: 300_000 };
        const same = { phase: "open", launch, endpoint, wanted: [from], wakeAt: undefined };
        expect(state).toMatchObject({ ...same, cause: "test_timeout", heir: next });
        expect(cells.take<World>(state, input, fromHeir).state).toBe(state);
        const alone = cells.take<World>(led(open, more), input, fromHeir);
        expect(alone.said).toHaveLength(1);
        expect(alone.state).toMatchObject({ wanted: [], heir: undefined, wakeAt: undefined });
      }
    // Those who wait for a closed launch to open again are not waiting for the heir.
    const shut = cells.take<World>(led({ ...closed, wanted: [from] }), ends[0] as never, fromHeir);
    expect(shut.state).toMatchObject({ phase: "closed", wanted: [from], heir: undefined });
    expect(shut.said).toHaveLength(1);
  });

  test("that was stopped or lost its connection before it took over is ended", () => {
    for (const state of [led(open), led(open, proven), led(closed, proven)]) {
      const { state: after, said } = cells.take<World>(state, { type: "closing" }, fromHeir);
      expect(said).toMatchObject([
        { to: heir, type: "stop", reason: "stopped" },
        { to: operator, type: "failed", cause: "closed" },
      ]);
      expect(after).toMatchObject({ phase: state.phase, launch, heir: undefined });
    }
  });

  test("is kept while the old launch is doubted, and by one that opens again", () => {
    const doubted = cells.take<World>({ ...led(open, proven), wakeAt: 900 }, { type: "closing" }, fromOld);
    expect(doubted).toMatchObject({
      state: { phase: "closed", heir: { launch: heir }, wakeAt: 900 },
      said: [],
    });
    expect(cells.take<World>(doubted.state, { type: "opened", endpoint }, fromOld).state).toMatchObject({
      phase: "open",
      launch,
      heir: { launch: heir },
      wakeAt: 900,
    });
  });

  test("succeeds a launch that ended first, at once when it has proved itself", () => {
    for (const state of [led(open, proven), led({ ...closed, wanted: [from] }, proven)]) {
      const { state: after, said } = cells.take<World>(state, { type: "ended", cause: "SIGKILL" }, fromOld);
      expect(said.map(({ to, type }) => `${to} ${type}`)).toEqual([
        `${heir} take.over`,
        `${operator} done`,
        ...state.wanted.map((travel) => `${travel} worldReady`),
      ]);
      expect(after).toMatchObject(taken);
      expect(after).not.toHaveProperty("old", [launch]);
    }
  });

  test("succeeds it as soon as it has proved itself otherwise, and fails like any other start", () => {
    const state = led({ ...closed, wanted: [from] });
    const waiting = cells.take<World>(state, { type: "ended", cause: undefined }, fromOld).state;
    expect(waiting).toMatchObject({ phase: "starting", launch: heir, operator, wanted: [from] });
    const { state: after, said } = cells.take<World>(waiting, proof, fromHeir);
    expect(said).toMatchObject([
      { to: heir, type: "take.over" },
      { to: operator, type: "done", launch: "l2" },
      { to: from, type: "worldReady", launch: heir },
    ]);
    expect(after).toMatchObject({ phase: "open", launch: heir, endpoint: there });
    expect(cells.take<World>(waiting, proof, fromOld).state).toBe(waiting);
    const failed = cells.take<World>(waiting, { type: "ended", cause: "test_failed: x" }, fromHeir);
    expect(failed.said).toMatchObject([
      { to: operator, type: "failed", cause: "test_failed: x" },
      { type: "begin" },
    ]);
  });

  test("is not begun while one is under way, nor while too many old launches still have players", () => {
    for (const state of [led(open), led(closed), closed, starting, leaving])
      expect(cells.take<World>(state, replace, fromOperator)).toMatchObject({
        state,
        said: [{ to: operator, type: "failed", reason: "try_later" }],
      });
    const crowded: World = { ...open, old: ["launch:a", "launch:b", "launch:c"] };
    expect(cells.take<World>(crowded, replace, fromOperator).said).toMatchObject([{ reason: "try_later" }]);
    expect(cells.take<World>(crowded, { type: "outdated" }, { self, from }).said).toMatchObject([
      { to: from, type: "worldUnavailable" },
    ]);
    const { state } = cells.take<World>(crowded, { type: "ended" }, { self, from: "launch:b" });
    expect(state).toMatchObject({ phase: "open", launch, old: ["launch:a", "launch:c"] });
    expect(cells.take<World>(state, replace, fromOperator).said).toMatchObject([{ type: "begin" }, {}]);
  });

  test("is not needed where no launch lives: the next one is of what lies on the disk", () => {
    expect(cells.take<World>(undefined, replace, fromOperator).said).toEqual([
      { to: operator, type: "done" },
    ]);
    const { state, said } = cells.take<World>(resting, replace, fromOperator);
    expect([state, said]).toEqual([undefined, [{ to: operator, type: "done" }]]);
  });

  test("is proved where the players of earlier launches come into it, though nobody waits", () => {
    const old: World = { ...resting, old: [launch] };
    const { state, said } = cells.take<World>(old, replace, fromOperator);
    expect(said).toMatchObject([{ type: "begin", world: "hub", isHeir: true }]);
    expect(state).toMatchObject({ phase: "starting", operator, failures: 2, wanted: [], old: [launch] });
    const crowded: World = { ...resting, old: ["launch:a", "launch:b", "launch:c", "launch:d"] };
    expect(cells.take<World>(crowded, replace, fromOperator)).toMatchObject({
      state: crowded,
      said: [{ to: operator, type: "failed", reason: "try_later" }],
    });
  });

  test("is proved in a place that cools down: what was replaced may be what made it fail, or not", () => {
    const { state, said } = cells.take<World>(cooling, replace, fromOperator);
    expect(said).toMatchObject([{ type: "begin", world: "hub", isHeir: true }]);
    expect(state).toMatchObject({ phase: "starting", operator, failures: 2, wanted: [from] });
    const begun = state as In<"starting">;
    const up = cells.take<World>(begun, { type: "proved", endpoint }, { self, from: begun.launch });
    expect(up.said).toContainEqual({ to: operator, type: "done", launch: "l1" });
    const down = cells.take<World>(begun, { type: "ended", cause: "exit 2" }, { self, from: begun.launch });
    expect(down.said).toContainEqual({
      to: operator,
      type: "failed",
      reason: "world_unavailable",
      cause: "exit 2",
    });
  });
});

describe("a launch whose pack is not the one on offer", () => {
  const outdated = { type: "outdated" };

  test("is replaced without being asked; whoever has the new pack waits", () => {
    const { state, said } = cells.take<World>(open, outdated, { self, from });
    expect(said).toEqual([{ to: "launch:l1", type: "begin", world: "hub", isHeir: true }]);
    expect(state).toMatchObject({ phase: "open", wanted: [from], heir: { noticeMs: 300_000 } });
    const second = cells.take<World>(state, outdated, { self, from: "travel:t2" });
    expect(second).toMatchObject({ state: { wanted: [from, "travel:t2"] }, said: [] });
  });

  test("is replaced again at once after one that failed, and ever later after several; whoever has it waits", () => {
    const fail = (failedHeirs: World["failedHeirs"], now: number) =>
      cells.take<World>(
        led({ ...open, wanted: [from], failedHeirs }),
        { type: "failed", cause: "x" },
        { ...fromHeir, now },
      );
    expect(fail(undefined, 1000).said).toContainEqual({
      to: "launch:l1",
      type: "begin",
      world: "hub",
      isHeir: true,
    });
    const { state, said } = fail({ count: 1, notBefore: 900 }, 1000);
    expect(said).toHaveLength(1);
    expect(state).toMatchObject({ heir: undefined, wanted: [from], wakeAt: 1500 });
    expect(cells.take<World>(state, outdated, { self, from: "travel:t2", now: 1499 })).toMatchObject({
      state: { wanted: [from, "travel:t2"], wakeAt: 1500, heir: undefined },
      said: [],
    });
    const due = { self, from: self, now: 1500 } as const;
    const next = cells.take<World>(state, { type: "deadline" }, due);
    expect(next.said).toMatchObject([{ type: "begin", isHeir: true }]);
    expect(next.state).toMatchObject({ wanted: [from], wakeAt: undefined });
    // For nobody none begins.
    const left = cells.take<World>(state, { type: "release" }, { self, from, now: 1200 }).state;
    expect(cells.take<World>(left, { type: "deadline" }, due)).toMatchObject({
      state: { heir: undefined, wakeAt: undefined },
      said: [],
    });
    expect(fail({ count: 20, notBefore: 0 }, 1000).state?.wakeAt).toBe(31_000);
    expect(fail({ count: 20, notBefore: 0 }, 60_000).state).toMatchObject({ failedHeirs: { count: 1 } });
  });

  test("that is gone meanwhile leaves a journey that wants the world like any other", () => {
    const late: (World | undefined)[] = [undefined, resting, cooling, starting, closed];
    for (const state of late)
      expect(
        cells.take<World>(state, outdated, { self, from: "travel:t2", now: 600 }).state?.wanted,
      ).toContain("travel:t2");
    expect(cells.take<World>(leaving, outdated, { self, from }).said).toMatchObject([
      { to: from, type: "worldUnavailable", reason: "world_draining" },
    ]);
  });
});
