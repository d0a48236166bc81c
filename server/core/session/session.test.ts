import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Session, session } from "./session.ts";
import {
  ada,
  client,
  everywhere,
  fromAccount,
  fromClient,
  hello,
  inWorld,
  naming,
  place,
  self,
} from "./testing.ts";

const cells = new Cells(session);
// Identities and journeys have tests of their own.
const elsewhere =
  /^ending\.|^(lobby|inWorld|travelling)\.(named|claimed|takenOver)$|\.(login|logout|claimRefused|settled|world\.\w+|lease\.\w+|portal|committed|travelEnded|saved|seen|gone|draining|evacuate|chat\.send)$/;
afterAll(() => expect(cells.missing.filter((cell) => !elsewhere.test(cell))).toEqual([]));

describe("a connection", () => {
  test("is named, welcomed and on its way to the initial world", () => {
    const opened = cells.take<Session>(undefined, { type: "open", hello }, fromClient);
    expect(opened).toMatchObject({ state: { phase: "naming" }, said: [{ to: "lobby:main", type: "enter" }] });
    const named = cells.take<Session>(naming, { type: "named", number: 7 }, { self, from: "lobby:main" });
    expect(named.said).toMatchObject([
      { to: "host:local", type: "warm" },
      {
        to: client,
        type: "attach",
        welcome: { name: "Guest-7", guest: true, resumed: false, resume: "s.secret1" },
      },
      { type: "begin", journey: { cause: "first", target: { world: "hub", x: 400, y: 260 } } },
    ]);
    expect(JSON.stringify(named.state)).not.toContain("secret1");
  });

  test("is refused without a trace: other version, no common protocol, unknown token, full house", () => {
    const refused = (change: object) =>
      cells.take<Session>(undefined, { type: "open", hello: { ...hello, ...change } }, fromClient);
    expect(refused({ version: "9.9" })).toMatchObject({
      state: undefined,
      said: [{ to: client, type: "reject", reason: "version_mismatch" }],
    });
    expect(refused({ protocol: undefined })).toMatchObject({
      state: undefined,
      said: [{ type: "reject", reason: "protocol_unsupported" }],
    });
    expect(refused({ resumeHash: "x" })).toMatchObject({
      state: undefined,
      said: [{ to: client, type: "resume.unknown" }],
    });
    expect(cells.take<Session>(naming, { type: "full" }, { self, from: "lobby:main" })).toMatchObject({
      state: undefined,
      said: [{ type: "reject", reason: "server_full" }],
    });
  });

  test("that is gone before it was named leaves nothing behind", () => {
    expect(cells.take<Session>(naming, { type: "closed" }, fromClient).state).toBeUndefined();
    expect(cells.take<Session>(naming, { type: "closed" }, { self, from: "client:other" }).state).toBe(
      naming,
    );
    for (const type of ["named", "claimed", "takenOver"]) {
      const { said } = cells.take<Session>(
        undefined,
        { type, number: 1, re: 1 },
        type === "named" ? { self, from: "lobby:main" } : fromAccount,
      );
      expect(said).toHaveLength(1);
    }
  });

  test("resumes with the newest token or the one before it; the other tab is told", () => {
    for (const state of everywhere)
      for (const resumeHash of ["new", "old"]) {
        const again = cells.take<Session>(
          state,
          { type: "open", hello: { ...hello, resumeHash } },
          { self, from: "client:c2" },
        );
        expect(again.said).toContainEqual({ to: client, type: "close", why: "continuedElsewhere" });
        expect(again.said).toContainEqual(expect.objectContaining({ to: "client:c2", type: "attach" }));
        expect(again.said.some(({ type }) => type === "repeat")).toBe(state.phase === "travelling");
        expect(again.state).toMatchObject({
          client: "client:c2",
          previousHash: resumeHash,
          phase: state.phase,
        });
      }
    const stranger = cells.take<Session>(
      inWorld,
      { type: "open", hello: { ...hello, resumeHash: "x" } },
      { self, from: "client:c2" },
    );
    expect(stranger).toMatchObject({ state: inWorld, said: [{ to: "client:c2", type: "resume.unknown" }] });
    const ancient = cells.take<Session>(
      inWorld,
      { type: "open", hello: { ...hello, protocol: undefined, resumeHash: "new" } },
      { self, from: "client:c2" },
    );
    expect(ancient).toMatchObject({
      state: inWorld,
      said: [{ type: "reject", reason: "protocol_unsupported" }],
    });
  });

  test("that holds the newest token ends the one before it", () => {
    for (const state of everywhere) {
      expect(cells.take<Session>(state, { type: "welcomed" }, fromClient).state).toMatchObject({
        previousHash: undefined,
      });
      expect(cells.take<Session>(state, { type: "welcomed" }, { self, from: "client:old" }).state).toBe(
        state,
      );
    }
  });

  test("may be lost for a minute; then everything the session holds is let go", () => {
    for (const state of everywhere) {
      const lost = cells.take<Session>(state, { type: "closed" }, { ...fromClient, now: 500 }).state;
      expect(lost).toMatchObject({ client: undefined, wakeAt: 60_500, phase: state.phase });
      expect(cells.take<Session>(state, { type: "closed" }, { self, from: "client:old" }).state).toBe(state);
      const { state: ended, said } = cells.take<Session>(
        lost,
        { type: "deadline" },
        { self, from: self, now: 60_500 },
      );
      expect(ended).toBeUndefined();
      expect(said).toContainEqual({ to: "lobby:main", type: "leave" });
      expect(said.some(({ type }) => type === "kick")).toBe(state.phase !== "lobby");
      expect(said.some(({ type }) => type === "release")).toBe(state.phase === "travelling");
    }
    const gone = cells.take<Session>(ada(inWorld), { type: "deadline" }, { self, from: self });
    expect(gone.said).toContainEqual({ to: "account:ada", type: "release", place });
  });

  test("is the only one heard", () => {
    const requests = [
      "login",
      "logout",
      "chat.send",
      "world.join",
      "world.rejoin",
      "lease.refresh",
      "lease.redeem",
      "lease.release",
    ];
    for (const state of everywhere)
      for (const type of requests)
        expect(
          cells.take<Session>(
            state,
            { type, id: 1, name: "x", text: "x", world: "hub", lease: "t1" },
            { self, from: "client:old" },
          ),
        ).toMatchObject({ state, said: [] });
  });
});
