import { figureNames } from "./row.ts";
import type { FigureName, Row, SystemName } from "./row.ts";

/** The runs of one system in one situation, put together. */
export interface Summary {
  readonly system: SystemName;
  readonly runs: number;
  readonly medians: Readonly<Partial<Record<FigureName, number>>>;
}

/** One table: systems that did the same thing. */
export interface Comparison {
  readonly title: string;
  readonly figures: readonly FigureName[];
  readonly summaries: readonly Summary[];
}

const headings: Readonly<Record<FigureName, string>> = {
  cpuPercent: "CPU %",
  kBps: "kB/s per client",
  rssMB: "RSS MB",
  p50Ms: "p50 ms",
  p99Ms: "p99 ms",
  tickP99Ms: "tick p99 ms",
  hz: "Hz",
  overruns: "overruns",
  maxN: "largest N",
  deliveredPerCoreSecond: "delivered per core-second",
  connectsPerCoreSecond: "connects per core-second",
  startMs: "start ms",
  loadCpuPercent: "load CPU %",
};

/** Figures that say something about the measurement and nothing about who is better. */
const withoutRatio = new Set<FigureName>(["overruns", "hz", "loadCpuPercent"]);

/** Puts rows that may be compared side by side, in the order in which they came. */
export function compare(rows: readonly Row[]): Comparison[] {
  const groups = Map.groupBy(rows, ({ workload, mode, n, maxN }) =>
    [workload, ...(mode ? [mode] : []), maxN === undefined ? `N = ${n}` : "the largest N"].join(", "),
  );
  return [...groups].map(([title, group]) => ({
    title,
    figures: figureNames.filter((name) => group.some((row) => row[name] !== undefined)),
    summaries: [...Map.groupBy(group, ({ system }) => system)].map(([system, runs]) => ({
      system,
      runs: runs.length,
      medians: Object.fromEntries(
        figureNames.flatMap((name) => {
          const values = runs.flatMap((row) => row[name] ?? []);
          return values.length > 0 ? [[name, medianOf(values)]] : [];
        }),
      ),
    })),
  }));
}

/** A table for a page, each figure with its ratio to Portcade's in the same run. */
export function markdownOf({ title, figures, summaries }: Comparison): string {
  const [head, ...body] = cellsOf({ title, figures, summaries });
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `**${title}**`,
    "",
    line(head ?? []),
    `|${"---|".repeat(figures.length + 2)}`,
    ...body.map(line),
  ].join("\n");
}

/** The same for a terminal. */
export function textOf(comparison: Comparison): string {
  const cells = cellsOf(comparison);
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return [comparison.title, ...lines.map((line) => `  ${line.trimEnd()}`)].join("\n");
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low = Number.NaN, high = low] = [sorted[half - 1 + (sorted.length % 2)], sorted[half]];
  return (low + high) / 2;
}

function cellsOf({ figures, summaries }: Comparison): string[][] {
  const ours = summaries.find(({ system }) => system === "portcade");
  const rows = summaries.map(({ system, runs, medians }) => [
    system,
    String(runs),
    ...figures.map((name) =>
      cellOf(name, medians[name], system === "portcade" ? undefined : ours?.medians[name]),
    ),
  ]);
  return [["system", "runs", ...figures.map((name) => headings[name])], ...rows];
}

function cellOf(name: FigureName, value: number | undefined, ours: number | undefined): string {
  if (value === undefined) return "–";
  const text = numberOf(value);
  if (withoutRatio.has(name) || !ours) return text;
  return `${text} (${(value / ours).toFixed(2)}×)`;
}

function numberOf(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  return Number.isInteger(value) ? String(value) : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
