import { machines } from "#core/machines.ts";
import type { Report } from "./report.ts";

export interface Breach {
  readonly seed: number;
  /** A law's id, or `defect`: the code under test threw. */
  readonly law: string;
  /** Virtual milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** What many universes came to. It adds up and crosses threads. */
export interface Tally {
  universes: number;
  virtualMs: number;
  events: number;
  readonly counts: Map<string, number>;
  /** In how many universes it happened at all. */
  readonly spread: Map<string, number>;
  /** Table cells reached, and inputs no cell was for, by how often. */
  readonly cells: Map<string, number>;
  readonly strays: Map<string, number>;
  readonly breaches: Breach[];
}

export function emptyTally(): Tally {
  return {
    universes: 0,
    virtualMs: 0,
    events: 0,
    counts: new Map(),
    spread: new Map(),
    cells: new Map(),
    strays: new Map(),
    breaches: [],
  };
}

export function addReport(tally: Tally, report: Report): void {
  const { seed, violations, virtualMs, events, counts, cells, strays } = report;
  const breaches = violations.map((violation) => ({ seed, ...violation }));
  const spread = new Map(Array.from(counts.keys(), (what) => [what, 1]));
  add(tally, { universes: 1, virtualMs, events, counts, spread, cells, strays, breaches });
}

type Sums = Pick<Report, "counts" | "cells" | "strays">;

export function add(tally: Tally, more: Omit<Tally, keyof Sums> & Sums): void {
  tally.universes += more.universes;
  tally.virtualMs += more.virtualMs;
  tally.events += more.events;
  for (const name of ["counts", "spread", "cells", "strays"] as const)
    for (const [what, count] of more[name]) tally[name].set(what, (tally[name].get(what) ?? 0) + count);
  tally.breaches.push(...more.breaches);
}

/** How often something happened. */
export function total({ counts }: Pick<Tally, "counts">, what: string): number {
  return counts.get(what) ?? 0;
}

/** In which share of all universes something happened (0–1). */
export function shareOf({ spread, universes }: Pick<Tally, "spread" | "universes">, what: string): number {
  return (spread.get(what) ?? 0) / universes;
}

/** Every cell of every table: `kind.phase.input`. */
const knownCells: readonly string[] = Object.entries(machines).flatMap(([kind, { table }]) =>
  Object.entries(table as Record<string, object>).flatMap(([phase, row]) =>
    Object.keys(row).map((input) => `${kind}.${phase}.${input}`),
  ),
);

/** How much of the tables was reached (0–1), and the cells that were not: untested workload or dead code. */
export function coverage({ cells }: Pick<Tally, "cells">): { share: number; missed: readonly string[] } {
  const missed = knownCells.filter((cell) => !cells.has(cell));
  return { share: (knownCells.length - missed.length) / knownCells.length, missed };
}
