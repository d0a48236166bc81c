import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Attached, type Session, type Travelling, session } from "./session.ts";
import {
  ada,
  asAda,
  everywhere,
  fromClient,
  fromLaunch,
  fromTravel,
  inWorld,
  launch,
  lobby,
  place,
  player,
  self,
  travelling,
} from "./testing.ts";

const cells = new Cells(session);
const journeys =
  /^(?!ending)\w+\.(world\.\w+|lease\.\w+|portal|committed|travelEnded|saved|seen|gone|chat\.send)$/;
afterAll(() => expect(cells.missing.filter((cell) => journeys.test(cell))).toEqual([]));

describe("a journey", () => {
  test("to the initial world needs no lease from nowhere; any other way in does", () => {
    const join = (state: Attached, world: string) =>
      cells.take<Session>(state, { type: "world.join", id: 4, world }, fromClient).said[0];
    expect(join(lobby, "hub")).toMatchObject({ type: "begin", re: 4, journey: { cause: "first" } });
    expect(join(lobby, "left_world")).toMatchObject({ type: "denied", reason: "missing_travel_lease" });
    expect(join(lobby, "nowhere")).toMatchObject({ reason: "invalid_world" });
    expect(join(inWorld, "hub")).toMatchObject({ reason: "missing_travel_lease" });
    expect(join(travelling, "hub")).toMatchObject({ reason: "already_travelling" });
  });

  test("back is only into the world the player was in last", () => {
    const rejoin = (state: Attached, world: string) =>
      cells.take<Session>(state, { type: "world.rejoin", id: 4, world }, fromClient).said[0];
    for (const state of [lobby, inWorld]) {
      expect(rejoin(state, "hub")).toMatchObject({
        type: "begin",
        journey: { cause: "rejoin", target: place },
      });
      expect(rejoin(state, "left_world")).toMatchObject({ type: "denied", reason: "not_active_world" });
      expect(rejoin(state, "nowhere")).toMatchObject({ reason: "invalid_world" });
    }
    expect(rejoin(travelling, "hub")).toMatchObject({ reason: "already_travelling" });
  });

  test("may be asked for five times in five seconds; what is refused does not count", () => {
    const rejoin = { type: "world.rejoin", id: 4, world: "hub" };
    let state: Attached = inWorld;
    for (let time = 0; time < 5; time++) {
      expect(cells.take<Session>(state, { ...rejoin, world: "nowhere" }, fromClient).state).toBe(state);
      const { asked } = cells.take<Session>(state, rejoin, { ...fromClient, now: 100 }).state as Attached;
      state = { ...inWorld, asked };
    }
    const sixth = cells.take<Session>(state, rejoin, { ...fromClient, now: 5099 });
    expect(sixth).toMatchObject({ state, said: [{ type: "denied", re: 4, reason: "too_many_requests" }] });
    expect(cells.take<Session>(state, rejoin, { ...fromClient, now: 5100 }).said).toMatchObject([
      { type: "begin" },
    ]);
  });

  test("is asked for by its own lease only", () => {
    for (const type of ["lease.refresh", "lease.redeem", "lease.release"]) {
      for (const state of [lobby, inWorld, travelling])
        expect(cells.take<Session>(state, { type, id: 5, lease: "t7" }, fromClient).said).toMatchObject([
          { to: player, type: "denied", lease: "t7", reason: "invalid_travel_lease" },
        ]);
      expect(cells.take<Session>(travelling, { type, id: 5, lease: "t1" }, fromClient).said).toMatchObject([
        { to: "travel:t1", type: type.slice("lease.".length), re: 5 },
      ]);
    }
  });

  test("through a portal begins in the world that holds the player, and in no other", () => {
    const ask = {
      type: "portal",
      admission: "a1",
      request: "r1",
      portal: "Door",
      target: "left_world",
      spawn: "Door",
    };
    expect(cells.take<Session>(inWorld, ask, fromLaunch).said).toMatchObject([
      {
        type: "begin",
        journey: {
          cause: "portal",
          target: { world: "left_world", x: 100, y: 100 },
          source: { launch, admission: "a1", request: "r1" },
        },
      },
    ]);
    const denied = (state: Attached, change: object, reason: string, from = launch) =>
      expect(
        cells.take<Session>(state, { ...ask, ...change }, { self, from: from as "launch:x" }),
      ).toMatchObject({ state, said: [{ to: from, type: "unhold", request: "r1", reason }] });
    denied(lobby, {}, "not_joined");
    denied(inWorld, { admission: "a0" }, "not_joined");
    denied(inWorld, {}, "not_joined", "launch:other");
    denied(inWorld, { spawn: "Nowhere" }, "invalid_portal");
    denied(inWorld, { spawn: "constructor" }, "invalid_portal");
    denied(inWorld, { target: "nowhere" }, "invalid_portal");
    denied(travelling, {}, "already_travelling");
  });

  test("commits: the new admission counts, the commit is the save", () => {
    const target = { world: "left_world", x: 100, y: 100, facing: 0 };
    const commit = {
      type: "committed",
      admission: "a2",
      launch: "launch:left",
      place: target,
      identity: asAda,
    };
    const { state, said } = cells.take<Session>(ada(travelling), commit, fromTravel);
    expect(state).toMatchObject({
      phase: "inWorld",
      place: target,
      settling: "travel:t1",
      admission: { id: "a2", seq: 0 },
    });
    expect(state).not.toHaveProperty("travel");
    expect(said).toEqual([{ to: "account:ada", type: "place", place: target }]);
    for (const state of everywhere)
      expect(cells.take<Session>(state, commit, { self, from: "travel:t0" }).state).toBe(state);
    expect(
      cells.take<Session>(travelling, { ...commit, identity: { name: "Guest-1" } }, fromTravel).said,
    ).toEqual([]);
  });

  test("whose end came before its commit is over at the commit", () => {
    const at = { self, from: "launch:left" } as const;
    const gone = { type: "gone", admission: "a2", reason: "crashed" };
    const { state, said } = cells.take<Session>(travelling, gone, at);
    expect({ state, said }).toMatchObject({
      state: { phase: "travelling", admission: { id: "a1" } },
      said: [],
    });
    const commit = {
      type: "committed",
      admission: "a2",
      launch: "launch:left",
      place,
      identity: { name: "Guest-1" },
    };
    const committed = (admission: string) => cells.take<Session>(state, { ...commit, admission }, fromTravel);
    expect(committed("a2")).toMatchObject({ state: { phase: "travelling", cause: "rejoin" } });
    expect(committed("a3")).toMatchObject({ state: { phase: "inWorld", admission: { id: "a3" } } });
    expect(committed("a3").state).not.toHaveProperty("overtaking");
  });

  test("that failed leaves the player where they are, else in the next best world, else in none", () => {
    const end = (state: Travelling) => cells.take<Session>(state, { type: "travelEnded" }, fromTravel);
    expect(end(travelling)).toMatchObject({ state: { phase: "inWorld", admission: { id: "a1" } }, said: [] });
    const { admission: _, ...homeless } = travelling;
    expect(end(homeless)).toMatchObject({
      state: { tried: ["left_world"] },
      said: [{ type: "begin", journey: { target: { world: "hub" } } }],
    });
    expect(end({ ...homeless, target: "hub" })).toMatchObject({ state: { phase: "lobby" }, said: [] });
    expect(end({ ...homeless, client: undefined })).toMatchObject({ state: { phase: "lobby" }, said: [] });
    // A world that is emptied names the one its players go to.
    const instead = { type: "travelEnded", reason: "world_draining", instead: "top_world" };
    expect(cells.take<Session>({ ...homeless, target: "hub" }, instead, fromTravel)).toMatchObject({
      state: { tried: ["hub"] },
      said: [{ type: "begin", journey: { target: { world: "top_world" } } }],
    });
    expect(cells.take<Session>(travelling, { type: "travelEnded" }, { self, from: "travel:t0" }).state).toBe(
      travelling,
    );
  });
});

