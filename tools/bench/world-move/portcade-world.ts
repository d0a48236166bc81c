import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { AddressInfo } from "node:net";
import type { FromLaunch, LaunchOrder, ToLaunch } from "#shared/protocol/launch-master.ts";
import { appVersion } from "#shared/version.ts";
import { sha256 } from "#world-server/digest.ts";
import { serverCore, startOn } from "../processor.ts";
import type { ModeName } from "../row.ts";
import { stop } from "./server-under-test.ts";
import type { ServerUnderTest, TickFigures } from "./server-under-test.ts";
import { ticketOf } from "./portcade-line.ts";
import { Walker, worldUnits } from "./walkers.ts";

export interface PortcadeOptions {
  readonly n: number;
  readonly seed: number;
  readonly mode: ModeName;
  readonly radius: number;
  readonly hysteresis: number;
}

const bundle = fileURLToPath(new URL("../../../builds/server/world.mjs", import.meta.url));
const key = "bench";
const tile = 40;
const heapMb = 256;

/** Starts the world process of a release, alone with a stand-in for its master that lets the walkers in. */
export async function startPortcade(options: PortcadeOptions): Promise<ServerUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "portcade-bench-"));
  writeWorld(folder, options);
  const master = new StandInMaster(options);
  const program = join(folder, "world.mjs");
  const flags = [
    "--permission",
    "--allow-net",
    `--allow-fs-read=${folder}`,
    `--max-old-space-size=${heapMb}`,
  ];
  const child = startOn(serverCore, process.execPath, [...flags, "--disable-proto=delete", program], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    env: { PATH: process.env["PATH"] },
  });
  const samples = new Samples();
  if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => samples.hear(line));
  const failed = once(child, "exit").then(() =>
    Promise.reject(new Error(`the world has ended: ${samples.last}`)),
  );
  // Only a start waits for it.
  failed.catch(() => {});
  const order: LaunchOrder = {
    launch: "bench",
    token: "bench-token-0123456789",
    world: key,
    version: appVersion,
    masterUrl: await master.listen(),
    listen: { host: "127.0.0.1", port: 0 },
    origins: [],
    limits: {
      connectionsTotal: 20_000,
      ticketsPerWorld: 20_000,
      launchFramesPerSecond: 100_000,
      launchFrameBurst: 100_000,
    },
    logLevel: "info",
  };
  (child.stdio[3] as Writable).end(`${JSON.stringify(order)}\n`);
  const port = await Promise.race([master.open(), failed]);
  return {
    pid: child.pid ?? Number.NaN,
    port,
    takeTicks: () => Promise.resolve(samples.take()),
    async [Symbol.asyncDispose]() {
      await stop(child);
      master.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An open world of the workload's size, and the bundle beside it, as a release has them. */
function writeWorld(folder: string, { mode, radius, hysteresis }: PortcadeOptions): void {
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

/** What a world hears from a master, and no more: it is registered, every walker is expected, who arrived plays. */
class StandInMaster {
  readonly #options: PortcadeOptions;
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  readonly #registered = Promise.withResolvers<number>();
  readonly #expected = Promise.withResolvers<void>();
  #acked = 0;

  constructor(options: PortcadeOptions) {
    this.#options = options;
    this.#server.on("connection", (socket) => {
      socket.on("message", (data: Buffer) => this.#hear(socket, data));
      socket.on("error", () => {});
    });
  }

  async listen(): Promise<string> {
    if (!this.#server.address()) await once(this.#server, "listening");
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The port players come by, once the world expects them all. */
  async open(): Promise<number> {
    const port = await this.#registered.promise;
    await this.#expected.promise;
    return port;
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #hear(socket: WebSocket, data: Buffer): void {
    // Rosters and saves are long, and nobody here wants them.
    if (!/"type":"(register|acked|arrived)"/.test(data.toString("latin1", 0, 64))) return;
    const message = JSON.parse(data.toString()) as FromLaunch;
    const say = (answer: ToLaunch): void => socket.send(JSON.stringify(answer));
    if (message.type === "arrived") say({ type: "activate", admission: message.admission });
    if (message.type === "acked" && ++this.#acked === this.#options.n) this.#expected.resolve();
    if (message.type !== "register" || !("port" in message.endpoint)) return;
    this.#registered.resolve(message.endpoint.port);
    say({ type: "registered", heartbeatMs: 1000 });
    for (let index = 0; index < this.#options.n; index++) say(this.#expect(index));
  }

  #expect(index: number): ToLaunch {
    const { x, y } = new Walker(this.#options.seed, index);
    return {
      type: "expect",
      admission: `walker-${index}`,
      session: `walker-${index}`,
      ticketHash: sha256(ticketOf(index)),
      name: `Walker-${index}`,
      guest: true,
      at: { world: key, x, y, facing: 0 },
      expiresMs: 600_000,
    };
  }
}

/** What the world says of itself on its log. */
class Samples {
  last = "";
  #ticks = 0;
  #tickP99Ms: number | undefined;
  #overruns = 0;

  hear(line: string): void {
    this.last = line;
    if (!line.includes("PERF_SAMPLE")) return;
    const value = (name: string): number => Number(new RegExp(` ${name}=([\\d.]+)`).exec(line)?.[1]);
    this.#ticks += value("frames_delta");
    const p99 = value("tick_p99_msec");
    if (!Number.isNaN(p99)) this.#tickP99Ms = Math.max(this.#tickP99Ms ?? 0, p99);
    this.#overruns += value("tick_overruns_delta") || 0;
  }

  /** Since the last time; a world takes a sample every five seconds. */
  take(): TickFigures | undefined {
    const tickP99Ms = this.#tickP99Ms;
    const taken =
      tickP99Ms === undefined ? undefined : { ticks: this.#ticks, tickP99Ms, overruns: this.#overruns };
    this.#ticks = 0;
    this.#tickP99Ms = undefined;
    this.#overruns = 0;
    return taken;
  }
}
