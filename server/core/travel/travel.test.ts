import { afterAll, describe, expect, test } from "vitest";
import { Cells, testFacts } from "../testing.ts";
import {
  admitted,
  ask,
  departing,
  expecting,
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
// The ways to arrive and to depart are tested in departure.test.ts.
const elsewhere = /\.(arrived|seen|departed|sourceGone|moved)$|^departing\.deadline$/;
afterAll(() => expect(cells.missing.filter((cell) => !elsewhere.test(cell))).toEqual([]));

test("what has ended or is committed answers whoever asks for it still", () => {
  for (const state of [undefined, departing])
    for (const type of ["refresh", "redeem", "release"])
      expect(cells.take<Travel>(state, { type, re: 6 }, ask)).toMatchObject({
        state,
        said: [{ to: player, type: "denied", re: 6, reason: "invalid_travel_lease" }],
      });
  expect(cells.take<Travel>(undefined, { type: "release" }, ask)).toMatchObject({ said: [] });
});

describe("the lease", () => {
  test("is granted with the pack, holds the portals at the source and starts no world", () => {
    const { state, said } = cells.take<Travel>(undefined, { type: "begin", journey, re: 4 }, ask);
    expect(state).toMatchObject({ phase: "leased", wakeAt: 120_000, lease: { hardBy: 3_600_000 } });
    expect(said).toMatchObject([
      { to: "launch:hub", type: "hold", admission: "a0", request: "r1", forMs: 20_000 },
      {
        to: player,
        type: "lease",
        re: 4,
        lease: "t1",
        world: "left_world",
        softMs: 120_000,
        hardMs: 3_600_000,
      },
    ]);
  });

  test("is refused when the pack cannot be had, and the source is told", () => {
    const facts = testFacts({ packOf: () => undefined });
    const { state, said } = cells.take<Travel>(
      undefined,
      { type: "begin", journey, re: 4 },
      { ...ask, facts },
    );
    expect(state).toBeUndefined();
    expect(said).toMatchObject([
      { to: player, type: "denied", re: 4, reason: "world_pack_unavailable", final: true },
      { to: "launch:hub", type: "unhold", request: "r1", reason: "world_pack_unavailable" },
      { to: session, type: "travelEnded" },
    ]);
  });

  test("is refreshed while the client prepares, never beyond its hard end", () => {
    for (const state of open) {
      const early = cells.take<Travel>(state, { type: "refresh", re: 2 }, { ...ask, now: 50_000 });
      expect(early.state?.lease.softBy).toBe(170_000);
      expect(early.said).toMatchObject([
        { type: "hold" },
        { to: player, type: "lease.refreshed", re: 2, softMs: 120_000 },
      ]);
      expect(
        cells.take<Travel>(state, { type: "refresh", re: 2 }, { ...ask, now: 3_590_000 }).state?.lease.softBy,
      ).toBe(3_600_000);
    }
  });

  test("is granted again to a client that resumed", () => {
    for (const state of open)
      expect(cells.take<Travel>(state, { type: "repeat" }, ask)).toMatchObject({
        state,
        said: [{ to: player, type: "lease", lease: "t1" }],
      });
  });

  test("whose ticket is good no more tells a client so that resumed, and had none before not", () => {
    const off = { to: player, type: "denied", lease: "t1", reason: "ticket_unavailable", final: false };
    const again = cells.take<Travel>({ ...leased, failures: 1 }, { type: "repeat" }, ask);
    expect(again.said.map(({ type }) => type)).toEqual(["lease", "denied"]);
    expect(again.said.at(-1)).toEqual(off);
    for (const state of open)
      expect(cells.take<Travel>(state, { type: "repeat" }, ask).said).not.toContainEqual(off);
  });

  test("expires, with a word to everyone", () => {
    const { state, said } = cells.take<Travel>(leased, { type: "deadline" }, { self, from: self });
    expect(state).toBeUndefined();
    expect(said).toMatchObject([
      { to: player, type: "denied", lease: "t1", reason: "travel_lease_expired", final: true },
      { to: "launch:hub", type: "unhold" },
      { to: session, type: "travelEnded", reason: "travel_lease_expired" },
    ]);
  });

  test("can be given back in every phase before the commit; the target's promise is taken back with it", () => {
    for (const state of open) {
      const asked = cells.take<Travel>(state, { type: "release", re: 3 }, ask);
      expect(asked.state).toBeUndefined();
      expect(asked.said[0]).toMatchObject({ to: player, type: "ok", re: 3 });
      expect(asked.said.at(-1)).toMatchObject({ to: session, type: "travelEnded" });
      expect(asked.said.some(({ type }) => type === "revoke")).toBe("door" in state);
      const called = cells.take<Travel>(state, { type: "release", reason: "session_expired" }, ask);
      expect(called.said[0]).toMatchObject({ type: "denied", reason: "session_expired", final: true });
    }
    const late = cells.take<Travel>(departing, { type: "release", re: 3 }, ask);
    expect(late).toMatchObject({
      state: departing,
      said: [{ to: player, type: "denied", re: 3, reason: "invalid_travel_lease" }],
    });
    expect(cells.take<Travel>(departing, { type: "release" }, ask)).toMatchObject({
      state: departing,
      said: [],
    });
  });
});

describe("the redeem", () => {
  test("wants the world and keeps the lease", () => {
    const { state, said } = cells.take<Travel>(leased, { type: "redeem", re: 5 }, { ...ask, now: 100 });
    expect(state).toMatchObject({ phase: "starting", by: 12_100, wakeAt: 12_100, lease: leased.lease });
    expect(said).toEqual([{ to: "world:left_world", type: "require" }]);
  });

  test("of another world than the lease's changes nothing", () => {
    for (const before of open) {
      const { state, said } = cells.take<Travel>(before, { type: "redeem", re: 5, world: "top_world" }, ask);
      expect(state).toBe(before);
      expect(said).toMatchObject([
        { to: player, type: "denied", re: 5, reason: "travel_lease_target_mismatch" },
      ]);
    }
  });

  test("again while the world starts is the same redeem; later it revokes the first ticket", () => {
    expect(cells.take<Travel>(starting, { type: "redeem", re: 6 }, ask)).toMatchObject({
      state: starting,
      said: [],
    });
    for (const state of withDoor)
      expect(cells.take<Travel>(state, { type: "redeem", re: 6 }, ask)).toMatchObject({
        state: { phase: "starting" },
        said: [
          { to: "launch:left", type: "revoke", admission: "a1" },
          { to: "world:left_world", type: "require" },
        ],
      });
  });

  test("gets one ticket, which the launch must know before the client does", () => {
    const ready = { type: "worldReady", launch: "launch:left", endpoint: { port: 1 }, route: "left_world" };
    const waiting = cells.take<Travel>(starting, ready, { self, from: "world:left_world", now: 1000 });
    expect(waiting.said).toMatchObject([
      {
        to: "launch:left",
        type: "expect",
        session: "s",
        name: "Guest-1",
        guest: true,
        at: target,
        forMs: 50_000,
      },
    ]);
    expect(waiting.said[0]).not.toHaveProperty("ticket");
    expect(waiting.state).toMatchObject({ phase: "expecting", wakeAt: 11_000 });
    const { admission } = waiting.said[0] as { admission?: string };
    const told = cells.take<Travel>(
      waiting.state,
      { type: "acked", admission },
      { self, from: "launch:left", now: 1500 },
    );
    expect(told.said).toMatchObject([
      { to: player, type: "ticket", admission, ticket: "secret1", expiresMs: 10_000 },
    ]);
    expect(told.state).toMatchObject({ phase: "admitted", wakeAt: 11_500 });
    expect(told.state).not.toHaveProperty("door.secretTicket");
  });

  test("waits for the acknowledgement no longer than the whole redeem may take", () => {
    const ready = { type: "worldReady", launch: "launch:left", endpoint: { port: 1 }, route: "left_world" };
    expect(
      cells.take<Travel>(starting, ready, { self, from: "world:left_world", now: 11_000 }).state?.wakeAt,
    ).toBe(12_000);
  });

  test("believes only the launch that was asked, about the ticket it was asked for", () => {
    const wrong = [
      [{ type: "acked", admission: "a1" }, "launch:other"],
      [{ type: "acked", admission: "a9" }, "launch:left"],
      [{ type: "refused", admission: "a9", reason: "world_full" }, "launch:left"],
    ] as const;
    for (const [input, from] of wrong)
      expect(cells.take<Travel>(expecting, input, { self, from })).toMatchObject({
        state: expecting,
        said: [],
      });
    expect(
      cells.take<Travel>(
        admitted,
        { type: "refused", admission: "a9", reason: "world_full" },
        { self, from: "launch:left" },
      ).state,
    ).toBe(admitted);
  });

  test("that lost its ticket in a restart, or is answered for too late to use it, is tried again", () => {
    const { secretTicket: _, ...forgetful } = expecting.door;
    const acked = { type: "acked", admission: "a1" };
    const at = { self, from: "launch:left" } as const;
    const lost = cells.take<Travel>({ ...expecting, door: forgetful }, acked, at);
    const late = cells.take<Travel>({ ...expecting, wakeAt: 10_000 }, acked, { ...at, now: 10_001 });
    for (const { state, said } of [lost, late]) {
      expect(state).toMatchObject({ phase: "leased", failures: 1 });
      expect(said[0]).toMatchObject({ type: "denied", reason: "ticket_unavailable", final: false });
    }
  });

  test("whose launch is gone before it has answered gets the next one, and the client hears nothing", () => {
    const gone = [
      { type: "worldUnavailable", reason: "world_unavailable" },
      { type: "refused", admission: "a1", reason: "world_unavailable" },
    ];
    const fromLeft = { self, from: "launch:left", now: 500 } as const;
    const ready = { type: "worldReady", launch: "launch:left", endpoint: { port: 1 }, route: "left_world" };
    for (const input of gone) {
      let state: Travel | undefined = expecting;
      for (const asked of [2, 3]) {
        const again: ReturnType<typeof cells.take<Travel>> = cells.take<Travel>(state, input, fromLeft);
        expect(again.said).toEqual([{ to: "world:left_world", type: "require" }]);
        expect(again.state).toMatchObject({
          phase: "starting",
          asked,
          failures: 0,
          by: 12_000,
          wakeAt: 12_000,
        });
        state = cells.take<Travel>(again.state, ready, { self, from: "world:left_world", now: 600 }).state;
        state = { ...(state as typeof expecting), door: expecting.door };
      }
      // A process that refuses everybody is not asked for ever, and nobody after the time of the redeem.
      for (const [last, now] of [[state, 700] as const, [expecting, 12_000] as const])
        expect(cells.take<Travel>(last, input, { ...fromLeft, now })).toMatchObject({
          state: { phase: "leased", failures: 1 },
          said: [{ to: player, type: "denied", reason: "world_unavailable", final: false }, {}],
        });
    }
  });

  test("that failed may be repeated twice under the same lease, if repeating helps", () => {
    const failures: [Travel, { type: string; [field: string]: unknown }, string][] = [
      [starting, { type: "worldUnavailable", reason: "world_unavailable" }, "world_unavailable"],
      [starting, { type: "deadline" }, "world_unavailable"],
      [expecting, { type: "deadline" }, "ticket_unavailable"],
      [expecting, { type: "refused", admission: "a1", reason: "ticket_unavailable" }, "ticket_unavailable"],
      [admitted, { type: "worldUnavailable", reason: "world_unavailable" }, "world_unavailable"],
      [admitted, { type: "deadline" }, "ticket_unavailable"],
    ];
    for (const [state, input, reason] of failures) {
      const at = { self, from: state === starting ? "world:left_world" : "launch:left" } as const;
      const first = cells.take<Travel>(state, input, at);
      expect(first.state).toMatchObject({ phase: "leased", failures: 1, lease: leased.lease });
      expect(first.said[0]).toMatchObject({ to: player, type: "denied", reason, final: false });
      const third = cells.take<Travel>({ ...state, failures: 2 }, input, at);
      expect(third.state).toBeUndefined();
      expect(third.said[0]).toMatchObject({ reason, final: true });
    }
    // A launch whose door is not open any more has no say.
    const late = { type: "worldUnavailable", reason: "world_unavailable" };
    for (const state of [starting, expecting, admitted])
      expect(cells.take<Travel>(state, late, { self, from: "launch:old" })).toMatchObject({
        state,
        said: [],
      });
    const full = cells.take<Travel>(
      admitted,
      { type: "refused", admission: "a1", reason: "world_full" },
      { self, from: "launch:left" },
    );
    expect(full.state).toBeUndefined();
  });
});
