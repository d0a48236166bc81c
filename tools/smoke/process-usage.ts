import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface Usage {
  /** Seconds of processor time since the process began. */
  readonly cpuS: number;
  /** Resident set, and the part of it that is fairly its own when pages are shared; megabytes. */
  readonly rssMb: number;
  readonly pssMb: number;
}

/** What a process uses; `undefined` once it is gone, or where there is no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in the second field may hold anything; what follows its last bracket may not.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return {
      cpuS: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
      rssMb: kilobytes(rollup, "Rss") / 1024,
      pssMb: kilobytes(rollup, "Pss") / 1024,
    };
  } catch {
    return undefined;
  }
}

function kilobytes(rollup: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? 0);
}
