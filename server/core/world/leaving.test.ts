import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import {
  closed,
  cooling,
  from,
  fromOld,
  fromOperator,
  heir,
  isLeaving,
  launch,
  leaving,
  open,
  operator,
  resting,
  self,
  starting,
} from "./testing-world.ts";
import { type In, type World, world } from "./world.ts";

const cells = new Cells(world);
afterAll(() => expect(cells.missing.filter(isLeaving)).toEqual([]));

const evacuate = { type: "evacuate", noticeMs: 60_000, target: "left_world" };
const led = <W extends In<"open" | "closed">>(state: W): W => ({
  ...state,
  heir: { launch: heir, operator, noticeMs: 60_000 },
});

describe("a place that is evacuated", () => {
  test("sends whoever wants in to where its players go, until its launch has ended", () => {
    for (const state of [
      { ...open, wanted: [from] },
      { ...closed, wanted: [from] },
    ] as World[]) {
      const { state: after, said } = cells.take<World>(state, evacuate, fromOperator);
      expect(said).toEqual([
        { to: launch, type: "drain", target: "left_world", inMs: 60_000 },
        { to: operator, type: "progress", step: "draining", launch: "l1", inMs: 60_000 },
        { to: from, type: "worldUnavailable", reason: "world_draining", instead: "left_world" },
      ]);
      expect(cells.take<World>(after, { type: "require" }, { self, from })).toMatchObject({
        state: after,
        said: [{ to: from, type: "worldUnavailable", reason: "world_draining", instead: "left_world" }],
      });
      expect(cells.take<World>(after, { type: "outdated" }, { self, from }).said).toMatchObject([
        { to: from, type: "worldUnavailable", reason: "world_draining", instead: "left_world" },
      ]);
      expect(cells.take<World>(after, { type: "replace", noticeMs: 1 }, fromOperator).said).toMatchObject([
        { to: operator, type: "failed", reason: "try_later" },
      ]);
      expect(cells.take<World>(after, { type: "ended" }, { self, from: "launch:l9" }).state).toBe(after);
      for (const cause of [undefined, "heartbeat_timeout"])
        expect(cells.take<World>(after, { type: "ended", cause }, fromOld)).toMatchObject({
          state: undefined,
          said: [{ to: operator, type: "done" }],
        });
    }
  });

  test("moves the players of the launches it took over from as well, and waits for every one of them", () => {
    const old = ["launch:a", "launch:b"] as const;
    for (const state of [
      { ...open, old },
      { ...closed, old },
    ]) {
      const { state: begun, said } = cells.take<World>(state, evacuate, fromOperator);
      for (const to of [launch, ...old])
        expect(said).toContainEqual({ to, type: "drain", target: "left_world", inMs: 60_000 });
      const one = cells.take<World>(begun, { type: "ended" }, { self, from: "launch:a" });
      expect(one).toMatchObject({ state: { phase: "leaving", launch, old: ["launch:b"] }, said: [] });
      const two = cells.take<World>(one.state, { type: "ended" }, fromOld);
      expect(two.said).toEqual([{ to: operator, type: "progress", step: "draining", launch: "b" }]);
      expect(cells.take<World>(two.state, { type: "require" }, { self, from }).said).toMatchObject([
        { to: from, type: "worldUnavailable", instead: "left_world" },
      ]);
      expect(cells.take<World>(two.state, { type: "ended" }, { self, from: "launch:b" })).toMatchObject({
        state: undefined,
        said: [{ to: operator, type: "done" }],
      });
    }
  });

  test("has players to move also while only launches live that were taken over from", () => {
    for (const state of [resting, cooling]) {
      const { state: begun, said } = cells.take<World>({ ...state, old: [launch] }, evacuate, fromOperator);
      expect(begun).toMatchObject({ phase: "leaving", launch, old: [], target: "left_world" });
      expect(said.slice(0, 2)).toMatchObject([
        { to: launch, type: "drain", target: "left_world" },
        { to: operator, type: "progress", step: "draining", launch: "l1" },
      ]);
    }
  });

  test("is refused when there is nowhere to go, or another order is under way", () => {
    for (const target of ["nowhere", "hub"])
      expect(cells.take<World>(open, { ...evacuate, target }, fromOperator)).toMatchObject({
        state: open,
        said: [{ to: operator, type: "failed", reason: "invalid_world" }],
      });
    for (const state of [led(open), led(closed), starting, leaving])
      expect(cells.take<World>(state, evacuate, fromOperator)).toMatchObject({
        state,
        said: [{ to: operator, type: "failed", reason: "try_later" }],
      });
  });

  test("is empty already when no launch lives", () => {
    for (const state of [undefined, resting, cooling])
      expect(cells.take<World>(state, evacuate, fromOperator)).toMatchObject({
        state,
        said: [{ to: operator, type: "done" }],
      });
  });
});
