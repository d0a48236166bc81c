import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { usageOf } from "#tools/smoke/process-usage.ts";
import { CpuMeter } from "../cpu-meter.ts";
import { loadCore, startOn } from "../processor.ts";
import type { ModeName, Row, SystemName } from "../row.ts";
import { combinations } from "../workload.ts";
import type { RunOptions, Workload } from "../workload.ts";
import type { FromGenerator, GeneratorOrder, Sight } from "./generator.ts";
import { startPortcade } from "./portcade-world.ts";
import { startPeer } from "./server-under-test.ts";
import type { ServerUnderTest, TickFigures } from "./server-under-test.ts";

const generator = fileURLToPath(new URL("generator.ts", import.meta.url));
const sizes = [800];
const seed = 1;
const radius = 400;

export interface MoveOptions {
  readonly system: SystemName;
  readonly mode: ModeName;
  readonly n: number;
  readonly warmMs: number;
  readonly windowMs: number;
  readonly plantsFault?: boolean;
}

export const worldMove: Workload = {
  name: "world-move",
  about: `A world of 2000 × 2000 units; N clients walk at random, 180 units a second, and send 20 times a second; the server
runs and sends at 20 Hz. \`aoi\`: everybody hears of everybody within ${radius} units; \`all\`: of everybody. The server
has a core of its own, the load generator the other one. Latency is from a client's sending to the state that includes it
being with another client near; an input waits 0–50 ms for the tick. In every run, what clients hold of each other is
compared, positions and who is in view; a run with a difference does not count. The peers walk by the same rules with
positions of 1/32 unit (Colyseus, C) or whole units (JSON).`,
  modes: ["aoi", "all"],
  systems: ["portcade", "colyseus-view", "colyseus-all", "socketio", "ws-json", "c-epoll"],
  async *run(options) {
    for (const n of options.n === undefined ? sizes : [options.n])
      for (const { mode, system, run } of combinations(options)) {
        if (!canDo(system, mode)) continue;
        options.progress(`${system}, ${mode}, N = ${n}, run ${run}`);
        const row = await attempt({ system, mode, n, warmMs: 4000, windowMs: 10_000 }, options);
        if (row) yield row;
      }
  },
};

/** Colyseus is measured with views where not everybody hears of everybody, and without where they do. */
function canDo(system: SystemName, mode: ModeName): boolean {
  if (system === "colyseus-view") return mode === "aoi";
  if (system === "colyseus-all") return mode === "all";
  return mode !== "rings" || system === "portcade";
}

async function attempt(move: MoveOptions, { reject }: RunOptions): Promise<Row | undefined> {
  try {
    return await runMove(move);
  } catch (error) {
    reject(
      `${move.system}, ${move.mode}, N = ${move.n}`,
      error instanceof Error ? error.message : String(error),
    );
    return undefined;
  }
}

/** One run. @throws why it does not count */
export async function runMove(move: MoveOptions): Promise<Row> {
  const { system, mode, n, warmMs, windowMs, plantsFault = false } = move;
  const hysteresis = system === "portcade" ? 8 : 0;
  await using server = await (system === "portcade"
    ? startPortcade({ n, seed, mode, radius, hysteresis })
    : startPeer(system, mode));
  const reach = {
    radius: mode === "all" ? Number.POSITIVE_INFINITY : radius,
    hysteresis,
    quantum: system === "socketio" || system === "ws-json" ? 1 : 1 / 32,
  };
  const order: GeneratorOrder = {
    system,
    port: server.port,
    n,
    seed,
    reach: { ...reach, radius: Math.min(reach.radius, 1e9) },
    warmMs,
    windowMs,
    plantsFault,
  };
  return rowOf(move, await measure(order, server));
}

interface Measured {
  readonly sight: Sight;
  readonly ticks: TickFigures | undefined;
  readonly cpuPercent: number;
  readonly loadCpuPercent: number;
  readonly rssMB: number;
}

async function measure(order: GeneratorOrder, server: ServerUnderTest): Promise<Measured> {
  const child = startOn(loadCore, process.execPath, [generator, JSON.stringify(order)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  try {
    const hear = conversation(child);
    await hear("settled");
    await server.takeTicks();
    const [ours, load] = [new CpuMeter(server.pid), new CpuMeter(child.pid ?? Number.NaN)];
    child.send("begin");
    await hear("ended");
    const [cpuPercent, loadCpuPercent] = [ours.percent, load.percent];
    const rssMB = usageOf(server.pid)?.rssMb ?? Number.NaN;
    const ticks = await server.takeTicks();
    const { sight } = await hear("saw");
    return { sight, ticks, cpuPercent, loadCpuPercent, rssMB };
  } finally {
    child.kill("SIGKILL");
  }
}

/** What the generator says next must be what is waited for. */
function conversation(child: ChildProcess) {
  const said: FromGenerator[] = [];
  let wake = (): void => {};
  child.on("message", (message) => {
    said.push(message as FromGenerator);
    wake();
  });
  child.once("exit", () => {
    said.push({ type: "failed", reason: "the load generator has ended" });
    wake();
  });
  return async <T extends FromGenerator["type"]>(type: T): Promise<Extract<FromGenerator, { type: T }>> => {
    while (said.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const message = said.shift();
    if (message?.type === "failed") throw new Error(message.reason);
    if (message?.type !== type) throw new Error(`the load generator says ${message?.type} and not ${type}`);
    return message as Extract<FromGenerator, { type: T }>;
  };
}

function rowOf({ system, mode, n }: MoveOptions, { sight, ticks, ...costs }: Measured): Row {
  const { kBps, hz, p50Ms, p99Ms, latencies, compared, faults } = sight;
  if (faults.length > 0) throw new Error(`clients do not agree: ${faults.join("; ")}`);
  if (latencies === 0 || compared === 0) throw new Error("nothing could be compared");
  const counted = ticks && { tickP99Ms: ticks.tickP99Ms, overruns: ticks.overruns };
  return { workload: "world-move", mode, system, n, ...costs, kBps, hz, p50Ms, p99Ms, ...counted };
}
