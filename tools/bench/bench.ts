import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BadArguments, parseBenchArguments, usage, whyNotWritten } from "./arguments.ts";
import type { BenchArguments } from "./arguments.ts";
import { machineLine } from "./machine.ts";
import { findSystems, peerVersions } from "./peers.ts";
import { canPin, loadCore, stayOn } from "./processor.ts";
import { faultOf } from "./row.ts";
import type { Row } from "./row.ts";
import { writeSection } from "./section.ts";
import { compare, markdownOf, textOf } from "./table.ts";
import type { Workload } from "./workload.ts";
import { workloads } from "./workloads.ts";

const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const badArgumentsCode = 14;

/** Runs what was asked for; resolves to the exit code: 1 when a run did not count. */
async function bench(asked: BenchArguments): Promise<number> {
  const machine = machineLine();
  console.log(machine);
  if (!canPin) console.log("No taskset: server and load share the cores, so compare with care.");
  const all: Row[] = [];
  let rejected = 0;
  for (const workload of workloads.filter(({ name }) => asked.only?.includes(name) ?? true)) {
    const result = await measure(workload, asked);
    all.push(...result.rows);
    rejected += result.rejected;
    const comparisons = compare(result.rows);
    for (const comparison of comparisons) console.log(`\n${textOf(comparison)}`);
    for (const note of result.notes) console.log(`\n${note}`);
    const why = result.rejected > 0 ? "a run did not count" : whyNotWritten(asked);
    if (why !== undefined || result.rows.length === 0)
      console.log(`\ndocs/benchmarks.md is not written: ${why ?? "nothing was measured"}.`);
    else writeSection(page, workload.name, sectionOf(workload, machine, result), "Benchmarks");
    // After each, so that whoever ends a long run keeps what it has measured.
    if (asked.json !== undefined) writeFileSync(asked.json, `${JSON.stringify(all, undefined, 1)}\n`);
  }
  if (rejected > 0) console.log(`\n${rejected} of the runs did not count.`);
  if (all.length === 0) console.log("\nNothing was measured.");
  return rejected > 0 || all.length === 0 ? 1 : 0;
}

interface Result {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  readonly rejected: number;
}

async function measure(workload: Workload, asked: BenchArguments): Promise<Result> {
  const start = performance.now();
  const progress = (line: string): void =>
    console.log(
      `${((performance.now() - start) / 1000).toFixed(0).padStart(5)} s  ${workload.name}: ${line}`,
    );
  const systemsAsked = workload.systems.filter((name) => asked.systems?.includes(name) ?? true);
  const { systems, missing } = findSystems(systemsAsked, progress);
  const modes = workload.modes.filter((name) => asked.modes?.includes(name) ?? true);
  const rows: Row[] = [];
  const notes = [...missing];
  let rejected = 0;
  const reject = (what: string, reason: string): void => {
    rejected++;
    progress(`${what} does not count: ${reason}`);
  };
  if (systems.length === 0 || (modes.length === 0 && workload.modes.length > 0)) {
    progress("nothing of what was asked for");
    return { rows, notes, rejected };
  }
  stayOn(workload.sharesCores === true ? undefined : loadCore);
  const { n, runs } = asked;
  // What the page shows is complete.
  const findsMost = asked.findsMost || whyNotWritten(asked) === undefined;
  const note = (markdown: string): void => void notes.push(markdown);
  try {
    for await (const row of workload.run({ n, runs, modes, systems, findsMost, progress, note, reject })) {
      const fault = faultOf(row);
      if (fault === undefined) rows.push(row);
      else reject(nameOf(row), fault);
      progress(`${nameOf(row)}: ${JSON.stringify(row)}`);
    }
  } catch (error) {
    // The other workloads are not to blame.
    reject("the rest of it", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { rows, notes, rejected };
}

function nameOf({ mode, system, n }: Row): string {
  return [system, ...(mode ? [mode] : []), `N = ${n}`].join(", ");
}

function sectionOf(workload: Workload, machine: string, { rows, notes }: Result): string {
  const heading = workload.name.replaceAll("-", " ").replace(/^./, (letter) => letter.toUpperCase());
  const command = `\`npm run bench -- --only ${workload.name}\` writes this section.`;
  const tables = compare(rows).map(markdownOf);
  const peers = peerVersions(rows.map(({ system }) => system));
  return [
    `## ${heading}`,
    `${[machine, ...peers].join(", ")}. ${command}`,
    workload.about,
    ...tables,
    ...notes,
  ].join("\n\n");
}

try {
  process.exitCode = await bench(parseBenchArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof BadArguments)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = badArgumentsCode;
}
