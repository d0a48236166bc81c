import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface Usage {
  /** Seconds of processor time since the process began. */
  readonly cpuS: number;
  /** Resident set, and the part of it that is fairly its own when pages are shared; megabytes. */
  readonly rssMb: number;
  readonly pssMb: number;
  /** What no other process has mapped. */
  readonly privateMb: number;
}

/** What a process uses; `undefined` once it is gone, or where there is no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return {
      cpuS: cpuSecondsOf(pid),
      rssMb: kilobytes(rollup, "Rss") / 1024,
      pssMb: kilobytes(rollup, "Pss") / 1024,
      privateMb: (kilobytes(rollup, "Private_Clean") + kilobytes(rollup, "Private_Dirty")) / 1024,
    };
  } catch {
    return undefined;
  }
}

/** The same processor time alone, which costs less to ask for. Throws once the process is gone. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in the second field may hold anything; what follows its last bracket may not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function kilobytes(rollup: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? 0);
}
