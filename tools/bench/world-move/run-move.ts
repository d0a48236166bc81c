import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Ring } from "#shared/world-settings.ts";
import { usageOf } from "#tools/smoke/process-usage.ts";
import { CpuMeter } from "../cpu-meter.ts";
import { compilePeer, hasCompiler } from "../peers.ts";
import { loadCore, startOn } from "../processor.ts";
import type { ModeName, Row, SystemName } from "../row.ts";
import type { FromGenerator, GeneratorOrder, Sight } from "./generator.ts";
import { startPortcade } from "./portcade-world.ts";
import { startPeer } from "./server-under-test.ts";
import type { ServerUnderTest, TickFigures } from "./server-under-test.ts";

const generator = fileURLToPath(new URL("generator.ts", import.meta.url));
const seed = 1;
export const radius = 400;
/** What `"rings": true` in a world's settings promises. */
const rings: readonly Ring[] = [
  { beyond: radius / 2, every: 2 },
  { beyond: (radius * 3) / 4, every: 4 },
];
let compiled: string | undefined;

export interface MoveOptions {
  readonly system: SystemName;
  readonly mode: ModeName;
  readonly n: number;
  readonly warmMs: number;
  readonly windowMs: number;
  /** For tests of the check: what clients hold is changed before it is compared. */
  readonly plantsFault?: boolean;
  /** The share of what clients hold that may be older than its tick, or than its ring allows. */
  readonly mostStale?: number;
  /** The world's program, when it is not the one that is built. */
  readonly bundle?: string;
}

/** One run. @throws why it does not count */
export async function runMove(move: MoveOptions): Promise<Row> {
  const { system, mode, n, warmMs, windowMs, plantsFault = false } = move;
  const hysteresis = system === "portcade" ? 8 : 0;
  await using server = await (system === "portcade"
    ? startPortcade({ ...move, seed, radius, hysteresis })
    : startPeer(system, mode));
  const reach = {
    radius: mode === "all" ? Number.POSITIVE_INFINITY : radius,
    hysteresis,
    quantum: system === "socketio" || system === "ws-json" ? 1 : 1 / 32,
    rings: mode === "rings" ? rings : [],
  };
  const order: GeneratorOrder = {
    system,
    port: server.port,
    n,
    seed,
    reach: { ...reach, radius: Math.min(reach.radius, 1e9) },
    warmMs,
    windowMs,
    crowd: crowdProgram(),
    plantsFault,
  };
  return rowOf(move, await measure(order, server));
}

/** Compiled once; undefined without a compiler. */
function crowdProgram(): string | undefined {
  compiled ??= hasCompiler ? compilePeer("world-move/crowd.c") : "";
  return compiled || undefined;
}

interface Measured {
  readonly sight: Sight;
  readonly ticks: TickFigures | undefined;
  readonly cpuPercent: number;
  readonly loadCpuPercent: number;
  readonly rssMB: number;
}

/** Lets the generator loose on a server. `watch` is called when everybody has settled and when the window is over. */
export async function measure(
  order: GeneratorOrder,
  server: ServerUnderTest,
  watch: { begin?: () => Promise<void>; end?: () => Promise<void> } = {},
): Promise<Measured> {
  const child = startOn(loadCore, process.execPath, [generator, JSON.stringify(order)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  try {
    const hear = conversation(child);
    const { pids } = await hear("settled");
    await server.takeTicks();
    await watch.begin?.();
    const ours = new CpuMeter(server.pid);
    const loads = pids.map((pid) => new CpuMeter(pid));
    child.send("begin");
    await hear("ended");
    const cpuPercent = ours.percent;
    const loadCpuPercent = loads.reduce((sum, { percent }) => sum + percent, 0);
    const rssMB = usageOf(server.pid)?.rssMb ?? Number.NaN;
    const ticks = await server.takeTicks();
    await watch.end?.();
    child.send("leave");
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

function rowOf(
  { system, mode, n, mostStale = 0.02 }: MoveOptions,
  { sight, ticks, ...costs }: Measured,
): Row {
  const { kBps, hz, p50Ms, p99Ms, latencies, compared, stale, faults } = sight;
  if (faults.length > 0) throw new Error(`clients do not agree: ${faults.join("; ")}`);
  if (latencies === 0 || compared === 0) throw new Error("nothing could be compared");
  // Everybody is to be told of everybody in reach in every tick, or as often as their ring says; a single late tick is
  // shown as an overrun.
  if (stale > mostStale * compared)
    throw new Error(
      `${((100 * stale) / compared).toFixed(1)} % of what clients hold is older than it may be`,
    );
  const counted = ticks && { tickP99Ms: ticks.tickP99Ms, overruns: ticks.overruns };
  return { workload: "world-move", mode, system, n, ...costs, kBps, hz, p50Ms, p99Ms, ...counted };
}
