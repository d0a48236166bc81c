import { once } from "node:events";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { Pids } from "./pids.ts";
import { startOf } from "./proc.ts";
import { type Blank, Words } from "./words.ts";
import type { WorldProcess, WorldProgram } from "./world-process.ts";

const canRun = process.platform === "linux";
const order = {
  launch: "l1",
  token: "secret",
  world: "hub",
  version: "0.1",
  masterUrl: "ws://127.0.0.1:1/",
  listen: { host: "127.0.0.1", port: 0 },
  origins: [],
  limits: {},
  logLevel: "info",
} satisfies LaunchOrder;

/** Writes down what it was given and stays; without an order it leaves. */
const program = `
  import { createReadStream, writeSync } from "node:fs";
  let order = "";
  for await (const chunk of createReadStream("", { fd: 3, encoding: "utf8" }).on("error", () => {})) {
    order += chunk;
    if (order.endsWith("\\n")) break;
  }
  if (order !== "") {
    const { argv, execArgv, env } = process;
    writeSync(4, JSON.stringify({ order: JSON.parse(order), argv, execArgv, env: Object.keys(env) }), 0);
    setInterval(() => {}, 1000);
  }
`;

/** What every way to start a world process keeps to. */
export function worldProcessContract(
  title: string,
  start: (program: WorldProgram, blank: Blank | undefined, dir: string) => Promise<WorldProcess>,
): void {
  describe.runIf(canRun)(`a world process, ${title}`, () => {
    let dir: string;
    let words: Words;
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), "portcade-world process-"));
      words = new Words(dir);
      writeFileSync(join(dir, "world.mjs"), program);
    });
    afterEach(() => rmSync(dir, { recursive: true }));

    const startSpare = (blank?: Blank): Promise<WorldProcess> =>
      start({ bundle: join(dir, "world.mjs"), worlds: join(dir, "worlds"), logFormat: "text" }, blank, dir);

    test("runs as what it says it is, with its file for last words, and gets its order and nothing else", async () => {
      const world = await startSpare(words.blank());
      const pid = (await world.running) as number;
      expect(readlinkSync(`/proc/${pid}/fd/4`)).toBe(world.blank);
      words.claim(world.blank as string, "l1");
      const path = join(dir, "l1.words");
      const written = once(watch(path), "change");
      world.assign(order);
      await written;
      const told = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      expect(told).toMatchObject({ order, argv: [process.execPath, join(dir, "world.mjs")] });
      expect(told["execArgv"]).toContain("--permission");
      const own = ["PORTCADE_LOG_FORMAT", "LD_LIBRARY_PATH", "TZ", "PORTCADE_APP_VERSION"];
      expect((told["env"] as string[]).filter((name) => !own.includes(name))).toEqual([]);
      world.kill();
      await world.ended;
      expect(startOf(pid)).toBeUndefined();
      expect(readFileSync(path, "utf8")).not.toBe("");
    });

    test("plays without a file for last words as well", async () => {
      const world = await startSpare();
      expect(await world.running).toBeGreaterThan(1);
      expect(new Pids(dir).search().size).toBe(0);
      world.kill();
      await world.ended;
    });

    test("leaves by itself when nobody wants it any more, and its file goes with it", async () => {
      const blank = words.blank();
      const world = await startSpare(blank);
      const pid = (await world.running) as number;
      world.dismiss();
      await world.ended;
      expect(startOf(pid)).toBeUndefined();
      expect(() => readFileSync(blank.path)).toThrow("ENOENT");
    });

    test("is over when it was ended before it ran", async () => {
      const world = await startSpare(words.blank());
      world.kill();
      await world.ended;
      const pid = await world.running;
      expect(pid === undefined || startOf(pid) === undefined).toBe(true);
    });
  });
}
