import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, killRecorded, Pids } from "./pids.ts";

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

  test("a recorded process is known again by another master, and ended", async () => {
    new Pids(dir).note("l1", "hub", pid);
    const [record] = new Pids(dir).all();
    expect(record).toMatchObject({ launch: "l1", world: "hub", pid });
    if (!record) return;
    expect(isAlive(record)).toBe(true);
    killRecorded(record);
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    expect(isAlive(record)).toBe(false);
  });

  test.each([{ startedAt: "1" }, { boot: "another boot" }])(
    "a stranger with the same number is left alone: %j",
    async (other) => {
      const pids = new Pids(dir);
      pids.note("l1", "hub", pid);
      const stranger = { ...(pids.all()[0] as NonNullable<ReturnType<Pids["all"]>[0]>), ...other };
      expect(isAlive(stranger)).toBe(false);
      killRecorded(stranger);
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
    },
  );

  test("what is no record is thrown away, and a forgotten launch is gone", () => {
    const pids = new Pids(dir);
    pids.note("l1", "hub", pid);
    writeFileSync(join(dir, "l2.json"), '{"launch":"l2"');
    writeFileSync(join(dir, "l3.json"), JSON.stringify({ ...pids.all()[0], launch: "l1" }));
    expect(pids.all()).toHaveLength(1);
    pids.forget("l1");
    expect(readdirSync(dir)).toEqual([]);
  });
});
