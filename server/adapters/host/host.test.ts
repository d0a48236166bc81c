import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeProcess } from "./testing.ts";
import { HostBench, launch, obey } from "./testing-host.ts";

let bench: HostBench;
beforeEach(() => void (bench = new HostBench()));
afterEach(() => {
  vi.restoreAllMocks();
  bench[Symbol.dispose]();
});

describe("the host", () => {
  test("gives a launch its order and reports its start and its end", async () => {
    const host = bench.host();
    await launch(host, "l1");
    expect(bench.started[0]?.orders).toEqual([
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
    await bench.started[0]?.end(0);
    expect(bench.told).toEqual([
      { to: "launch:l1", body: { type: "started", pid: process.pid } },
      { to: "launch:l1", body: { type: "exited", code: 0 } },
    ]);
  });

  test("notes a process before it gets its order, and forgets it when its end is committed", async () => {
    const host = bench.host();
    bench.blanks = [bench.blank()];
    let before: string[] = [];
    vi.spyOn(FakeProcess.prototype, "assign").mockImplementation(
      () => void (before = readdirSync(bench.dir).sort()),
    );
    await launch(host, "l1");
    expect(before).toEqual(["l1.json", "l1.words"]);
    host.ended("l1");
    expect(readdirSync(bench.dir)).toHaveLength(2);
    await bench.started[0]?.end(undefined, "SIGSEGV");
    expect(bench.told.at(-1)?.body).toEqual({ type: "exited", code: undefined, signal: "SIGSEGV" });
    expect(readdirSync(bench.dir)).toHaveLength(2);
    host.ended("l1");
    expect(readdirSync(bench.dir)).toEqual([]);
  });

  test("hands on what a launch remembers", async () => {
    const host = bench.host();
    await obey(host, { type: "launch", launch: "l1", world: "hub", token: "t", state: '{"lamp":1}' });
    expect(bench.started[0]?.orders).toMatchObject([{ state: '{"lamp":1}' }]);
  });

  test("reports a process that could not be started as gone", async () => {
    bench.pids = [undefined];
    const host = bench.host();
    await launch(host, "l1");
    await bench.started[0]?.end();
    expect(bench.told).toEqual([{ to: "launch:l1", body: { type: "exited" } }]);
  });

  test("gives no order to a process that no later master could find", async () => {
    const host = bench.host();
    rmSync(bench.dir, { recursive: true });
    await launch(host, "l1");
    expect(bench.started[0]).toMatchObject({ orders: [], isKilled: true });
    await bench.started[0]?.end(undefined, "SIGKILL");
    expect(bench.told).toEqual([{ to: "launch:l1", body: { type: "exited", signal: "SIGKILL" } }]);
    expect(bench.reported).toEqual([expect.stringMatching("host.failed: ENOENT"), "host.exited"]);
  });

  test("starts a process that can be found by its file for last words alone", async () => {
    const host = bench.host();
    bench.blanks = [bench.blank()];
    mkdirSync(join(bench.dir, "l1.json.new"));
    await launch(host, "l1");
    expect(bench.started[0]?.orders).toHaveLength(1);
    expect(bench.reported).toEqual([expect.stringMatching("host.failed: EISDIR"), "host.launched"]);
  });

  test("gives no order to a process that runs only when nobody waits for it any more", async () => {
    const host = bench.host();
    const launched = launch(host, "l1");
    host.close();
    await launched;
    expect(bench.started[0]).toMatchObject({ orders: [], isDismissed: true });
    expect(bench.told).toEqual([]);
    expect(readdirSync(bench.dir)).toEqual([]);
  });

  test("gives up a launch that has no place", async () => {
    const nowhere = bench.host({
      give: () => {
        throw new Error("ENOSPC");
      },
      keep: () => {},
      free: () => {},
    });
    await launch(nowhere, "l2");
    expect(bench.told).toEqual([{ to: "launch:l2", body: { type: "exited" } }]);
    expect(bench.started).toHaveLength(0);
  });

  test("uses the spare, and starts the next one only when the launch is up", async () => {
    const host = bench.host();
    await obey(host, { type: "warm" });
    expect(bench.started).toHaveLength(1);
    await launch(host, "l1");
    expect(bench.started).toHaveLength(1);
    expect(bench.started[0]?.orders).toHaveLength(1);
    host.settled("l1");
    expect(bench.started).toHaveLength(2);
    expect(bench.started[1]?.orders).toEqual([]);
  });

  test("kills the process of the launch it is told to, and of no other", async () => {
    const host = bench.host();
    await launch(host, "l1");
    await launch(host, "l2");
    await obey(host, { type: "kill", launch: "l2" });
    expect(bench.started.map(({ isKilled }) => isKilled)).toEqual([false, true]);
  });

  test("does not wait for what it does not hold, and touches no stranger's process", async () => {
    const host = bench.host();
    await obey(host, { type: "kill", launch: "l9", pid: process.pid });
    expect(bench.told).toEqual([{ to: "launch:l9", body: { type: "exited", code: undefined } }]);
  });

  test("once it leaves it starts nothing, and is done when the last process is gone", async () => {
    const host = bench.host();
    await obey(host, { type: "warm" });
    await launch(host, "l1");
    let isDone = false;
    const done = host.drained().then(() => (isDone = true));
    await launch(host, "l2");
    expect(bench.told.at(-1)).toEqual({ to: "launch:l2", body: { type: "exited", code: undefined } });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    await bench.started[0]?.end(0);
    await done;
    expect(bench.started).toHaveLength(1);
  });
});
