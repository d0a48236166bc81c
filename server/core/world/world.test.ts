import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import {
  closed,
  cooling,
  endpoint,
  from,
  isHeirs,
  launch,
  open,
  resting,
  starting,
} from "./testing-world.ts";
import { type World, world } from "./world.ts";

const cells = new Cells(world);
afterAll(() => expect(cells.missing.filter((cell) => !isHeirs(cell))).toEqual([]));

const self = "world:hub";

describe("world", () => {
  test("is launched when the first journey wants it, and never before", () => {
    const { state, said } = cells.take<World>(undefined, { type: "require" }, { self, from });
    expect(state).toMatchObject({ phase: "starting", wanted: [from] });
    expect(said).toEqual([{ to: "launch:l1", type: "begin", world: "hub" }]);
  });

  test("journeys wait for it once each, and may stop waiting", () => {
    for (const state of [starting, closed, cooling]) {
      const second = cells.take<World>(state, { type: "require" }, { self, from: "travel:t2" }).state;
      expect(second?.wanted).toContain("travel:t2");
      expect(cells.take<World>(second, { type: "require" }, { self, from: "travel:t2" }).state).toBe(second);
      expect(
        cells.take<World>(second, { type: "release" }, { self, from: "travel:t2" }).state?.wanted,
      ).not.toContain("travel:t2");
    }
    expect(cells.take<World>(open, { type: "release" }, { self, from }).state).toBe(open);
  });

  test("tells everyone who waits once its launch is open, and nobody else's launch counts", () => {
    for (const state of [starting, { ...closed, wanted: [from] } as World]) {
      expect(cells.take<World>(state, { type: "opened", endpoint }, { self, from: "launch:old" }).state).toBe(
        state,
      );
      const { said, state: after } = cells.take<World>(
        state,
        { type: "opened", endpoint },
        { self, from: launch },
      );
      expect(said).toEqual([{ to: from, type: "worldReady", launch, endpoint, route: "hub" }]);
      expect(after).toMatchObject({ phase: "open", failures: 0, wanted: [] });
    }
    expect(cells.take<World>(open, { type: "require" }, { self, from }).said).toMatchObject([
      { to: from, type: "worldReady" },
    ]);
  });

  test("takes no newcomers while its launch is doubted or stopping", () => {
    expect(cells.take<World>(open, { type: "closing" }, { self, from: "launch:old" }).state).toBe(open);
    for (const state of [open, closed])
      expect(cells.take<World>(state, { type: "closing" }, { self, from: launch }).state).toMatchObject({
        phase: "closed",
        launch,
      });
  });

  test("journeys that waited for the end get the next launch", () => {
    const { said, state } = cells.take<World>(
      { ...closed, wanted: [from] },
      { type: "ended", cause: undefined },
      { self, from: launch },
    );
    expect(said).toMatchObject([{ type: "begin" }]);
    expect(state).toMatchObject({ phase: "starting", wanted: [from] });
    expect(
      cells.take<World>(open, { type: "ended", cause: undefined }, { self, from: launch }).state,
    ).toBeUndefined();
    expect(
      cells.take<World>(open, { type: "ended", cause: undefined }, { self, from: "launch:old" }).state,
    ).toBe(open);
  });

  test("a key that keeps failing waits ever longer, and its failures are forgotten at last", () => {
    const fail = (failures: number) =>
      cells.take<World>({ ...starting, failures }, { type: "ended", cause: "exit 1" }, { self, from: launch })
        .state;
    expect(fail(0)).toMatchObject({ phase: "starting", failures: 1 });
    expect(fail(1)).toMatchObject({ phase: "cooling", wakeAt: 500 });
    expect(fail(2)).toMatchObject({ phase: "cooling", wakeAt: 1000 });
    expect(fail(20)).toMatchObject({ phase: "cooling", wakeAt: 30_000 });
    expect(cells.take<World>(cooling, { type: "deadline" }, { self, from: self }).state).toMatchObject({
      phase: "starting",
      failures: 2,
    });
    const unwanted = cells.take<World>(
      { ...starting, wanted: [] },
      { type: "ended", cause: "exit 1" },
      { self, from: launch },
    ).state;
    expect(unwanted).toMatchObject({ phase: "resting", failures: 1 });
    expect(cells.take<World>(resting, { type: "deadline" }, { self, from: self }).state).toBeUndefined();
  });

  test("a key whose launches open and die young keeps failing; one that stayed up has proven itself", () => {
    const died = (state: World, now: number) =>
      cells.take<World>(
        { ...state, wanted: [from] },
        { type: "ended", cause: "exit 1" },
        { self, from: launch, now },
      ).state;
    const reopened = cells.take<World>(
      { ...starting, failures: 2 },
      { type: "opened", endpoint },
      { self, from: launch, now: 100 },
    ).state as World;
    const doubted = cells.take<World>(reopened, { type: "closing" }, { self, from: launch, now: 200 })
      .state as World;
    const trusted = cells.take<World>(doubted, { type: "opened", endpoint }, { self, from: launch, now: 300 })
      .state as World;
    for (const state of [reopened, doubted, trusted]) {
      expect(died(state, 60_099)).toMatchObject({ phase: "cooling", failures: 3 });
      expect(died(state, 60_100)).toMatchObject({ phase: "starting", failures: 1 });
    }
  });

  test("no process starts for a key that nobody waits for any more", () => {
    const deserted = { ...cooling, wanted: [] };
    const { state, said } = cells.take<World>(deserted, { type: "deadline" }, { self, from: self, now: 500 });
    expect(said).toEqual([]);
    expect(state).toEqual({ phase: "resting", wanted: [], failures: 2, notBefore: 500, wakeAt: 60_500 });
  });

  test("a resting key that is wanted again still owes its wait", () => {
    expect(cells.take<World>(resting, { type: "require" }, { self, from, now: 499 }).state).toMatchObject({
      phase: "cooling",
      wakeAt: 500,
    });
    expect(cells.take<World>(resting, { type: "require" }, { self, from, now: 500 }).state).toMatchObject({
      phase: "starting",
    });
  });
});

