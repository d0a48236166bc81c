import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { usageOf } from "#tools/smoke/process-usage.ts";
import { type ChatServer, startChat } from "./chat-server.ts";
import type { Arrival, Arrived, ConnectOrder } from "./connect-load.ts";
import { CpuMeter } from "./cpu-meter.ts";
import { LoadProcess } from "./load-process.ts";
import type { Row, SystemName } from "./row.ts";
import type { RunOptions, Workload } from "./workload.ts";

const generator = fileURLToPath(new URL("connect-load.ts", import.meta.url));
const sizes = [5000, 10_000];
/** Before the rate is taken: the code is compiled, and the memory has its size. */
const warmCount = 4000;
const ratedCount = 4000;
const atOnce = 64;
/** What only the coming needed is given back by then; nothing tells when. */
const settleMs = 3000;
/** Every connection is pinged within this, where the server pings every 9 seconds. */
const idleMs = 12_000;

interface Idle {
  readonly rssMB: number;
  readonly kBEach: number;
  readonly cpuPercent: number;
}

export const connect: Workload = {
  name: "connect",
  about: `A client connects, says hello and has the first reply, ${atOnce} at a time: how many for each second the server's
core was busy, after ${warmCount} that came and went. Then, at a fresh server, N of them who stay and are silent: its
memory once all are in, and its processor time over ${idleMs / 1000} seconds. Every first reply must name another session.`,
  modes: [],
  systems: ["portcade", "colyseus-all", "socketio", "ws-json", "c-epoll"],
  async *run(options) {
    const idles: [SystemName, number, Idle][] = [];
    for (let run = 1; run <= options.runs; run++)
      for (const system of options.systems)
        for (const n of options.n === undefined ? sizes : [options.n]) {
          options.progress(`${system}, N = ${n}, run ${run}`);
          const measured = await attempt(system, n, options);
          if (!measured) continue;
          idles.push([system, n, measured.idle]);
          yield measured.row;
        }
    if (idles.length > 0) options.note(noteOf(idles));
  },
};

async function attempt(
  system: SystemName,
  n: number,
  { reject }: RunOptions,
): Promise<{ row: Row; idle: Idle } | undefined> {
  try {
    const { connectsPerCoreSecond, loadCpuPercent } = await rate(system);
    const idle = await stay(system, n);
    const { rssMB, cpuPercent } = idle;
    const row = {
      workload: "connect",
      system,
      n,
      cpuPercent,
      rssMB,
      connectsPerCoreSecond,
      loadCpuPercent,
    } as const;
    return { row, idle };
  } catch (error) {
    reject(`${system}, N = ${n}`, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function rate(system: SystemName): Promise<{ connectsPerCoreSecond: number; loadCpuPercent: number }> {
  await using gate = await Gate.open(system);
  await gate.let({ count: warmCount, atOnce, stay: false });
  const [server, load] = [new CpuMeter(gate.server.pid), new CpuMeter(gate.load.pid)];
  await gate.let({ count: ratedCount, atOnce, stay: true });
  return { connectsPerCoreSecond: ratedCount / server.seconds, loadCpuPercent: load.percent };
}

async function stay(system: SystemName, n: number): Promise<Idle> {
  await using gate = await Gate.open(system);
  const { pid } = gate.server;
  const before = rssOf(pid);
  const { open } = await gate.let({ count: n, atOnce, stay: true });
  if (open !== n) throw new Error(`${n - open} of ${n} did not stay`);
  await pause(settleMs);
  const rssMB = rssOf(pid);
  const meter = new CpuMeter(pid);
  await pause(idleMs);
  return { rssMB, kBEach: ((rssMB - before) * 1024) / n, cpuPercent: meter.percent };
}

const rssOf = (pid: number): number => usageOf(pid)?.rssMb ?? Number.NaN;

/** A server and the crowd before it. */
class Gate implements AsyncDisposable {
  readonly server: ChatServer;
  readonly load: LoadProcess;
  readonly #end: AsyncDisposableStack;

  private constructor(server: ChatServer, load: LoadProcess, end: AsyncDisposableStack) {
    this.server = server;
    this.load = load;
    this.#end = end;
  }

  static async open(system: SystemName): Promise<Gate> {
    await using all = new AsyncDisposableStack();
    const server = all.use(await startChat(system));
    const load = all.use(new LoadProcess(generator, { system, port: server.port } satisfies ConnectOrder));
    await load.hear("ready");
    return new Gate(server, load, all.move());
  }

  async let(arrival: Arrival): Promise<Arrived> {
    this.load.goOn(arrival);
    const arrived = await this.load.hear<Arrived>("arrived");
    if (arrived.sessions !== arrival.count)
      throw new Error(`${arrived.sessions} sessions for ${arrival.count} hellos`);
    return arrived;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end.disposeAsync();
  }
}

function noteOf(idles: readonly [SystemName, number, Idle][]): string {
  const rows = idles.map(
    ([system, n, { kBEach, cpuPercent }]) =>
      `| ${system} | ${n} | ${kBEach.toFixed(1)} | ${cpuPercent.toFixed(2)} |`,
  );
  return `Silent connections, every run: what each added to the server's resident memory, and the server's processor time.

| system | N | kB each | CPU % |
|---|---|---|---|
${rows.join("\n")}`;
}
