import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import {
  admitted,
  ask,
  departing,
  journey,
  leased,
  open,
  player,
  self,
  session,
  starting,
  target,
  withDoor,
} from "./testing.ts";
import { type Travel, travel } from "./travel.ts";

const cells = new Cells(travel);
const here = /\.(arrived|seen|departed|sourceGone|moved)$|^departing\.deadline$/;
afterAll(() => expect(cells.missing.filter((cell) => here.test(cell))).toEqual([]));

describe("the arrival", () => {
  test("commits, tells the source to let go, and shows nobody yet", () => {
    for (const state of withDoor) {
      const { state: after, said } = cells.take<Travel>(
        state,
        { type: "arrived", admission: "a1" },
        { self, from: "launch:left", now: 50 },
      );
      expect(after).toMatchObject({ phase: "departing", wakeAt: 1050 });
      expect(said).toMatchObject([
        {
          to: session,
          type: "committed",
          admission: "a1",
          launch: "launch:left",
          place: target,
          identity: journey.identity,
        },
        { to: player, type: "arrived", world: "left_world" },
        { to: "launch:hub", type: "depart", admission: "a0" },
      ]);
    }
  });

  test("from nowhere needs nobody's leave", () => {
    const { state, said } = cells.take<Travel>(
      { ...admitted, journey: { ...journey, source: undefined } },
      { type: "arrived", admission: "a1" },
      { self, from: "launch:left" },
    );
    expect(state).toBeUndefined();
    expect(said.map(({ type }) => type)).toEqual(["committed", "arrived", "activate", "settled"]);
  });

  test("through a door that is not open any more is sent away", () => {
    for (const state of [undefined, leased, starting, ...withDoor]) {
      const { said } = cells.take<Travel>(
        state,
        { type: "arrived", admission: "a9" },
        { self, from: "launch:old" },
      );
      expect(said).toMatchObject([{ to: "launch:old", type: "kick", admission: "a9" }]);
    }
  });

  test("is believed from a roster when the word itself was lost, and only then", () => {
    for (const state of withDoor)
      expect(
        cells.take<Travel>(state, { type: "seen", admission: "a1", launch: "launch:left" }, ask).state,
      ).toMatchObject({ phase: "departing" });
    for (const state of open) {
      expect(
        cells.take<Travel>(state, { type: "seen", admission: "a9", launch: "launch:x" }, ask),
      ).toMatchObject({ state, said: [{ to: "launch:x", type: "kick", admission: "a9" }] });
      expect(
        cells.take<Travel>(
          state,
          { type: "seen", admission: "a1", launch: "launch:left" },
          { self, from: "session:x" },
        ),
      ).toMatchObject({ state, said: [] });
    }
  });

  test("is shown once the source has let go, fell silent, or is gone", () => {
    const shown = [
      { to: "launch:left", type: "activate", admission: "a1" },
      { to: session, type: "settled" },
    ];
    expect(
      cells.take<Travel>(departing, { type: "departed", admission: "a0" }, { self, from: "launch:hub" }),
    ).toMatchObject({ state: undefined, said: shown });
    expect(cells.take<Travel>(departing, { type: "deadline" }, { self, from: self })).toMatchObject({
      state: undefined,
      said: shown,
    });
    expect(cells.take<Travel>(departing, { type: "sourceGone", admission: "a0" }, ask)).toMatchObject({
      state: undefined,
      said: shown,
    });
    expect(
      cells.take<Travel>(departing, { type: "departed", admission: "a0" }, { self, from: "launch:x" }).state,
    ).toBe(departing);
    expect(cells.take<Travel>(departing, { type: "sourceGone", admission: "a7" }, ask).state).toBe(departing);
  });

  test("of somebody who comes back stands where they stood a moment ago", () => {
    const place = { world: "left_world", x: 5, y: 6, facing: 1 };
    const back: Travel = { ...departing, journey: { ...journey, cause: "rejoin" } };
    const departed = { type: "departed", admission: "a0", place };
    const told = (state: Travel) => cells.take<Travel>(state, departed, { self, from: "launch:hub" }).said;
    for (const cause of ["rejoin", "drain"] as const)
      expect(told({ ...back, journey: { ...back.journey, cause } })).toMatchObject([
        { type: "activate", at: place },
        { to: session, type: "settled", place, at: place },
      ]);
    // Neither a journey that leads elsewhere, nor somebody who has become another since.
    const ada = { name: "Ada", account: "account:ada" } as const;
    for (const state of [departing, { ...back, journey: { ...back.journey, identity: ada } }])
      expect(told(state)).toMatchObject([
        { type: "activate", at: undefined },
        { type: "settled", place, at: undefined },
      ]);
  });

  test("has no source any more when the world behind closed", () => {
    for (const state of open) {
      expect(
        cells.take<Travel>(state, { type: "sourceGone", admission: "a0" }, ask).state?.journey.source,
      ).toBeUndefined();
      expect(cells.take<Travel>(state, { type: "sourceGone", admission: "a7" }, ask).state).toBe(state);
    }
  });

  test("leads on from where the one before it led after all", () => {
    const source = { launch: "launch:top", admission: "a5", world: "top_world" };
    for (const state of open)
      expect(cells.take<Travel>(state, { type: "moved", source }, ask).state?.journey.source).toBe(source);
  });
});
