import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Launch, launch } from "./launch.ts";
import {
  closing,
  fromHost,
  fromLink,
  fromTravel,
  fromWorld,
  link,
  registration,
  running,
  self,
  stopping,
  suspect,
} from "./testing.ts";

const cells = new Cells(launch);
afterAll(() => expect(cells.missing.filter((cell) => cell.endsWith(".catch.up"))).toEqual([]));

const before = "launch:l0";
const fresh = { ...running, guests: {}, follows: before } as const;
const catchUp = { type: "catch.up", text: "8", of: before };
const drain = { target: "hub", isSucceeded: true, by: 0, told: 2 } as const;
const saying = { type: "state", text: "8", isFinal: false };
const wentOn = { to: "world:hub", type: "went.on", text: "8" };

describe("what is done in a launch that was taken over from", () => {
  test("is told to its world, which knows who took over", () => {
    for (const state of [running, closing, stopping])
      expect(cells.take<Launch>({ ...state, drain }, saying, fromLink).said).toEqual([wentOn]);
    const words = { type: "lastWords", saves: [], state: "8" };
    expect(cells.take<Launch>({ ...suspect, drain }, words, fromHost).said).toEqual([wentOn]);
    const silent = { ...running, drain, inherits: "7" };
    expect(cells.take<Launch>(silent, saying, fromLink).said).toEqual([]);
  });

  test("is asked for once more when its players are moved, before any of them", () => {
    const full: Launch = { ...running, drain };
    const wake = (state: Launch | undefined, now: number) =>
      cells.take<Launch>(
        { ...state, heardAt: now } as Launch,
        { type: "deadline" },
        { self, from: self, now },
      );
    const first = wake(full, 0);
    expect(first.said).toMatchObject([{ to: link, type: "handover" }, { type: "evacuate" }]);
    expect(wake(first.state, 10_000).said).toMatchObject([{ type: "evacuate" }]);
    const elsewhere: Launch = {
      ...running,
      drain: { ...drain, target: "left_world", isSucceeded: undefined },
    };
    expect(wake(elsewhere, 0).said).toMatchObject([{ type: "evacuate" }]);
  });
});

describe("a launch that took over", () => {
  test("learns what is done in the one before until somebody comes", () => {
    const taken = cells.take<Launch>(
      { ...fresh, isHeir: true, follows: undefined },
      { type: "take.over", text: "7", follows: before },
      fromWorld,
    );
    expect(taken.state).toMatchObject({ follows: before, inherits: "7" });
    for (const state of [fresh, { ...closing, follows: before } as const])
      expect(cells.take<Launch>(state, catchUp, fromWorld)).toMatchObject({
        state: { inherits: "8", follows: before },
        said: [
          { to: "memory:hub", type: "keep", text: "8" },
          { to: link, type: "restore", text: "8" },
          { to: link, type: "handover" },
        ],
      });
    const expects = {
      type: "expect",
      admission: "a3",
      ticketHash: "h",
      session: "bob",
      name: "Bob",
      guest: true,
      at: { world: "hub", x: 0, y: 0, facing: 0 },
      forMs: 1_000,
    };
    const visited = cells.take<Launch>(fresh, expects, fromTravel).state as Launch;
    expect(cells.take<Launch>(visited, catchUp, fromWorld)).toMatchObject({ state: visited, said: [] });
  });

  test("is told of one thing after the other, so that its answers are not mixed up", () => {
    const asked = cells.take<Launch>({ ...fresh, isAsked: true }, catchUp, fromWorld);
    const busy = cells.take<Launch>({ ...fresh, inherits: "7" }, catchUp, fromWorld);
    for (const { said } of [asked, busy])
      expect(said).toEqual([{ to: "memory:hub", type: "keep", text: "8" }]);
    const heard = { type: "state", text: "7", isFinal: true };
    const next = cells.take<Launch>(busy.state, heard, fromLink);
    expect(next).toMatchObject({
      state: { inherits: "8" },
      said: [
        { to: link, type: "restore", text: "8" },
        { to: link, type: "handover" },
      ],
    });
    expect(cells.take<Launch>(next.state, { ...heard, text: "8" }, fromLink)).toMatchObject({
      state: { inherits: undefined },
      said: [{ to: "memory:hub", type: "keep", text: "8" }],
    });
  });

  test("that cannot be told is told when it comes back", () => {
    const { state, said } = cells.take<Launch>({ ...suspect, follows: before }, catchUp, fromWorld);
    expect(said).toEqual([{ to: "memory:hub", type: "keep", text: "8" }]);
    expect(cells.take<Launch>(state, registration, fromLink).said).toContainEqual({
      to: link,
      type: "restore",
      text: "8",
    });
  });

  test("learns nothing of any other one", () => {
    for (const state of [running, suspect, closing, { ...running, follows: "launch:l7" } as const])
      expect(cells.take<Launch>(state, catchUp, fromWorld)).toMatchObject({ state, said: [] });
  });
});
