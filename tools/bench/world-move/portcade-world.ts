import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { worldArguments } from "#adapters/host/world-process.ts";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { appVersion } from "#shared/version.ts";
import { serverCore, startOn } from "../processor.ts";
import type { ModeName } from "../row.ts";
import { stop } from "./server-under-test.ts";
import type { ServerUnderTest, TickFigures } from "./server-under-test.ts";
import { StandInMaster } from "./stand-in-master.ts";
import { worldUnits } from "./walkers.ts";

export interface PortcadeOptions {
  readonly n: number;
  readonly seed: number;
  readonly mode: ModeName;
  readonly radius: number;
  readonly hysteresis: number;
  /** The world's program, when it is not the one that is built. */
  readonly bundle?: string | undefined;
  /** Lets an inspector in. */
  readonly inspects?: boolean;
}

export interface PortcadeWorld extends ServerUnderTest {
  /** The inspector's address, when one was let in. */
  inspector(): string | undefined;
}

const builtBundle = fileURLToPath(new URL("../../../builds/server/world.mjs", import.meta.url));
const key = "bench";
const tile = 40;
/** One address is a whole crowd here. */
const orderLimits = {
  connectionsTotal: 20_000,
  ticketsPerWorld: 20_000,
  launchFramesPerSecond: 100_000,
  launchFrameBurst: 100_000,
  launchBytesPerSecond: 100_000_000,
};

/** As the host starts a world; for the heap profile without the permissions, which would not let an inspector in. */
function argumentsOf(folder: string, inspects = false): string[] {
  const all = worldArguments({ bundle: join(folder, "world.mjs"), worlds: join(folder, "worlds") });
  return inspects
    ? ["--inspect=127.0.0.1:0", ...all.filter((one) => !/^--(permission|allow-)/.test(one))]
    : all;
}

/** Starts the world process of a release, alone with a stand-in for its master that lets the walkers in. */
export async function startPortcade(options: PortcadeOptions): Promise<PortcadeWorld> {
  const folder = mkdtempSync(join(tmpdir(), "portcade-bench-"));
  writeWorld(folder, options);
  const master = new StandInMaster(key, options);
  const child = startOn(serverCore, process.execPath, argumentsOf(folder, options.inspects), {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] },
  });
  const said = new WorldLog(child);
  const order: LaunchOrder = {
    launch: "bench",
    token: "bench-token-0123456789",
    world: key,
    version: appVersion,
    masterUrl: await master.listen(),
    listen: { host: "127.0.0.1", port: 0 },
    origins: [],
    limits: orderLimits,
    logLevel: "info",
  };
  (child.stdio[3] as Writable).end(`${JSON.stringify(order)}\n`);
  const port = await Promise.race([master.open(), said.ended]);
  return {
    pid: child.pid ?? Number.NaN,
    port,
    inspector: () => said.inspector,
    takeTicks: () => Promise.resolve(said.takeTicks()),
    async [Symbol.asyncDispose]() {
      await stop(child);
      master.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An open world of the workload's size, and the bundle beside it, as a release has them. */
function writeWorld(
  folder: string,
  { mode, radius, hysteresis, bundle = builtBundle }: PortcadeOptions,
): void {
  const home = join(folder, "worlds", key);
  mkdirSync(home, { recursive: true });
  copyFileSync(bundle, join(folder, "world.mjs"));
  const side = worldUnits / tile;
  const map = {
    v: 1,
    key,
    name: "Bench",
    w: side,
    h: side,
    tile,
    layers: { ground: [], deco: [], above: [] },
    solid: Buffer.alloc(Math.ceil((side * side) / 8)).toString("base64"),
    spawns: { default: { x: worldUnits / 2, y: worldUnits / 2, facing: 0 } },
    portals: {},
    npcs: [],
    zones: [],
    signs: [],
    tilesets: [],
    theme: { backdrop: "#000000", accent: "#ffffff" },
  };
  const interest =
    mode === "all"
      ? { radius: 2 * worldUnits, hysteresis: 0, most: 4096 }
      : { radius, hysteresis, most: 4096, rings: mode === "rings" };
  const manifest = {
    schema: 1,
    name: "Bench",
    capacity: 4096,
    tickRate: 20,
    sendRate: 20,
    interest,
    bytesPerSecond: 4e6,
  };
  writeFileSync(join(home, "map.json"), JSON.stringify(map));
  writeFileSync(join(home, "world.json"), JSON.stringify(manifest));
}

/** What the world says of itself. */
class WorldLog {
  inspector: string | undefined;
  /** Rejects when the process has ended. */
  readonly ended: Promise<never>;
  #last = "";
  #ticks = 0;
  #tickP99Ms: number | undefined;
  #overruns = 0;

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on("line", (line) => this.#hear(line));
    this.ended = once(child, "exit").then(() =>
      Promise.reject(new Error(`the world has ended: ${this.#last}`)),
    );
    // Only a start waits for it.
    this.ended.catch(() => {});
  }

  /** Since the last time; a world takes a sample every five seconds. */
  takeTicks(): TickFigures | undefined {
    const [ticks, tickP99Ms, overruns] = [this.#ticks, this.#tickP99Ms, this.#overruns];
    this.#ticks = 0;
    this.#tickP99Ms = undefined;
    this.#overruns = 0;
    return tickP99Ms === undefined ? undefined : { ticks, tickP99Ms, overruns };
  }

  #hear(line: string): void {
    this.#last = line;
    this.inspector ??= /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
    if (!line.includes("PERF_SAMPLE")) return;
    const value = (name: string): number => Number(new RegExp(` ${name}=([\\d.]+)`).exec(line)?.[1]);
    this.#ticks += value("frames_delta");
    const p99 = value("tick_p99_msec");
    if (!Number.isNaN(p99)) this.#tickP99Ms = Math.max(this.#tickP99Ms ?? 0, p99);
    this.#overruns += value("tick_overruns_delta") || 0;
  }
}
