import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "#adapters/ws/link.ts";
import { limits, type Limits } from "#shared/limits.ts";
import type { FromLaunch, LastWords as Words, ToLaunch } from "#shared/protocol/launch-master.ts";
import { clock } from "./clock.ts";
import { LastWords } from "./last-words.ts";
import { Log } from "./log.ts";
import { MasterLink } from "./master-link.ts";
import type { MasterEnd } from "./master-link.ts";
import { Heard, StubMaster } from "./testing-world.ts";

const place = { world: "hub", x: 1, y: 2, facing: 0 };
const saves = (seq: number): FromLaunch => ({ type: "saves", saves: [{ admission: "a", seq, place }] });
const left: FromLaunch = { type: "left", admission: "b", seq: 9, place };
const state: FromLaunch = { type: "state", text: "1", isFinal: false };
const roster = { inside: [], expected: [] };
const registered = (epoch: number): ToLaunch => ({ type: "registered", heartbeatMs: 50, epoch });

let master: StubMaster;
let link: MasterLink;
let heard: Heard<ToLaunch>;
let ends: Heard<MasterEnd>;
let registrations: Heard<boolean>;
let events: Heard<string>;
/** What the file holds, every time it has changed. */
let written: (Words | undefined)[];

beforeEach(async () => {
  master = await new StubMaster().listen();
  heard = new Heard();
  ends = new Heard();
  registrations = new Heard();
  events = new Heard();
  written = [];
});

afterEach(async () => {
  await link.close();
  await master[Symbol.asyncDispose]();
});

function startLink(more: { clock?: Clock; url?: string; limits?: Limits } = {}): void {
  const write = (line: string): void => events.add((JSON.parse(line) as { event: string }).event);
  const log = new Log({ format: "json", write });
  const slate = {
    write: (text: string) => void written.push(text === "" ? undefined : (JSON.parse(text) as Words)),
  };
  link = new MasterLink({
    url: master.url,
    limits,
    clock,
    log,
    lastWords: new LastWords(slate, "l1", log),
    register: () => ({
      type: "register",
      launch: "l1",
      token: "sesame-sesame-sesame",
      world: "hub",
      version: "7.7",
      protocol: 1,
      pid: 1,
      endpoint: { port: 1 },
      roster,
    }),
    roster: () => roster,
    hear: (message) => void (message.type !== "registered" && heard.add(message)),
    registered: (isFirst) => registrations.add(isFirst),
    ended: (why) => ends.add(why),
    ...more,
  });
  link.start();
}

const anything = (): boolean => true;

describe("of several masters a world", () => {
  test("obeys the newest it has met, and says which that was", async () => {
    master.answer = registered(5);
    startLink();
    await registrations.until(anything);
    expect(await master.next("register")).not.toHaveProperty("epoch");

    master.answer = registered(4);
    master.cut();
    expect(await master.next("register")).toMatchObject({ epoch: 5 });
    await events.until((event) => event === "master.outdated");
    master.tell({ type: "stop.prepare" });
    master.answer = registered(6);
    expect(await master.next("register")).toMatchObject({ epoch: 5 });
    await registrations.until(anything);
    master.tell({ type: "stop.prepare" });
    await heard.until(anything);
    master.cut();
    expect(await master.next("register")).toMatchObject({ epoch: 6 });
    expect(heard.all).toHaveLength(1);
    expect(ends.all).toEqual([]);
  });

  test("is not sent away by an older one, but by the newest", async () => {
    master.answer = registered(5);
    startLink();
    await registrations.until(anything);
    master.answer = { type: "registration.refused", reason: "not_wanted", epoch: 4 };
    master.cut();
    await events.until((event) => event === "master.outdated");
    expect(ends.all).toEqual([]);
    master.answer = { type: "registration.refused", reason: "not_wanted", epoch: 5 };
    expect(await ends.until(anything)).toBe("not_wanted");
  });

  test("does not wait for an older one that cannot save", async () => {
    master.answer = registered(5);
    startLink();
    await registrations.until(anything);
    master.answer = { type: "registration.delayed", epoch: 4 };
    master.cut();
    await events.until((event) => event === "master.outdated");
    master.answer = registered(5);
    expect(await registrations.until((isFirst) => !isFirst)).toBe(false);
  });

  test("takes no orders from one that has not taken it on", async () => {
    master.answer = undefined;
    startLink();
    await master.next("register");
    master.tell({ type: "stop", reason: "idle" });
    master.tell(registered(1));
    await registrations.until(anything);
    expect(heard.all).toEqual([]);
  });
});

