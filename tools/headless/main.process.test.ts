import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
/** Nobody listens there. */
const nowhere = "ws://127.0.0.1:1/";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-headless-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Plays with `dir` as the folder for what is temporary; `signal` is sent once the players are there. */
async function play(args: readonly string[], signal?: NodeJS.Signals): Promise<number | null> {
  const child = spawn(process.execPath, [program, "--master", nowhere, "--log", ...args], {
    env: { PATH: process.env["PATH"], TMPDIR: dir },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close");
  if (signal) {
    await once(lines, "line");
    if (!args.includes("--cache-dir"))
      expect(readdirSync(dir)).toEqual([expect.stringMatching(/^portcade-packs-/)]);
    child.kill(signal);
  }
  const [code] = await ended;
  return code as number | null;
}

describe("players without a screen leave no packs behind", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("when they are ended by %s", async (signal) => {
    expect(await play([], signal)).toBe(0);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("when they fail or time is up", async () => {
    expect([2, 3]).toContain(await play(["--args", "smoke_test", "--timeout", "0.2"]));
    expect(readdirSync(dir)).toEqual([]);
  });

  test("but in a folder that was named", async () => {
    const named = join(dir, "named");
    expect(await play(["--cache-dir", named], "SIGINT")).toBe(0);
    expect(await play(["--clients", "none"])).toBe(14);
    expect(readdirSync(dir).filter((name) => name !== "named")).toEqual([]);
  });
});