describe("the launches a place took over from", () => {
  const old = ["launch:a"] as const;
  const fromOld = { self, from: "launch:a" } as const;
  const aged = (state: World): World => ({ ...state, old });

  test("are known until they have ended, whatever becomes of the one that took over", () => {
    const ended = (state: World, cause?: string) =>
      cells.take<World>(aged(state), { type: "ended", cause }, { self, from: launch }).state;
    const required = (state: World) =>
      cells.take<World>(aged(state), { type: "require" }, { self, from, now: 500 }).state;
    const tried = (state: World) =>
      cells.take<World>(aged(state), { type: "deadline" }, { self, from: self }).state;
    const born = cells.take<World>(aged(starting), { type: "opened", endpoint }, { self, from: launch });
    for (const [phase, state] of [
      ["resting", ended(open)],
      ["starting", ended({ ...open, wanted: [from] })],
      ["starting", ended({ ...closed, wanted: [from] }, "SIGKILL")],
      ["cooling", ended({ ...starting, failures: 1 }, "SIGKILL")],
      ["resting", ended({ ...starting, wanted: [] }, "SIGKILL")],
      ["starting", required(resting)],
      ["cooling", required({ ...resting, notBefore: 900 })],
      ["starting", tried(cooling)],
      ["resting", tried({ ...cooling, wanted: [] })],
      ["resting", tried(resting)],
      ["open", born.state],
    ] as const)
      expect(state, phase).toMatchObject({ phase, old });
  });

  test("are waited for by whichever launch comes after them, also one that nothing led up to", () => {
    const opens = (type: "opened" | "proved", state: World) =>
      cells.take<World>(state, { type, endpoint: { port: 19_082 } }, { self, from: launch }).said;
    const waits = { to: launch, type: "await", forMs: 3_630_000 };
    for (const type of ["opened", "proved"] as const) {
      expect(opens(type, aged(starting))).toContainEqual(waits);
      expect(opens(type, starting)).not.toContainEqual(waits);
    }
    // It has been told.
    expect(opens("opened", aged(closed))).not.toContainEqual(waits);
  });

  test("are forgotten when they end; a place that remembers nothing else is asleep", () => {
    const ended = (state: World) => cells.take<World>(aged(state), { type: "ended" }, fromOld).state;
    for (const state of [starting, open, closed, cooling, resting])
      expect(ended(state)).toMatchObject({ phase: state.phase, failures: state.failures, old: [] });
    expect(ended({ ...resting, failures: 0 })).toBeUndefined();
    const { said } = cells.take<World>({ ...open, old: [...old, "launch:b"] }, { type: "ended" }, fromOld);
    expect(said).toEqual([]);
    expect(cells.take<World>(aged(open), { type: "ended" }, fromOld).said).toEqual([
      { to: launch, type: "await", forMs: 0 },
    ]);
    for (const state of [cooling, resting])
      expect(cells.take<World>(state, { type: "ended" }, fromOld).state).toBe(state);
  });
});
