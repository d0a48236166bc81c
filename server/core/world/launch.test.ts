import { afterAll, describe, expect, test } from "vitest";
import { Cells, testFacts } from "../testing.ts";
import { type In, type Launch, launch } from "./launch.ts";
import {
  closing,
  empty,
  endpoint,
  expected,
  fromHost,
  fromLink,
  fromMemory,
  inside,
  isLife,
  link,
  nobody,
  registration,
  roster,
  running,
  self,
  starting,
  stopping,
  suspect,
} from "./testing.ts";

const cells = new Cells(launch);
afterAll(() => expect(cells.missing.filter(isLife)).toEqual([]));

describe("a launch", () => {
  test("begins with a token that only its process will know", () => {
    const begun = cells.take<Launch>(undefined, { type: "begin", world: "hub" }, { self, from: "world:hub" });
    expect(begun.said).toEqual([{ to: "memory:hub", type: "recall" }]);
    expect(begun.state).toMatchObject({ phase: "starting", pack: "0".repeat(64), wakeAt: 10_000 });
    const { state, said } = cells.take<Launch>(begun.state, { type: "recalled", text: "3" }, fromMemory);
    expect(said).toEqual([
      { to: "host:local", type: "launch", launch: "l1", world: "hub", token: "secret1", state: "3" },
    ]);
    expect(state).toMatchObject({ phase: "starting", tokenHash: "hash1", wakeAt: 10_000 });
    expect(JSON.stringify(state)).not.toContain("secret1");
  });

  test("notes its process, and dies with it whatever was thought of it", () => {
    for (const state of [starting, running, suspect])
      expect(cells.take<Launch>(state, { type: "started", pid: 43 }, fromHost).state).toMatchObject({
        pid: 43,
      });
    for (const state of [starting, running, closing, suspect, { ...stopping, reason: "start_timeout" }]) {
      const { state: after, said } = cells.take<Launch>(state, { type: "exited", code: 1 }, fromHost);
      expect(after).toBeUndefined();
      const cause = state.phase === "stopping" ? "start_timeout" : "exit 1";
      expect(said.at(-1)).toEqual({ to: "world:hub", type: "ended", cause });
    }
    const killed = cells.take<Launch>(running, { type: "exited", signal: "SIGKILL" }, fromHost);
    expect(killed.said.at(-1)).toMatchObject({ type: "ended", cause: "SIGKILL" });
    for (const reason of ["idle", "stopped", "shutdown", "drained"]) {
      const wanted = cells.take<Launch>({ ...stopping, reason }, { type: "exited", code: 0 }, fromHost);
      expect(wanted.said.at(-1)).toEqual({ to: "world:hub", type: "ended", cause: undefined });
    }
  });

  test("that crashed tells everybody inside and everybody on the way", () => {
    const guests = { a1: inside, a2: expected, a3: { ...inside, departing: "travel:t5" } as const };
    expect(cells.take<Launch>({ ...running, guests }, { type: "exited" }, fromHost).said).toMatchObject([
      { to: "session:ada", type: "gone", admission: "a1", reason: "crashed" },
      { to: "travel:t2", type: "worldUnavailable" },
      { to: "session:ada", type: "gone", admission: "a3" },
      { to: "travel:t5", type: "sourceGone", admission: "a3" },
      { type: "ended" },
    ]);
  });

  test("registers with its own token and is open at once", () => {
    const { state, said } = cells.take<Launch>(starting, registration, { ...fromLink, now: 100 });
    expect(state).toMatchObject({ phase: "running", link, heardAt: 100, idleSince: 100, wakeAt: 5100 });
    expect(said).toMatchObject([
      { to: link, type: "registered", epoch: 1 },
      { to: "world:hub", type: "opened", endpoint },
    ]);
  });

  test("refuses a stranger, and a process of another version", () => {
    for (const state of [starting, running, suspect, closing]) {
      const refused = cells.take<Launch>(
        state,
        { ...registration, tokenHash: "other" },
        { self, from: "launch-link:evil" },
      );
      expect(refused.state).toBe(state);
      expect(refused.said).toMatchObject([
        { to: "launch-link:evil", type: "registration.refused", reason: "not_wanted" },
        { type: "close" },
      ]);
    }
    for (const state of [undefined, stopping])
      expect(cells.take<Launch>(state, registration, fromLink)).toMatchObject({
        state,
        said: [{ type: "registration.refused" }, {}],
      });
    const stale = cells.take<Launch>(starting, { ...registration, version: "0.0" }, fromLink);
    expect(stale.said).toMatchObject([{ type: "registration.refused", reason: "version_mismatch" }]);
    expect(stale.state).toMatchObject({ phase: "stopping", reason: "version_mismatch" });
  });

  test("does not command a process that has met a newer master", () => {
    const facts = testFacts({ masterEpoch: 7 });
    for (const state of [starting, running, suspect, closing]) {
      const met = (epoch: number) =>
        cells.take<Launch>(state, { ...registration, epoch }, { self, from: "launch-link:c2", facts });
      expect(met(8).state).toBe(state);
      expect(met(8).said).toMatchObject([{ type: "registration.refused", epoch: 7 }, { type: "close" }]);
      expect(met(7).state).toMatchObject({ phase: "running" });
    }
  });

  test("comes back with a newer connection; the end of the older one changes nothing", () => {
    for (const state of [running, suspect]) {
      const back = cells.take<Launch>(
        state,
        { ...registration, version: "0.0", roster },
        { self, from: "launch-link:c2" },
      );
      expect(back.state).toMatchObject({ phase: "running", link: "launch-link:c2", guests: { a1: inside } });
      expect(back.said).toContainEqual({ to: "session:ada", type: "seen", admission: "a1", active: true });
      expect(cells.take<Launch>(back.state, { type: "linkClosed" }, fromLink).state).toBe(back.state);
    }
    expect(cells.take<Launch>(running, registration, { self, from: "launch-link:c2" }).said).toContainEqual({
      to: link,
      type: "close",
      why: "registrationRefused",
    });
  });

  test("that never registers is killed, and killed again until it is gone", () => {
    const up = { self, from: "master:local", now: 5000 } as const;
    expect(cells.take<Launch>(starting, { type: "master.up" }, up).state?.wakeAt).toBe(15_000);
    const late = cells.take<Launch>(starting, { type: "deadline" }, { self, from: self, now: 10_000 });
    expect(late.said).toEqual([{ to: "host:local", type: "kill", launch: "l1", pid: 42 }]);
    const again = cells.take<Launch>(late.state, { type: "deadline" }, { self, from: self, now: 11_000 });
    expect(again.said).toEqual([{ to: "host:local", type: "kill", launch: "l1", pid: 42 }]);
    expect(again.state?.wakeAt).toBe(12_000);
  });

  test("is doubted after five silent seconds, closed to newcomers, and killed after twenty-five", () => {
    const doubted = cells.take<Launch>(running, { type: "deadline" }, { self, from: self, now: 5000 });
    expect(doubted.state).toMatchObject({ phase: "suspect", wakeAt: 25_000, guests: { a1: inside } });
    expect(doubted.said).toMatchObject([
      { to: link, type: "close" },
      { to: "world:hub", type: "closing" },
    ]);
    const dead = cells.take<Launch>(doubted.state, { type: "deadline" }, { self, from: self, now: 25_000 });
    expect(dead.said).toMatchObject([{ to: "host:local", type: "kill" }]);
    expect(dead.state).toMatchObject({ phase: "stopping", reason: "heartbeat_timeout" });
  });

  test("is doubted when its connection drops, without being killed for it", () => {
    for (const state of [running, closing])
      expect(cells.take<Launch>(state, { type: "linkClosed" }, { ...fromLink, now: 300 })).toMatchObject({
        state: { phase: "suspect" },
        said: [{ type: "closing" }],
      });
  });

  test("that was doubted before a master was away for long gets its time to come back to the next one", () => {
    const old = { ...suspect, wakeAt: 25_000 };
    const anew = cells.take<Launch>(old, { type: "master.up" }, { self, from: "master:local", now: 60_000 });
    expect(anew).toMatchObject({ state: { phase: "suspect", wakeAt: 80_000 }, said: [] });
  });
});

