import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import {
  closed,
  cooling,
  endpoint,
  from,
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

const fromOperator = { self, from: operator } as const;
const fromOld = { self, from: launch } as const;
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
        { to: heir, type: "take.over", text: "5" },
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
      expect(said).toContainEqual({ to: heir, type: "take.over", text: undefined });
    }
    for (const state of [led(open), led(closed)])
      expect(cells.take<World>(state, { type: "deadline" }, { self, from: self })).toMatchObject({
        state: { launch, wakeAt: undefined },
        said: [],
      });
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

  test("that fails changes nothing but that the operator and those who waited for it are told", () => {
    const ends = [
      { type: "failed", cause: "test_timeout" },
      { type: "ended", cause: "test_timeout" },
    ];
    for (const input of ends)
      for (const more of [{}, proven]) {
        const { state, said } = cells.take<World>(led({ ...open, wanted: [from] }, more), input, fromHeir);
        expect(said).toEqual([
          { to: operator, type: "failed", reason: "world_unavailable", cause: "test_timeout" },
          { to: from, type: "worldUnavailable", reason: "world_unavailable" },
        ]);
        expect(state).toMatchObject({
          phase: "open",
          launch,
          endpoint,
          heir: undefined,
          cause: "test_timeout",
        });
        expect(state?.wakeAt).toBeUndefined();
        expect(cells.take<World>(state, input, fromHeir).state).toBe(state);
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
    const old = cells.take<World>({ ...resting, old: [launch] }, replace, fromOperator);
    expect(old).toMatchObject({ state: { phase: "resting", failures: 0, old: [launch] }, said });
  });

  test("is an ordinary start for a place that cools down: what was replaced may be what made it fail", () => {
    const { state, said } = cells.take<World>(cooling, replace, fromOperator);
    expect(said).toMatchObject([{ type: "begin", world: "hub" }]);
    expect(state).toMatchObject({ phase: "starting", operator, failures: 2, wanted: [from] });
    const begun = state as In<"starting">;
    const up = cells.take<World>(begun, { type: "opened", endpoint }, { self, from: begun.launch });
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

  test("is not replaced again for half a minute after a replacement failed", () => {
    const failed = cells.take<World>(
      led(open),
      { type: "failed", cause: "x" },
      { ...fromHeir, now: 1000 },
    ).state;
    expect(cells.take<World>(failed, outdated, { self, from, now: 30_999 })).toMatchObject({
      state: failed,
      said: [{ to: from, type: "worldUnavailable", reason: "world_unavailable" }],
    });
    expect(cells.take<World>(failed, outdated, { self, from, now: 31_000 }).said).toMatchObject([
      { type: "begin" },
    ]);
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
