import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Launch, launch } from "./launch.ts";
import {
  closing,
  endpoint,
  fromHost,
  fromLink,
  fromMemory,
  fromTravel,
  fromWorld,
  isSuccession,
  link,
  nobody,
  registration,
  running,
  self,
  starting,
  stopping,
  suspect,
  testing,
} from "./testing.ts";

const cells = new Cells(launch);
// How a launch is emptied is tested in draining.test.ts, and what it says meanwhile in catch-up.test.ts.
const elsewhere = /\.(drain|catch\.up)$/;
afterAll(() =>
  expect(cells.missing.filter((cell) => isSuccession(cell) && !elsewhere.test(cell))).toEqual([]),
);

const heir = { ...running, isHeir: true, guests: {} } as const;
const asksWhatItKnows = { to: link, type: "handover" };
const drained = { ...running, drain: { target: "hub", isSucceeded: true, by: 9, told: 2 } } as const;

describe("an heir", () => {
  test("proves itself before its world hears that it can run", () => {
    const begun = cells.take<Launch>(undefined, { type: "begin", world: "hub", isHeir: true }, fromWorld);
    const ordered = cells.take<Launch>(begun.state, { type: "recalled" }, fromMemory);
    const { state, said } = cells.take<Launch>(
      ordered.state,
      { ...registration, tokenHash: "hash1" },
      { ...fromLink, now: 100 },
    );
    expect(said).toMatchObject([
      { to: link, type: "registered" },
      { to: link, type: "test" },
    ]);
    expect(state).toMatchObject({ phase: "testing", isHeir: true, wakeAt: 10_100 });
    const proved = cells.take<Launch>(state, { type: "tested" }, { ...fromLink, now: 900 });
    expect(proved.said).toEqual([{ to: "world:hub", type: "proved", endpoint, pack: "0".repeat(64) }]);
    expect(proved.state).toMatchObject({ phase: "running", isHeir: true, heardAt: 900, wakeAt: 5900 });
  });

  test("that fails its test, or never ends it, is killed, and the world knows why", () => {
    const bad = cells.take<Launch>(testing, { type: "tested", fault: "no ground" }, fromLink);
    const late = cells.take<Launch>(testing, { type: "deadline" }, { self, from: self });
    for (const [{ state, said }, cause] of [
      [bad, "test_failed: no ground"],
      [late, "test_timeout"],
    ] as const) {
      expect(said).toEqual([
        { to: "world:hub", type: "failed", cause },
        { to: "host:local", type: "kill", launch: "l1", pid: 42 },
      ]);
      expect(state).toMatchObject({ phase: "stopping", reason: cause });
    }
    expect(cells.take<Launch>(testing, { type: "tested" }, { self, from: "launch-link:old" }).state).toBe(
      testing,
    );
  });

  test("is killed when its connection drops during the test, as it is by a restart of the master", () => {
    const { state, said } = cells.take<Launch>(testing, { type: "linkClosed" }, fromLink);
    expect(said).toMatchObject([{ to: "host:local", type: "kill" }]);
    expect(state).toMatchObject({ phase: "stopping", reason: "link_lost" });
    expect(cells.take<Launch>(testing, { type: "linkClosed" }, { self, from: "launch-link:old" }).state).toBe(
      testing,
    );
    expect(cells.take<Launch>(state, { type: "exited" }, fromHost).said).toContainEqual({
      to: "world:hub",
      type: "ended",
      cause: "link_lost",
    });
  });

  test("starts its test anew on a newer connection", () => {
    const { state, said } = cells.take<Launch>(testing, registration, { self, from: "launch-link:c2" });
    expect(state).toMatchObject({ phase: "testing", link: "launch-link:c2" });
    expect(said.map(({ to, type }) => `${to} ${type}`)).toEqual([
      `${link} close`,
      "launch-link:c2 registered",
      "launch-link:c2 test",
    ]);
  });

  test("takes nobody in during the test, and may be started, stopped and lost like any other", () => {
    const expectation = { type: "expect", admission: "a9" };
    expect(cells.take<Launch>(testing, expectation, fromTravel).said).toMatchObject([
      { to: "travel:t9", type: "refused", reason: "world_unavailable" },
    ]);
    expect(cells.take<Launch>(testing, { type: "heartbeat", roster: nobody }, fromLink).state).toBe(testing);
    expect(cells.take<Launch>(testing, { type: "started", pid: 7 }, fromHost).state).toMatchObject({
      pid: 7,
    });
    expect(cells.take<Launch>(testing, { type: "stop", reason: "shutdown" }, fromWorld)).toMatchObject({
      state: { phase: "stopping", reason: "shutdown" },
      said: [{ type: "closing" }, { to: link, type: "stop" }],
    });
    expect(cells.take<Launch>(testing, { type: "exited", code: 3 }, fromHost)).toMatchObject({
      state: undefined,
      said: [{ to: "world:hub", type: "ended", cause: "exit 3" }],
    });
  });

  test("is told what the old launch knew when it takes over, else what was remembered last", () => {
    const known = cells.take<Launch>(heir, { type: "take.over", text: "7" }, fromWorld);
    expect(known.said).toEqual([{ to: link, type: "restore", text: "7" }, asksWhatItKnows]);
    const unknown = cells.take<Launch>(heir, { type: "take.over" }, fromWorld);
    expect(unknown.said).toEqual([{ to: "memory:hub", type: "recall" }]);
    for (const { state } of [known, unknown]) expect(state).not.toHaveProperty("isHeir", true);
    const recalled = cells.take<Launch>(unknown.state, { type: "recalled", text: "6" }, fromMemory);
    expect(recalled.said).toEqual([{ to: link, type: "restore", text: "6" }, asksWhatItKnows]);
    for (const state of [running, suspect, closing]) {
      expect(cells.take<Launch>(state, { type: "recalled" }, fromMemory)).toMatchObject({
        state,
        said: [],
      });
      expect(cells.take<Launch>(state, { type: "recalled", text: "6" }, fromMemory).state).toMatchObject({
        inherits: "6",
      });
      expect(
        cells.take<Launch>({ ...state, isHeir: true }, { type: "take.over", text: "7" }, fromWorld).state,
      ).toMatchObject({ phase: state.phase, isHeir: undefined, inherits: "7" });
    }
  });

  test("is told again when it comes back, and not believed before it has shown that it heard", () => {
    const told = { ...suspect, inherits: "7" };
    const back = cells.take<Launch>(told, registration, fromLink);
    expect(back.state).toMatchObject({ phase: "running", inherits: "7" });
    expect(back.said).toContainEqual({ to: link, type: "restore", text: "7" });
    const running = back.state as Launch;
    const early = cells.take<Launch>(running, { type: "state", text: "5", isFinal: false }, fromLink);
    expect(early).toMatchObject({ state: running, said: [] });
    expect(cells.take<Launch>(running, { type: "lastWords", saves: [], state: "5" }, fromHost).said).toEqual(
      [],
    );
    const shown = cells.take<Launch>(running, { type: "state", text: "8", isFinal: true }, fromLink);
    expect(shown).toMatchObject({
      state: { inherits: undefined },
      said: [{ to: "memory:hub", type: "keep", text: "8" }],
    });
  });
});

