import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { recordOf } from "./pids.ts";
import { HostBench, launch, obey, worldsOf } from "./testing-host.ts";

let bench: HostBench;
beforeEach(() => void (bench = new HostBench()));
afterEach(() => bench[Symbol.dispose]());

describe("a new host", () => {
  test("reports at the next start what ended in between or never began, and takes over what lives", () => {
    bench.note("l1");
    // As if it had ended, and another process had its number now.
    bench.note("l2", { startedAt: "1" });
    const host = bench.host();
    host.adopt(worldsOf("l1", "l2", "l3"));
    bench.clock.advance(5000);
    expect(bench.told).toEqual([
      { to: "launch:l2", body: { type: "exited" } },
      { to: "launch:l3", body: { type: "exited" } },
    ]);
    host.ended("l2");
    expect(readdirSync(bench.dir)).toEqual(["l1.json"]);
    host.close();
  });

  test("ends a process of a launch that nobody knows any more, but not before it could hear of it", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    bench.note("l1", recordOf("l1", "hub", child.pid as number));
    const host = bench.host();
    host.adopt(worldsOf());
    bench.clock.advance(limits.deadMs - 1);
    expect(child.signalCode).toBeNull();
    bench.clock.advance(1);
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    bench.clock.advance(500);
    expect(bench.told).toEqual([{ to: "launch:l1", body: { type: "exited" } }]);
  });

  test("throws away last words that nobody waits for any more", () => {
    for (const name of ["l1", "l2"]) writeFileSync(join(bench.dir, `${name}.words`), "");
    bench.note("l1");
    bench.host().adopt(worldsOf("l1"));
    expect(readdirSync(bench.dir)).toEqual(["l1.json", "l1.words"]);
  });

  test("takes over a process that was never noted", async () => {
    writeFileSync(join(bench.dir, "l1.words"), "");
    const stdio = ["ignore", "ignore", "ignore", "ignore", openSync(join(bench.dir, "l1.words"), "r+")];
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio } as SpawnOptions);
    await once(child, "spawn");
    const host = bench.host();
    host.adopt(worldsOf("l1"));
    expect(bench.told).toEqual([]);
    expect(readdirSync(bench.dir)).toEqual(["l1.json", "l1.words"]);
    await obey(host, { type: "kill", launch: "l1" });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    bench.clock.advance(500);
    expect(bench.told).toEqual([{ to: "launch:l1", body: { type: "exited" } }]);
  });

  test("sends nobody to the port of a launch it has taken over", async () => {
    const first = bench.host();
    await launch(first, "l1");
    first.close();
    const second = bench.host();
    second.adopt(worldsOf("l1"));
    await launch(second, "l2");
    expect(bench.started.map(({ orders }) => orders[0]?.listen)).toEqual([
      { host: "127.0.0.1", port: 4000 },
      { host: "127.0.0.1", port: 4001 },
    ]);
    second.close();
  });

  describe("last words", () => {
    const saves = [{ admission: "a1", seq: 7, place: { world: "hub", x: 1, y: 2, facing: 0 } }];
    const words = (content: unknown): void =>
      writeFileSync(
        join(bench.dir, "l1.words"),
        typeof content === "string" ? content : JSON.stringify(content),
      );
    const told1 = (body: object) => ({ to: "launch:l1", body });

    test("are told before the end, of a process of our own", async () => {
      const host = bench.host();
      await launch(host, "l1");
      words({ launch: "l1", saves, state: "{}" });
      await bench.started[0]?.end(20);
      expect(bench.told.slice(1)).toEqual([
        told1({ type: "lastWords", saves, state: "{}" }),
        told1({ type: "exited", code: 20 }),
      ]);
    });

    test("are told again while the end is not committed, though the master died over it", () => {
      bench.note("l1", { startedAt: "1" });
      words({ launch: "l1", saves });
      for (let n = 0; n < 2; n++) bench.host().adopt(worldsOf("l1"));
      const once = [told1({ type: "lastWords", saves }), told1({ type: "exited" })];
      expect(bench.told).toEqual([...once, ...once]);
    });

    test.each([
      ["nothing", ""],
      ["half a word", '{"launch":"l1","saves":[{"admi'],
      ["another form", { launch: "l1", saves: "all" }],
      ["another launch's", { launch: "l2", saves }],
      [
        "a state too long to be handed on",
        { launch: "l1", saves, state: "\0".repeat(limits.worldStateLength) },
      ],
      ["far too many", "x".repeat(5 * 1024 * 1024)],
    ])("of no use are ignored and reported: %s", (what, content) => {
      bench.note("l1", { startedAt: "1" });
      words(content);
      bench.host().adopt(worldsOf("l1"));
      expect(bench.told).toEqual([told1({ type: "exited" })]);
      expect(bench.reported.filter((event) => event.startsWith("host.failed"))).toHaveLength(
        what === "nothing" ? 0 : 1,
      );
    });
  });
});