describe("last words", () => {
  test("are written when the master is lost and with every save, and emptied when it has heard all", async () => {
    startLink();
    await registrations.until(anything);
    link.send(saves(1));
    link.send(left);
    await master.next("left");
    expect(written).toEqual([]);
    master.answer = undefined;
    master.cut();
    await events.until((event) => event === "master.lost");
    const gone = { admission: "b", seq: 9, place };
    expect(written).toEqual([{ launch: "l1", saves: [{ admission: "a", seq: 1, place }, gone] }]);
    link.send(state);
    link.send(saves(2));
    expect(written.at(-1)).toEqual({
      launch: "l1",
      saves: [{ admission: "a", seq: 2, place }, gone],
      state: "1",
    });

    await master.next("register");
    master.tell(registered(1));
    expect(await master.next("saves")).toEqual(saves(2));
    expect(await master.next("left")).toEqual(left);
    expect(await master.next("state")).toEqual(state);
    expect(written).toHaveLength(3);
    expect(written.at(-1)).toBeUndefined();
  });

  // How long "long" is, is told by unheard.test.ts; here it would take a minute of heartbeats.
  test("are written for what the master may not have written down yet", async () => {
    startLink();
    await registrations.until(anything);
    link.send(saves(1));
    for (let beats = link.latency.count + 3; link.latency.count < beats;) await master.next("heartbeat");
    master.cut();
    await events.until((event) => event === "master.lost");
    expect(written).toMatchObject([{ launch: "l1", saves: [{ admission: "a" }] }]);
  });

  test("are kept for as long as the master says that it cannot save", async () => {
    master.answer = { type: "registered", heartbeatMs: 5, epoch: 1 };
    startLink({ limits: { ...limits, tickMs: 5 } });
    await registrations.until(anything);
    link.send(left);
    for (let beats = 0; beats < 100; beats++) {
      await master.next("heartbeat");
      master.tell({ type: "unsaved" });
    }
    master.cut();
    await events.until((event) => event === "master.lost");
    expect(written).toMatchObject([{ saves: [{ admission: "b" }] }]);
  });

  test("keep what was never said, however often a master answers that is not obeyed", async () => {
    master.answer = registered(2);
    startLink();
    await registrations.until(anything);
    master.answer = registered(1);
    master.cut();
    await events.until((event) => event === "master.lost");
    link.send(left);
    for (let times = 0; times < 3; times++) await events.until((event) => event === "master.outdated");
    master.answer = registered(2);
    expect(await master.next("left")).toEqual(left);
  });

  test("are written on the way out when nobody answers, and not when all was heard", async () => {
    startLink();
    await registrations.until(anything);
    link.send(saves(1));
    await link.close();
    expect(written).toEqual([]);

    startLink();
    await registrations.until(anything);
    await master.leave();
    await events.until((event) => event === "master.lost");
    link.send(left);
    await link.close();
    expect(written).toEqual([{ launch: "l1", saves: [{ admission: "b", seq: 9, place }] }]);
  });

  test("are written when the goodbye gets no answer", async () => {
    startLink();
    await registrations.until(anything);
    link.send(saves(1));
    const closed = link.close();
    master.cut();
    await closed;
    expect(written).toEqual([{ launch: "l1", saves: [{ admission: "a", seq: 1, place }] }]);
  });
});

/** Time that passes when the test rings for somebody. */
class Bells implements Clock {
  readonly armed = new Heard<{ ms: number; ring: (lateMs?: number) => void }>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    let isOff = false;
    const ring = (lateMs = 0): void => {
      this.#now = Math.max(this.#now, at + lateMs);
      if (!isOff) wake();
    };
    this.armed.add({ ms: at - this.#now, ring });
    return () => (isOff = true);
  }
}

describe("a world whose master cannot save", () => {
  test("waits for its answer as long as the connection lives, and after that as for one that is lost", async () => {
    const bells = new Bells();
    master.answer = { type: "registration.delayed", epoch: 1 };
    startLink({ clock: bells });
    const asked = await bells.armed.until(({ ms }) => ms === limits.registrationAckMs);
    await master.next("register");
    master.cut();
    const loss = await bells.armed.until(({ ms }) => ms === limits.masterLossMs);
    asked.ring();
    expect(ends.all).toEqual([]);
    loss.ring();
    expect(await ends.until(anything)).toBe("master_lost");
  });
});

describe("a world without a master", () => {
  test("asks twice a second for half a minute, then every few seconds", async () => {
    const bells = new Bells();
    startLink({ clock: bells, url: "ws+unix:/nonexistent/control.sock:/" });
    const isRetry = ({ ms }: { ms: number }): boolean => ms !== limits.registrationAckMs;
    const pauses: number[] = [];
    while (bells.now() < 40_000) {
      const { ms, ring } = await bells.armed.until(isRetry);
      pauses.push(ms);
      ring();
    }
    expect(pauses[0]).toBeLessThanOrEqual(100);
    const late = pauses.findIndex((ms) => ms > 500);
    const soon = pauses.slice(0, late).reduce((sum, ms) => sum + ms, 0);
    expect(soon).toBeGreaterThan(30_000);
    expect(soon).toBeLessThanOrEqual(30_500);
    for (const ms of pauses.slice(late)) expect(ms).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(4000);
    expect(new Set(pauses).size).toBeGreaterThan(10);
  });

  test("that stood still looks for it first, and ends when it has looked in vain", async () => {
    const bells = new Bells();
    startLink({ clock: bells });
    await registrations.until(anything);
    await master.leave();
    const loss = await bells.armed.until(({ ms }) => ms === limits.masterLossMs);
    loss.ring(20_000);
    expect(ends.all).toEqual([]);
    const again = await bells.armed.until(({ ms }) => ms === limits.registrationAckMs);
    again.ring();
    expect(await ends.until(anything)).toBe("master_lost");
  });
});