describe("what a world wants remembered", () => {
  const saying = { type: "state", text: "5", isFinal: false };
  const kept = { to: "memory:hub", type: "keep", text: "5" };

  test("is kept whenever its launch says it", () => {
    for (const state of [running, closing, stopping]) {
      expect(cells.take<Launch>(state, saying, fromLink)).toMatchObject({ state, said: [kept] });
      expect(cells.take<Launch>(state, saying, { self, from: "launch-link:old" }).said).toEqual([]);
      expect(cells.take<Launch>(state, { type: "state", isFinal: true }, fromLink).said).toEqual([]);
    }
  });

  test("is not what an heir says before it has taken over, nor a launch that was taken over from", () => {
    for (const state of [heir, drained, { ...stopping, drain: drained.drain }])
      expect(cells.take<Launch>(state, saying, fromLink).said).not.toContainEqual(kept);
    const evacuated = { ...running, drain: { target: "left_world", by: 9, told: 2 } } as const;
    expect(cells.take<Launch>(evacuated, saying, fromLink).said).toEqual([kept]);
  });

  test("is not what a launch says that was taken over from, wherever its players are sent since", () => {
    const onwards = { type: "drain", target: "left_world", inMs: 60_000 };
    const { state } = cells.take<Launch>(drained, onwards, fromWorld);
    expect(state).toMatchObject({ drain: { target: "left_world" } });
    expect(cells.take<Launch>(state, saying, fromLink).said).not.toContainEqual(kept);
  });

  test("is handed to the next launch when the world asks for it", () => {
    const asked = cells.take<Launch>(running, { type: "hand.over" }, fromWorld);
    expect(asked.said).toEqual([{ to: link, type: "handover" }]);
    const checkpoint = cells.take<Launch>(asked.state, saying, fromLink);
    expect(checkpoint.said).toEqual([kept]);
    const answer = { type: "state", text: "5", isFinal: true };
    const handed = cells.take<Launch>(checkpoint.state, answer, fromLink);
    expect(handed.said).toEqual([kept, { to: "world:hub", type: "handed", text: "5" }]);
    expect(cells.take<Launch>(handed.state, answer, fromLink).said).toEqual([kept]);
    const nothing = cells.take<Launch>(asked.state, { type: "state", isFinal: true }, fromLink);
    expect(nothing.said).toEqual([{ to: "world:hub", type: "handed", text: undefined }]);
  });

  test("cannot be asked of a launch that does not listen, and nobody waits for it", () => {
    for (const state of [suspect, closing, { ...stopping, link: undefined } as never])
      expect(cells.take<Launch>(state, { type: "hand.over" }, fromWorld)).toMatchObject({
        state,
        said: [{ to: "world:hub", type: "handed" }],
      });
  });

  test("is waited for when its launch is about to say it for the last time, and is old once another took over", () => {
    const { state, said } = cells.take<Launch>(stopping, { type: "hand.over" }, fromWorld);
    expect(said).toEqual([]);
    expect(cells.take<Launch>(state, saying, fromLink).said).toEqual([kept]);
    const last = cells.take<Launch>(state, { ...saying, isFinal: true }, fromLink);
    expect(last.said).toEqual([kept, { to: "world:hub", type: "handed", text: "5" }]);
    const flip = { type: "drain", target: "hub", inMs: 60_000, isSucceeded: true };
    const over = cells.take<Launch>(state, flip, fromWorld);
    expect(over).toMatchObject({ state: { phase: "stopping", wakeAt: stopping.wakeAt }, said: [] });
    expect(cells.take<Launch>(over.state, saying, fromLink).said).not.toContainEqual(kept);
    const evacuation = { type: "drain", target: "left_world", inMs: 60_000 };
    expect(cells.take<Launch>(stopping, evacuation, fromWorld).state).toBe(stopping);
  });

  test("is found in the last words of a process that died without a master, with the last places", () => {
    const place = { world: "hub", x: 1, y: 2, facing: 3 };
    const saves = [
      { admission: "a1", seq: 9, place },
      { admission: "zz", seq: 1, place },
      { admission: "constructor", seq: 1, place },
    ];
    const words = { type: "lastWords", saves, state: "5" };
    const saved = { to: "session:ada", type: "saved", admission: "a1", seq: 9, place, final: false };
    for (const state of [running, suspect, stopping])
      expect(cells.take<Launch>(state, words, fromHost)).toEqual({
        handled: true,
        state,
        said: [saved, kept],
      });
    for (const state of [starting, closing])
      expect(cells.take<Launch>(state, words, fromHost)).toMatchObject({ state, said: [kept] });
    expect(cells.take<Launch>(drained, words, fromHost).said).not.toContainEqual(kept);
    expect(cells.take<Launch>(suspect, { ...words, state: undefined }, fromHost).said).toEqual([saved]);
  });
});

