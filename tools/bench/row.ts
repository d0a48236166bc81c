export const workloadNames = ["world-move", "chat", "connect", "start", "travel", "save", "small"] as const;
export const modeNames = [
  "aoi",
  "all",
  "rings",
  "saturation",
  "half-load",
  "warm",
  "cold-spare",
  "cold",
] as const;
export const systemNames = [
  "portcade",
  "colyseus-view",
  "colyseus-all",
  "socketio",
  "ws-json",
  "c-epoll",
] as const;

export type WorkloadName = (typeof workloadNames)[number];
export type ModeName = (typeof modeNames)[number];
export type SystemName = (typeof systemNames)[number];

/** What one run measured. A field that does not apply is absent. */
export interface Figures {
  /** Of one core, of the server process. */
  readonly cpuPercent?: number;
  /** Application bytes a client received a second, in thousands. */
  readonly kBps?: number;
  readonly rssMB?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** The server's own work in one tick. */
  readonly tickP99Ms?: number;
  /** States a client received a second. */
  readonly hz?: number;
  /** Ticks that were late or took longer than their period. */
  readonly overruns?: number;
  /** The most clients with a p99 under 100 ms and no overrun on one core. */
  readonly maxN?: number;
  readonly deliveredPerCoreSecond?: number;
  readonly connectsPerCoreSecond?: number;
  readonly startMs?: number;
  /** Of one core, of the load generator: at 80 and above it is what was measured, and the run does not count. */
  readonly loadCpuPercent?: number;
}

export interface Row extends Figures {
  readonly workload: WorkloadName;
  readonly mode?: ModeName;
  readonly system: SystemName;
  readonly n: number;
}

export const figureNames = [
  "cpuPercent",
  "kBps",
  "rssMB",
  "p50Ms",
  "p99Ms",
  "tickP99Ms",
  "hz",
  "overruns",
  "maxN",
  "deliveredPerCoreSecond",
  "connectsPerCoreSecond",
  "startMs",
  "loadCpuPercent",
] as const satisfies readonly (keyof Figures)[];

export type FigureName = (typeof figureNames)[number];

export const loadCpuMost = 80;

/** Why a row must not be counted; `undefined` when it may be. */
export function faultOf(row: Row): string | undefined {
  const { loadCpuPercent = 0 } = row;
  if (loadCpuPercent >= loadCpuMost)
    return `the load generator took ${loadCpuPercent.toFixed(0)} % of its core, so its limit was measured`;
  const wrong = figureNames.find((name) => {
    const value = row[name] ?? 0;
    return !Number.isFinite(value) || value < 0;
  });
  return wrong && `${wrong} is ${row[wrong]}`;
}
