import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, killRecorded, type PidRecord, Pids, recordOf } from "./pids.ts";

describe("process records", () => {
  let dir: string;
  let child: ChildProcess;
  let pid: number;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "portcade-pids-"));
    child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
    pid = child.pid as number;
  });
  afterEach(() => {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true });
  });

  const record = (): PidRecord => {
    const found = recordOf("l1", "hub", pid);
    if (!found) throw new Error("no such process");
    return found;
  };

  test("a recorded process is known again by another master, and ended", async () => {
    new Pids(dir).note(record());
    const [found] = new Pids(dir).all();
    expect(found).toMatchObject({ launch: "l1", world: "hub", pid });
    if (!found) return;
    expect(isAlive(found)).toBe(true);
    killRecorded(found);
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    expect(isAlive(found)).toBe(false);
    expect(recordOf("l1", "hub", pid)).toBeUndefined();
  });

  test.each([{ startedAt: "1" }, { boot: "another boot" }])(
    "a stranger with the same number is left alone: %j",
    async (other) => {
      const stranger = { ...record(), ...other };
      expect(isAlive(stranger)).toBe(false);
      killRecorded(stranger);
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
    },
  );

  test("what is no record is thrown away, and a forgotten launch is gone", () => {
    const pids = new Pids(dir);
    pids.note(record());
    writeFileSync(join(dir, "l2.json"), '{"launch":"l2"');
    writeFileSync(join(dir, "l3.json"), JSON.stringify({ ...pids.all()[0], launch: "l1" }));
    writeFileSync(join(dir, "l4.json.new"), JSON.stringify({ ...pids.all()[0], launch: "l4" }));
    writeFileSync(join(dir, "l1.words"), "");
    mkdirSync(join(dir, "l5.json"));
    symlinkSync("/dev/zero", join(dir, "l6.json"));
    expect(pids.all()).toHaveLength(1);
    pids.forget("l1");
    expect(readdirSync(dir)).toEqual(["l1.words"]);
  });

  test("a process is found by its file for last words, noted or not, and even when somebody removed the file", async () => {
    const words = join(dir, "l7.words");
    const stdio = ["ignore", "ignore", "ignore", "ignore", openSync(words, "w")];
    const world = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio } as SpawnOptions);
    await once(world, "spawn");
    const pids = new Pids(dir);
    expect([...pids.search()]).toEqual([["l7", world.pid]]);
    rmSync(words);
    expect([...pids.search()]).toEqual([["l7", world.pid]]);
    world.kill("SIGKILL");
    await once(world, "exit");
    expect(pids.search().size).toBe(0);
  });
});
