import { afterAll, describe, expect, test } from "vitest";
import { Cells, testFacts } from "../testing.ts";
import { type Launch, launch } from "./launch.ts";
import {
  closing,
  expected,
  fromLink,
  fromTravel,
  inside,
  isGuests,
  link,
  nobody,
  registration,
  running,
  self,
  starting,
  stopping,
  suspect,
} from "./testing.ts";

const cells = new Cells(launch);
afterAll(() => expect(cells.missing.filter(isGuests)).toEqual([]));

const place = { world: "hub", x: 1, y: 2, facing: 3 };
const expectation = {
  type: "expect",
  admission: "a9",
  ticketHash: "h",
  session: "bob",
  name: "Bob",
  guest: true,
  at: place,
  forMs: 20_000,
};
const full = { a1: inside, a2: expected };
const speaking = [running, { ...closing, guests: full }, stopping];

describe("a ticket", () => {
  test("is announced to the process and remembered until nobody can show it", () => {
    for (const state of [running, closing]) {
      const { state: after, said } = cells.take<Launch>(state, expectation, { ...fromTravel, now: 500 });
      expect(said).toMatchObject([
        { to: link, type: "expect", admission: "a9", session: "bob", expiresMs: 20_000 },
      ]);
      expect(after?.guests["a9"]).toEqual({
        session: "session:bob",
        travel: "travel:t9",
        expectedUntil: 20_500,
      });
    }
  });

  test("is refused by a full world, and by one that cannot hear", () => {
    const world = { ...testFacts().worlds.get("hub"), capacity: 2 } as never;
    const facts = testFacts({ worlds: new Map([["hub", world]]) });
    expect(cells.take<Launch>(running, expectation, { ...fromTravel, facts })).toMatchObject({
      state: running,
      said: [{ to: "travel:t9", type: "refused", reason: "world_full" }],
    });
    // Whoever is in it already takes no other's room.
    const again = cells.take<Launch>(running, { ...expectation, session: "ada" }, { ...fromTravel, facts });
    expect(again.said).toMatchObject([{ to: link, type: "expect", admission: "a9" }]);
    for (const state of [undefined, starting, suspect, stopping])
      expect(cells.take<Launch>(state, expectation, fromTravel)).toMatchObject({
        state,
        said: [{ to: "travel:t9", type: "refused", reason: "world_unavailable" }],
      });
  });

  test("is acknowledged, refused and shown in the name of the journey that asked", () => {
    for (const state of speaking) {
      expect(cells.take<Launch>(state, { type: "acked", admission: "a2" }, fromLink).said).toEqual([
        { to: "travel:t2", type: "acked", admission: "a2" },
      ]);
      const refused = cells.take<Launch>(
        state,
        { type: "refused", admission: "a2", reason: "admission_denied" },
        fromLink,
      );
      expect(refused.said).toMatchObject([{ to: "travel:t2", type: "refused" }]);
      expect(refused.state?.guests).not.toHaveProperty("a2");
      const lie = { type: "refused", admission: "a1", reason: "admission_denied" };
      expect(cells.take<Launch>(state, lie, fromLink)).toMatchObject({ state, said: [] });
      const arrived = cells.take<Launch>(state, { type: "arrived", admission: "a2" }, fromLink);
      expect(arrived.said).toEqual([{ to: "travel:t2", type: "arrived", admission: "a2" }]);
      expect(arrived.state?.guests["a2"]).toMatchObject({ expectedUntil: undefined });
      expect(cells.take<Launch>(state, { type: "arrived", admission: "zz" }, fromLink).said).toMatchObject([
        { to: link, type: "kick", admission: "zz" },
      ]);
    }
  });

  test("of a name that every object inherits is nobody's", () => {
    for (const admission of ["constructor", "toString", "__proto__"]) {
      for (const type of ["acked", "refused", "departed", "left"])
        expect(
          cells.take<Launch>(running, { type, admission, seq: 1, place, reason: "removed" }, fromLink),
        ).toMatchObject({ state: running, said: [] });
      expect(cells.take<Launch>(running, { type: "arrived", admission }, fromLink)).toMatchObject({
        state: running,
        said: [{ to: link, type: "kick", admission }],
      });
      const roster = { inside: [{ admission, session: "eve", active: true }], expected: [] };
      const { state } = cells.take<Launch>(running, { type: "heartbeat", roster }, fromLink);
      expect(Object.entries(state?.guests ?? {})).toContainEqual([
        admission,
        { session: "session:eve", travel: "travel:unknown" },
      ]);
    }
  });

  test("of a stranger is looked into, but a roster full of strangers only a few at a time", () => {
    const strangers = Array.from({ length: 200 }, (_, n) => ({
      admission: `x${n}`,
      session: `s${n}`,
      active: true,
    }));
    const roster = {
      inside: [{ admission: "a1", session: "ada", active: true }, ...strangers],
      expected: [],
    };
    const now = running.auditedAt + 1;
    const { said, state } = cells.take<Launch>(running, { type: "heartbeat", roster }, { ...fromLink, now });
    expect(said.map(({ to }) => to)).toEqual(Array.from({ length: 16 }, (_, n) => `session:s${n}`));
    expect(Object.keys(state?.guests ?? {})).toHaveLength(16 + 2);
  });

  test("means nothing on another connection", () => {
    const stranger = { self, from: "launch-link:old" } as const;
    for (const type of ["acked", "refused", "arrived", "departed", "left", "portal", "saves"]) {
      const input = {
        type,
        admission: "a1",
        seq: 1,
        place,
        reason: "removed",
        request: "r",
        saves: [{ admission: "a1", seq: 1, place }],
      };
      const { state, said } = cells.take<Launch>(running, input, stranger);
      expect(state).toBe(running);
      expect(said.filter(({ to }) => !to.startsWith("launch-link:"))).toEqual([]);
    }
  });
});