describe("the idle stop", () => {
  test("asks first, stops only an empty world, and not before five seconds", () => {
    expect(
      cells.take<Launch>(empty, { type: "deadline" }, { self, from: self, now: 4999 }).state,
    ).toMatchObject({ phase: "running", wakeAt: 5000 });
    const heard: In<"running"> = { ...empty, heardAt: 4500 };
    const asked = cells.take<Launch>(heard, { type: "deadline" }, { self, from: self, now: 5000 });
    expect(asked.said).toMatchObject([
      { to: "world:hub", type: "closing" },
      { to: link, type: "stop.prepare" },
    ]);
    const stopped = cells.take<Launch>(asked.state, { type: "stop.ready" }, fromLink);
    expect(stopped.said).toEqual([{ to: link, type: "stop", reason: "idle" }]);
    expect(stopped.state).toMatchObject({ phase: "stopping", reason: "idle" });
  });

  test("does not happen while somebody is inside or a ticket is out", () => {
    const alive = { ...running, heardAt: 4000 };
    expect(
      cells.take<Launch>(alive, { type: "deadline" }, { self, from: self, now: 5000 }).state,
    ).toMatchObject({ phase: "running", wakeAt: 9000 });
    const { state } = cells.take<Launch>(
      running,
      { type: "heartbeat", roster: nobody },
      { ...fromLink, now: 1000 },
    );
    expect(state).toMatchObject({ guests: { a2: expected }, idleSince: undefined });
  });

  test("is off when the world turns out to be busy, and doubtful when it does not answer", () => {
    const busy = cells.take<Launch>(closing, { type: "stop.busy" }, fromLink);
    expect(busy).toMatchObject({
      state: { phase: "running" },
      said: [{ to: "world:hub", type: "opened", endpoint }],
    });
    expect(
      cells.take<Launch>(closing, { type: "deadline" }, { self, from: self, now: 4000 }).state,
    ).toMatchObject({ phase: "suspect" });
    for (const type of ["stop.busy", "stop.ready", "heartbeat"])
      expect(
        cells.take<Launch>(closing, { type, roster: nobody }, { self, from: "launch-link:old" }).state,
      ).toBe(closing);
  });

  test("keeps listening while it asks", () => {
    expect(
      cells.take<Launch>(closing, { type: "heartbeat", roster }, { ...fromLink, now: 900 }).state,
    ).toMatchObject({ phase: "closing", heardAt: 900 });
    expect(
      cells.take<Launch>(closing, { ...registration, roster }, { self, from: "launch-link:c2" }).state,
    ).toMatchObject({ phase: "running" });
  });
});

