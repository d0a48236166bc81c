import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ToHost } from "#core/inbox.ts";
import { limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { Host } from "./host.ts";
import { Pids } from "./pids.ts";
import { type Places, PortPlaces } from "./places.ts";
import { FakeProcess } from "./testing.ts";

let dir: string;
let clock: HandClock;
let started: FakeProcess[];
let told: { to: string; body: object }[];
let pids: number[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-host-"));
  clock = new HandClock();
  started = [];
  told = [];
  pids = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

function make(places: Places = new PortPlaces("127.0.0.1", new Map([["hub", 4000]]))): Host {
  return new Host({
    limits,
    nature: {
      now: () => clock.now(),
      wakeAt: (at, wake) => clock.wakeAt(at, wake),
      newId: (prefix) => prefix,
      newSecret: () => ({ token: "", hash: "" }),
    },
    pids: new Pids(dir),
    places,
    start: () => {
      const next = new FakeProcess(pids.shift());
      started.push(next);
      return next;
    },
    order: () => ({
      version: "0.1",
      masterUrl: "ws://127.0.0.1:1/",
      origins: [],
      limits: {},
      logLevel: "info",
    }),
    tell: (_, to, body) => void told.push({ to, body }),
    report: () => {},
  });
}

const obey = (host: Host, body: ToHost): void =>
  host.receive({ id: "m", from: "launch:x", to: "host:local", body });
const launch = (host: Host, id: string): void =>
  obey(host, { type: "launch", launch: id, world: "hub", token: `token-of-${id}` });

describe("the host", () => {
  test("gives a launch its order and reports its start and its end", async () => {
    pids = [process.pid];
    const host = make();
    launch(host, "l1");
    expect(started[0]?.orders).toEqual([
      {
        version: "0.1",
        masterUrl: "ws://127.0.0.1:1/",
        origins: [],
        limits: {},
        logLevel: "info",
        launch: "l1",
        world: "hub",
        token: "token-of-l1",
        listen: { host: "127.0.0.1", port: 4000 },
      },
    ]);
    expect(readdirSync(dir)).toEqual(["l1.json"]);
    await started[0]?.end(0);
    expect(told).toEqual([
      { to: "launch:l1", body: { type: "started", pid: process.pid } },
      { to: "launch:l1", body: { type: "exited", code: 0 } },
    ]);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("reports a process that could not be started as gone", async () => {
    const host = make();
    launch(host, "l1");
    await started[0]?.end();
    expect(told).toEqual([{ to: "launch:l1", body: { type: "exited", code: undefined } }]);
  });

  test("plays on when nothing can be written down, and gives up a launch that has no place", async () => {
    pids = [process.pid];
    const host = make();
    rmSync(dir, { recursive: true });
    launch(host, "l1");
    await started[0]?.end(0);
    expect(told).toEqual([
      { to: "launch:l1", body: { type: "started", pid: process.pid } },
      { to: "launch:l1", body: { type: "exited", code: 0 } },
    ]);
    const nowhere = make({
      give: () => {
        throw new Error("ENOSPC");
      },
      keep: () => {},
      free: () => {},
    });
    launch(nowhere, "l2");
    expect(told.at(-1)).toEqual({ to: "launch:l2", body: { type: "exited", code: undefined } });
    expect(started).toHaveLength(1);
  });

  test("uses the spare, and starts the next one only when the launch is up", () => {
    const host = make();
    obey(host, { type: "warm" });
    expect(started).toHaveLength(1);
    launch(host, "l1");
    expect(started).toHaveLength(1);
    expect(started[0]?.orders).toHaveLength(1);
    host.settled("l1");
    expect(started).toHaveLength(2);
    expect(started[1]?.orders).toEqual([]);
  });

  test("kills the process of the launch it is told to, and of no other", () => {
    const host = make();
    launch(host, "l1");
    launch(host, "l2");
    obey(host, { type: "kill", launch: "l2" });
    expect(started.map(({ isKilled }) => isKilled)).toEqual([false, true]);
  });

  test("does not wait for what it does not hold, and touches no stranger's process", () => {
    const host = make();
    obey(host, { type: "kill", launch: "l9", pid: process.pid });
    expect(told).toEqual([{ to: "launch:l9", body: { type: "exited", code: undefined } }]);
  });

  test("reports at the next start what ended in between, and takes over what lives", () => {
    const before = new Pids(dir);
    before.note("l1", "hub", process.pid);
    before.note("l2", "hub", process.pid);
    const [, gone] = readdirSync(dir).sort();
    const path = join(dir, gone as string);
    // As if it had ended, and another process had its number now.
    writeFileSync(path, readFileSync(path, "utf8").replace(/"startedAt":"\d+"/, '"startedAt":"1"'));
    const host = make();
    host.adopt();
    clock.advance(5000);
    expect(told).toEqual([{ to: "launch:l2", body: { type: "exited", code: undefined } }]);
    expect(readdirSync(dir)).toEqual(["l1.json"]);
    host.close();
  });

  test("once it leaves it starts nothing, and is done when the last process is gone", async () => {
    const host = make();
    obey(host, { type: "warm" });
    launch(host, "l1");
    let isDone = false;
    const done = host.drained().then(() => (isDone = true));
    launch(host, "l2");
    expect(told.at(-1)).toEqual({ to: "launch:l2", body: { type: "exited", code: undefined } });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    await started[0]?.end(0);
    await done;
    expect(started).toHaveLength(1);
  });
});