describe("a guest", () => {
  test("is saved, leaves and asks for portals through the launch", () => {
    for (const state of speaking) {
      const saves = cells.take<Launch>(
        state,
        {
          type: "saves",
          saves: [
            { admission: "a1", seq: 3, place },
            { admission: "zz", seq: 1, place },
          ],
        },
        fromLink,
      );
      expect(saves.said).toEqual([
        { to: "session:ada", type: "saved", admission: "a1", seq: 3, place, final: false },
      ]);
      const left = cells.take<Launch>(state, { type: "left", admission: "a1", seq: 4, place }, fromLink);
      expect(left.said).toMatchObject([
        { to: "session:ada", type: "saved", final: true },
        { to: "session:ada", type: "gone", reason: "left" },
      ]);
      expect(left.state?.guests).not.toHaveProperty("a1");
      const portal = {
        type: "portal",
        admission: "a1",
        request: "r",
        portal: "Door",
        target: "left_world",
        spawn: "Door",
      };
      expect(cells.take<Launch>(state, portal, fromLink).said).toEqual([{ to: "session:ada", ...portal }]);
      expect(cells.take<Launch>(state, { ...portal, admission: "zz" }, fromLink).said).toMatchObject([
        { to: link, type: "unhold", reason: "not_joined" },
      ]);
    }
  });

  test("departs for the journey that asked, with where it stood", () => {
    for (const state of speaking) {
      const asked = cells.take<Launch>(state, { type: "depart", admission: "a1" }, fromTravel);
      expect(asked.said).toEqual([{ to: link, type: "depart", admission: "a1" }]);
      const gone = cells.take<Launch>(
        asked.state,
        { type: "departed", admission: "a1", seq: 5, place },
        fromLink,
      );
      expect(gone.said).toEqual([{ to: "travel:t9", type: "departed", admission: "a1", place }]);
      expect(gone.state?.guests).not.toHaveProperty("a1");
      // No world says where somebody stands in another one.
      const elsewhere = { ...place, world: "left_world" };
      const lie = { type: "departed", admission: "a1", seq: 5, place: elsewhere };
      const believed = cells.take<Launch>(asked.state, lie, fromLink).said;
      expect(believed).toEqual([{ to: "travel:t9", type: "departed", admission: "a1", place: undefined }]);
    }
    expect(cells.take<Launch>(suspect, { type: "depart", admission: "a1" }, fromTravel).said).toEqual([
      { to: "travel:t9", type: "sourceGone", admission: "a1" },
    ]);
  });

  test("that is sent away is forgotten with its last save, one that is called back at once", () => {
    const at = { self, from: "session:ada" } as const;
    const taken = (state: Launch, type: string, admission: string) =>
      cells.take<Launch>(state, { type, admission, reason: "removed" }, at);
    for (const state of speaking) {
      const kicked = taken(state, "kick", "a1");
      expect(kicked.said).toMatchObject([{ to: link, type: "kick", admission: "a1" }]);
      expect(kicked.state?.guests).toHaveProperty("a1");
      const left = cells.take<Launch>(
        kicked.state,
        { type: "left", admission: "a1", seq: 9, place },
        fromLink,
      );
      expect(left.said).toMatchObject([{ type: "saved", final: true }, { type: "gone" }]);
      expect(left.state?.guests).not.toHaveProperty("a1");
      expect(taken(state, "kick", "a2").state?.guests).not.toHaveProperty("a2");
      expect(taken(state, "revoke", "a2").state?.guests).not.toHaveProperty("a2");
    }
    expect(taken(suspect, "revoke", "a2").state?.guests).not.toHaveProperty("a2");
    // A process that did not hear of it holds them still, and its end is told to their session.
    const deaf = taken(suspect, "kick", "a1");
    expect(deaf.said).toEqual([]);
    const ended = cells.take<Launch>(deaf.state, { type: "exited" }, { self, from: "host:local" });
    expect(ended.said).toContainEqual(expect.objectContaining({ type: "gone", admission: "a1" }));
  });

  test("is activated and held by whoever is in charge of it", () => {
    for (const state of speaking)
      for (const type of ["activate", "hold", "unhold"])
        expect(
          cells.take<Launch>(state, { type, admission: "a1", request: "r", forMs: 1 }, fromTravel),
        ).toMatchObject({ state, said: [{ to: link, type, admission: "a1" }] });
  });

  test("is heard where they stand, and nothing has to be committed for it", () => {
    const bubble = { type: "bubble", admission: "a1", text: "hello" };
    for (const state of speaking) {
      const { state: after, said } = cells.take<Launch>(state, bubble, { self, from: "channel:all" });
      expect(said).toEqual([{ to: link, ...bubble }]);
      expect(after).toBe(state);
    }
  });
});

test("where somebody left while there was no master comes after the registration, and is not too late then", () => {
  const back = cells.take<Launch>(suspect, registration, fromLink).state;
  const farewell = { type: "left", admission: "a1", seq: 9, place };
  expect(cells.take<Launch>(back as Launch, farewell, fromLink).said).toMatchObject([
    { to: "session:ada", type: "saved", admission: "a1", seq: 9, place, final: true },
    { to: "session:ada", type: "gone", reason: "left" },
  ]);
  // Of whom nothing is said they are gone with the next roster.
  const heard = cells.take<Launch>(back, { type: "heartbeat", roster: nobody }, fromLink);
  expect(heard.said).toMatchObject([{ to: "session:ada", type: "gone", admission: "a1", reason: "left" }]);
  expect(heard.state?.guests).toEqual({});
});