describe("a roster", () => {
  test("re-asserts who is inside every five seconds, and at once when it says something new", () => {
    const beat = (state: Launch, now: number) =>
      cells.take<Launch>(state, { type: "heartbeat", roster }, { ...fromLink, now });
    expect(beat(running, 1000).said).toEqual([]);
    expect(beat(running, 5000).said).toEqual([
      { to: "session:ada", type: "seen", admission: "a1", active: true },
    ]);
    expect(beat({ ...running, guests: {} }, 1000).said).toMatchObject([{ to: "session:ada", type: "seen" }]);
    expect(
      beat({ ...running, guests: { a1: { ...inside, expectedUntil: 20_000 } } }, 1000).said,
    ).toMatchObject([{ type: "seen", admission: "a1" }]);
  });

  test("that misses somebody says that they are gone; a lapsed ticket is forgotten", () => {
    const { state, said } = cells.take<Launch>(
      running,
      { type: "heartbeat", roster: nobody },
      { ...fromLink, now: 20_000 },
    );
    expect(said).toEqual([{ to: "session:ada", type: "gone", admission: "a1", reason: "left" }]);
    expect(state?.guests).toEqual({});
  });

  test("of a new connection answers for every ticket that may have been lost with the old one", () => {
    const back = (expected: string[]) =>
      cells.take<Launch>(
        suspect,
        { ...registration, roster: { ...roster, expected } },
        { self, from: "launch-link:c2" },
      );
    expect(back(["a2"]).said).toContainEqual({ to: "travel:t2", type: "acked", admission: "a2" });
    expect(Object.keys(back(["a2"]).state?.guests ?? {})).toEqual(["a1", "a2"]);
    const unknown = { to: "travel:t2", type: "refused", admission: "a2", reason: "ticket_unavailable" };
    expect(back([]).said).toContainEqual(unknown);
    expect(Object.keys(back([]).state?.guests ?? {})).toEqual(["a1"]);
    // One that was called back while nobody heard it keeps no place.
    expect(back(["a2", "a3"]).said).toContainEqual({ to: "launch-link:c2", type: "revoke", admission: "a3" });
    expect(back(["a1", "a2"]).said).not.toContainEqual(expect.objectContaining({ type: "revoke" }));
  });

  test("counts only from the connection the launch has", () => {
    expect(
      cells.take<Launch>(running, { type: "heartbeat", roster: nobody }, { self, from: "launch-link:old" })
        .state,
    ).toBe(running);
  });
});

describe("a stop", () => {
  test("is asked for politely, and forced at the deadline", () => {
    for (const state of [running, closing]) {
      const asked = cells.take<Launch>(
        state,
        { type: "stop", reason: "shutdown" },
        { self, from: "master:self", now: 100 },
      );
      expect(asked.said).toContainEqual({ to: link, type: "stop", reason: "shutdown" });
      expect(asked.state).toMatchObject({ phase: "stopping", reason: "shutdown", wakeAt: 4100 });
    }
    for (const state of [starting, suspect])
      expect(
        cells.take<Launch>(state, { type: "stop", reason: "shutdown" }, { self, from: "master:self" }),
      ).toMatchObject({ state: { phase: "stopping" }, said: [{ type: "kill" }] });
  });
});