describe("a presence", () => {
  const save = { type: "saved", admission: "a1", seq: 4, place: { ...place, x: 70 }, final: false };

  test("is saved only from the committed admission, in order, in its own world", () => {
    for (const state of [inWorld, travelling])
      expect(cells.take<Session>(state, save, fromLaunch).state).toMatchObject({
        place: { x: 70 },
        admission: { seq: 4 },
      });
    const wrong = [{ admission: "a0" }, { seq: 3 }, { place: { ...place, world: "left_world" } }];
    for (const change of wrong)
      expect(cells.take<Session>(inWorld, { ...save, ...change }, fromLaunch).state).toBe(inWorld);
    expect(cells.take<Session>(inWorld, save, { self, from: "launch:other" }).state).toBe(inWorld);
    expect(cells.take<Session>(lobby, save, fromLaunch).state).toBe(lobby);
  });

  test("reaches the account once a minute, and at the last save", () => {
    expect(cells.take<Session>(ada(inWorld), save, { ...fromLaunch, now: 59_999 }).said).toEqual([]);
    expect(cells.take<Session>(ada(inWorld), save, { ...fromLaunch, now: 60_000 }).said).toMatchObject([
      { to: "account:ada", type: "place" },
    ]);
    expect(cells.take<Session>(ada(inWorld), { ...save, final: true }, fromLaunch).said).toMatchObject([
      { to: "account:ada", type: "place", place: { x: 70 } },
    ]);
    expect(
      cells.take<Session>({ ...inWorld, identity: asAda }, { ...save, final: true }, fromLaunch).said,
    ).toEqual([]);
  });

  test("in a roster confirms the arrival, wakes the avatar, or sends a stray away", () => {
    expect(
      cells.take<Session>(inWorld, { type: "seen", admission: "a1", active: true }, fromLaunch).said,
    ).toEqual([]);
    expect(
      cells.take<Session>(inWorld, { type: "seen", admission: "a1", active: false }, fromLaunch).said,
    ).toEqual([{ to: launch, type: "activate", admission: "a1" }]);
    expect(
      cells.take<Session>(
        { ...inWorld, settling: "travel:t1" },
        { type: "seen", admission: "a1", active: false },
        fromLaunch,
      ).said,
    ).toEqual([]);
    expect(
      cells.take<Session>(inWorld, { type: "seen", admission: "a0", active: true }, fromLaunch).said,
    ).toMatchObject([{ to: launch, type: "kick", admission: "a0" }]);
    expect(
      cells.take<Session>(lobby, { type: "seen", admission: "a1", active: true }, fromLaunch).said,
    ).toMatchObject([{ type: "kick" }]);
    expect(
      cells.take<Session>(travelling, { type: "seen", admission: "a2", active: false }, fromLaunch).said,
    ).toEqual([{ to: "travel:t1", type: "seen", admission: "a2", launch }]);
    expect(
      cells.take<Session>(undefined, { type: "seen", admission: "a1", active: true }, fromLaunch).said,
    ).toMatchObject([{ to: launch, type: "kick", reason: "session_expired" }]);
  });

  test("that crashed goes back to where it stood; one that left does not", () => {
    const gone = (state: Attached, reason: string) =>
      cells.take<Session>(state, { type: "gone", admission: "a1", reason }, fromLaunch);
    expect(gone(inWorld, "crashed").said).toMatchObject([
      { to: player, type: "world.lost", reason: "crashed" },
      { type: "begin", journey: { cause: "rejoin", target: place } },
    ]);
    expect(gone(inWorld, "left")).toMatchObject({
      state: { phase: "lobby", place },
      said: [{ type: "world.lost", reason: "left" }],
    });
    expect(gone({ ...inWorld, client: undefined }, "crashed").state).toMatchObject({ phase: "lobby", place });
    expect(gone(travelling, "crashed")).toMatchObject({
      state: { phase: "travelling", admission: undefined },
      said: [{}, { to: "travel:t1", type: "sourceGone", admission: "a1" }],
    });
    expect(gone(ada(inWorld), "left").said[0]).toEqual({ to: "account:ada", type: "place", place });
    expect(gone({ ...inWorld, identity: asAda }, "left").state).toMatchObject({ place: undefined });
    expect(gone(lobby, "left").state).toBe(lobby);
  });

  test("speaks under its own name, where its avatar stands", () => {
    const said = {
      to: "channel:all",
      type: "say",
      session: self,
      player,
      name: "Guest-1",
      text: "hi",
      re: 8,
    };
    const avatar = { launch, admission: "a1" };
    for (const state of everywhere)
      expect(cells.take<Session>(state, { type: "chat.send", id: 8, text: "hi" }, fromClient).said).toEqual([
        state.phase === "lobby" ? said : { ...said, avatar },
      ]);
  });
});
