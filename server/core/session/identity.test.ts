import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Attached, type Session, session } from "./session.ts";
import {
  ada,
  client,
  everywhere,
  fromAccount,
  fromClient,
  fromLaunch,
  fromTravel,
  hello,
  inWorld,
  launch,
  lobby,
  place,
  player,
  self,
} from "./testing.ts";

const cells = new Cells(session);
const identity =
  /^ending\.|\.(login|logout|claimed|claimRefused|takenOver|settled)$|^\w+(?<!absent|naming)\.named$/;
afterAll(() =>
  expect(cells.missing.filter((cell) => identity.test(cell) && !cell.startsWith("absent."))).toEqual([]),
);

describe("an identity", () => {
  test("is claimed by name; a bad name and a second log-in are refused", () => {
    for (const state of everywhere) {
      expect(cells.take<Session>(state, { type: "login", id: 2, name: "Ada" }, fromClient).said).toEqual([
        { to: "account:ada", type: "claim", re: 2, name: "Ada" },
      ]);
      expect(
        cells.take<Session>(state, { type: "login", id: 2, name: "guest-1" }, fromClient).said,
      ).toMatchObject([{ to: player, type: "denied", re: 2, reason: "invalid_name" }]);
      expect(
        cells.take<Session>(ada(state), { type: "login", id: 2, name: "Eve" }, fromClient).said,
      ).toMatchObject([{ reason: "already_logged_in" }]);
      expect(
        cells.take<Session>(state, { type: "claimRefused", re: 2, reason: "takeover_limit" }, fromAccount)
          .said,
      ).toMatchObject([{ to: player, type: "denied", re: 2 }]);
    }
  });

  test("once granted travels to where the account stood; a journey under way gives way", () => {
    const stood = { world: "top_world", x: 1, y: 2, facing: 0 };
    for (const state of everywhere) {
      const { said, state: after } = cells.take<Session>(
        state,
        { type: "claimed", re: 2, name: "Ada", place: stood },
        fromAccount,
      );
      expect(said).toContainEqual({ to: player, type: "identity", re: 2, name: "Ada", guest: false });
      expect(said.at(-1)).toMatchObject({
        type: "begin",
        journey: { cause: "login", target: stood, identity: { name: "Ada" } },
      });
      expect(said.some(({ type }) => type === "release")).toBe(state.phase === "travelling");
      expect(after).toMatchObject({ phase: "travelling", identity: { account: "account:ada" } });
    }
    expect(
      cells.take<Session>(ada(lobby), { type: "claimed", re: 2, name: "Eve" }, { self, from: "account:eve" })
        .said,
    ).toEqual([
      { to: "account:eve", type: "release" },
      { to: player, type: "denied", re: 2, reason: "already_logged_in" },
    ]);
    expect(
      cells
        .take<Session>(
          lobby,
          { type: "claimed", re: 2, name: "Ada", place: { ...stood, world: "gone" } },
          fromAccount,
        )
        .said.at(-1),
    ).toMatchObject({ journey: { target: { world: "hub" } } });
  });

  test("that is laid down becomes a new guest, and the account is free once its avatar has departed", () => {
    for (const state of everywhere) {
      expect(cells.take<Session>(state, { type: "logout", id: 3 }, fromClient).said).toMatchObject([
        { type: "denied", reason: "not_logged_in" },
      ]);
      const asked = cells.take<Attached>(ada(state), { type: "logout", id: 3 }, fromClient);
      const rename = { to: "lobby:main", type: "rename", re: 3 };
      const release = { to: "account:ada", type: "release" };
      const stands = "admission" in state;
      expect(asked.said).toEqual(stands ? [rename] : [rename, release]);
      expect(asked.state?.leaving).toBe(stands ? "account:ada" : undefined);
      if (stands)
        expect(cells.take<Session>(asked.state, { type: "logout", id: 4 }, fromClient).said).toMatchObject([
          { type: "denied", reason: "try_later" },
        ]);
      const named = cells.take<Session>(
        asked.state,
        { type: "named", number: 9, re: 3 },
        { self, from: "lobby:main" },
      );
      expect(named.said).toContainEqual({
        to: player,
        type: "identity",
        re: 3,
        name: "Guest-9",
        guest: true,
      });
      const settling = { ...(named.state as Attached), settling: "travel:t1" } as const;
      // Somebody else's departure neither frees the account nor places it.
      const others = cells.take<Session>(settling, { type: "settled", place }, fromTravel);
      expect(others).toMatchObject({ state: { settling: undefined }, said: [] });
      const last = { type: "settled", place, account: "account:ada" };
      // Of the journey before: in whose world the one who is left behind still stands.
      if (stands) expect(cells.take<Session>(settling, last, fromTravel).said).toEqual([]);
      const gone = { ...settling, admission: undefined } as Attached;
      const settled = cells.take<Session>(gone, last, fromTravel);
      expect(settled.said).toEqual(stands ? [{ ...release, place }] : []);
      expect((settled.state as Attached).leaving).toBeUndefined();
      const other = { ...state, settling: "travel:t1" } as Attached;
      expect(cells.take<Session>(other, { type: "settled" }, { self, from: "travel:t0" }).state).toBe(other);
      expect(cells.take<Session>(other, { type: "settled" }, fromTravel)).toMatchObject({
        state: { settling: undefined },
        said: [],
      });
    }
  });

  test("that is claimed elsewhere ends here, with a word to the tab", () => {
    for (const state of everywhere) {
      const { state: after, said } = cells.take<Session>(ada(state), { type: "takenOver" }, fromAccount);
      expect(said).toContainEqual({ to: client, type: "close", why: "continuedElsewhere" });
      expect(said).toContainEqual({ to: "lobby:main", type: "leave" });
      if (state.phase === "lobby") {
        expect(after).toBeUndefined();
        expect(said).toContainEqual({ to: "account:ada", type: "release", place });
      } else {
        expect(after).toMatchObject({ phase: "ending", place, wakeAt: 1000 });
        expect(said).toContainEqual(expect.objectContaining({ to: launch, type: "kick", admission: "a1" }));
        expect(said.some(({ to }) => to === "account:ada")).toBe(false);
      }
    }
    const guestAgain: Attached = { ...ada(inWorld), identity: { name: "Guest-9" }, leaving: "account:ada" };
    expect(cells.take<Session>(guestAgain, { type: "takenOver" }, fromAccount)).toMatchObject({
      state: { leaving: undefined, phase: "inWorld" },
      said: [
        { type: "release", place },
        { to: launch, type: "kick", admission: "a1" },
      ],
    });
  });

  test("is handed over with the avatar's last save, or without it when it does not come", () => {
    const ending = cells.take<Session>(ada(inWorld), { type: "takenOver" }, fromAccount).state as Session;
    const last = { ...place, x: 99 };
    const save = { type: "saved", admission: "a1", seq: 4, place: last, final: true };
    const saved = cells.take<Session>(ending, save, fromLaunch).state;
    expect(saved).toMatchObject({ phase: "ending", place: last });
    // An older one that comes later is not the last.
    const older = { ...save, seq: 4, place: { ...place, x: 1 } };
    expect(cells.take<Session>(saved, older, fromLaunch).state).toMatchObject({ place: last });
    const gone = cells.take<Session>(saved, { type: "gone", admission: "a1", reason: "left" }, fromLaunch);
    expect(gone).toMatchObject({
      state: undefined,
      said: [{ to: "account:ada", type: "release", place: last }],
    });
    const silent = cells.take<Session>(ending, { type: "deadline" }, { self, from: self, now: 1000 });
    expect(silent).toMatchObject({
      state: undefined,
      said: [{ to: "account:ada", type: "release", place }],
    });
    for (const change of [{ admission: "a0" }, { seq: 3 }, { place: { ...last, world: "left_world" } }])
      expect(cells.take<Session>(ending, { ...save, ...change }, fromLaunch).state).toBe(ending);
    expect(cells.take<Session>(ending, { type: "gone", admission: "a0" }, fromLaunch).state).toBe(ending);
    const late = cells.take<Session>(ending, { type: "open", hello }, { self, from: "client:c9" });
    expect(late).toMatchObject({ state: ending, said: [{ to: "client:c9", type: "resume.unknown" }] });
  });
});