describe("a launch that took over", () => {
  const forMs = 90_000;
  const empty = { ...running, guests: {}, idleSince: 0, heardAt: 20_000 } as const;

  test("is not stopped for being empty while players of the one before are still to come", () => {
    const { state } = cells.take<Launch>(empty, { type: "await", forMs }, { ...fromWorld, now: 0 });
    const later = cells.take<Launch>(state, { type: "deadline" }, { self, from: self, now: 20_000 });
    expect(later).toMatchObject({ said: [], state: { phase: "running", awaitsUntil: forMs } });
    const heard = { ...later.state, heardAt: forMs } as Launch;
    const after = cells.take<Launch>(heard, { type: "deadline" }, { self, from: self, now: forMs });
    expect(after.state).toMatchObject({ phase: "closing" });
  });

  test("is stopped once nobody is to come any more", () => {
    const awaiting = { ...empty, awaitsUntil: forMs };
    const { state } = cells.take<Launch>(
      awaiting,
      { type: "await", forMs: 0 },
      { ...fromWorld, now: 20_000 },
    );
    const { said } = cells.take<Launch>(state, { type: "deadline" }, { self, from: self, now: 20_000 });
    expect(said).toContainEqual({ to: link, type: "stop.prepare" });
  });

  test("awaits them also after it was doubted, or asked whether it is empty", () => {
    for (const state of [suspect, closing])
      expect(
        cells.take<Launch>(state, { type: "await", forMs }, { ...fromWorld, now: 5 }).state,
      ).toMatchObject({ phase: state.phase, awaitsUntil: forMs + 5 });
    const back = cells.take<Launch>({ ...suspect, awaitsUntil: forMs }, registration, fromLink);
    expect(back.state).toMatchObject({ phase: "running", awaitsUntil: forMs });
  });
});
