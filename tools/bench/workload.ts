import type { ModeName, Row, SystemName, WorkloadName } from "./row.ts";

export interface RunOptions {
  /** Asked for by name; otherwise the workload's own sizes. */
  readonly n?: number | undefined;
  readonly runs: number;
  readonly modes: readonly ModeName[];
  /** Those that can run here: peers that are not installed are left out already. */
  readonly systems: readonly SystemName[];
  /** Whether to look for the largest N as well, which takes long. */
  readonly findsMost: boolean;
  /** Says what is being done. */
  readonly progress: (line: string) => void;
  /** Something to print and to write below the table (Markdown). */
  readonly note: (markdown: string) => void;
  /** A run that does not count, and why. The bench goes on and ends with code 1. */
  readonly reject: (what: string, reason: string) => void;
}

/** One thing that is measured. It yields a row for every run that counts. */
export interface Workload {
  readonly name: WorkloadName;
  /** What is measured and how, in a few lines of Markdown. */
  readonly about: string;
  readonly modes: readonly ModeName[];
  readonly systems: readonly SystemName[];
  /** Its processes share all cores, as they would in life. Others keep server and load apart (processor.ts). */
  readonly sharesCores?: boolean;
  run(options: RunOptions): AsyncIterable<Row>;
}

export interface Combination {
  readonly run: number;
  readonly mode: ModeName;
  readonly system: SystemName;
}

/** Every mode and system, as often as asked for; what shall be compared runs close together. */
export function* combinations({
  runs,
  modes,
  systems,
}: Pick<RunOptions, "runs" | "modes" | "systems">): Generator<Combination> {
  for (const mode of modes)
    for (let run = 1; run <= runs; run++) for (const system of systems) yield { run, mode, system };
}
