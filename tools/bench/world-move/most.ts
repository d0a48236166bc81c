import { faultOf } from "../row.ts";
import type { ModeName, Row, SystemName } from "../row.ts";
import type { RunOptions } from "../workload.ts";
import { runMove } from "./run-move.ts";

const first = 400;
const most = 4096;
const growth = 1.3;
/** Between the last that passed and the first that failed. */
const halvings = 3;
const p99MostMs = 100;
const times = { warmMs: 3000, windowMs: 6000 } as const;

/** Looks for the largest crowd that is served in time; its run is the row. `undefined` when not even the first one is. */
export async function findMost(
  system: SystemName,
  mode: ModeName,
  { progress }: Pick<RunOptions, "progress">,
): Promise<Row | undefined> {
  const row = await largest(async (n) => {
    const found = await tryWith(system, mode, n);
    progress(`${system}, ${mode}, N = ${n}: ${typeof found === "string" ? found : "in time"}`);
    return typeof found === "string" ? undefined : found;
  });
  return row && { ...row, maxN: row.n };
}

/** Grows until it is too much, then halves what is between; `attempt` gives what it measured, or nothing then. */
export async function largest<T>(attempt: (n: number) => Promise<T | undefined>): Promise<T | undefined> {
  let passed = 0;
  let best: T | undefined;
  let n = first;
  for (let result = await attempt(n); result !== undefined; result = await attempt(n)) {
    [passed, best] = [n, result];
    n = Math.round(n * growth);
    if (n > most) return best;
  }
  for (let half = 0, failed = n; half < halvings; half++) {
    const between = Math.round((passed + failed) / 2);
    const result = await attempt(between);
    if (result === undefined) failed = between;
    else [passed, best] = [between, result];
  }
  return best;
}

/** The run, or why it is too much. */
async function tryWith(system: SystemName, mode: ModeName, n: number): Promise<Row | string> {
  try {
    const row = await runMove({ system, mode, n, ...times });
    const { p99Ms = 0, overruns = 0 } = row;
    if (p99Ms >= p99MostMs) return `p99 ${p99Ms.toFixed(0)} ms`;
    if (overruns > 0) return `${overruns} overruns`;
    return faultOf(row) ?? row;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
