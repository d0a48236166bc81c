import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { finished } from "node:stream/promises";
import { stripVTControlCharacters } from "node:util";
import { findChromium } from "./chromium.ts";
import { judge, none, sum, totalsLine } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { root } from "./programs.ts";
import { allStages, browserReport, deployStage, logs } from "./stages.ts";
import type { Stage } from "./stages.ts";

const stageMs = 30 * 60_000;
/** Programs draw for a terminal only when they write to one. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  NO_COLOR: "1",
  FORCE_COLOR: "0",
  PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport,
};

/** Runs a stage with its output in a log; what failed is shown. */
async function runStage(stage: Stage, maySkip: boolean): Promise<Counts> {
  const start = performance.now();
  process.stdout.write(named(stage.name));
  const log = join(logs, `${stage.name.replaceAll(/[ :]/g, "-")}.log`);
  if (stage.report) rmSync(stage.report.file, { force: true });
  const code = await execute(stage, log);
  const counts = judge(readCounts(stage, code), code, maySkip);
  const { failed, skipped } = counts;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001B[K${named(stage.name)}`);
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  console.log(`${totalsLine(counts)}${skipped ? `, ${skipped} skipped` : ""} (${took})`);
  if (failed > 0)
    console.log(`\n${lastOf(readFileSync(log, "utf8"))}\n(all of it: ${relative(root, log)})\n`);
  return counts;
}

/** On a terminal, the last line of a stage stands beside its name while it runs. */
function showProgress(name: string, chunk: Buffer): void {
  const { isTTY, columns } = process.stdout;
  const line = stripVTControlCharacters(chunk.toString()).trimEnd().split("\n").at(-1)?.trim() ?? "";
  if (isTTY && line !== "")
    process.stdout.write(`\r\u001B[K${named(name)}${line.slice(0, Math.max(0, columns - 30))}`);
}

const named = (name: string): string => `${name.padEnd(28, " ")} `;

async function execute({ name, command }: Stage, log: string): Promise<number | null> {
  const file = createWriteStream(log);
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(file, { end: false });
    stream.on("data", (chunk: Buffer) => showProgress(name, chunk));
  }
  const late = setTimeout(() => {
    file.write(`\nStopped: not finished after ${stageMs / 60_000} minutes.\n`);
    child.kill("SIGKILL");
  }, stageMs);
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  clearTimeout(late);
  file.end();
  await finished(file);
  return code;
}

/** A stage without a report is one test; one whose report is missing has failed. */
function readCounts({ report }: Stage, code: number | null): Counts {
  if (!report) return code === 0 ? { ...none, passed: 1 } : { ...none, failed: 1 };
  try {
    return report.counts(JSON.parse(readFileSync(report.file, "utf8")));
  } catch {
    return { ...none, failed: 1 };
  }
}

function lastOf(output: string): string {
  const lines = output.trimEnd().split("\n");
  return lines.slice(-120).join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const isQuick = args.includes("--quick");
  const names = args.filter((arg) => !arg.startsWith("-"));
  const known = [...allStages(), ...(args.includes("--deploy") ? [deployStage] : [])];
  const stages = known.filter(
    (stage) =>
      (stage.isQuick || !isQuick) && (names.length === 0 || names.some((name) => stage.name.includes(name))),
  );
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const chromium = stages.some(({ needsBrowser }) => needsBrowser) ? findChromium() : undefined;
  if (chromium && "path" in chromium) environment["PORTCADE_CHROMIUM"] = chromium.path;
  const all: Counts[] = [];
  for (const stage of stages) {
    if (stage.needsBrowser && chromium && "advice" in chromium) {
      console.log(`${named(stage.name)}not run. ${chromium.advice}`);
      all.push({ ...none, failed: 1 });
    } else all.push(await runStage(stage, process.env["CI"] !== "true"));
  }
  const totals = sum(all);
  if (stages.length === 0) console.log(`No stage is called ${names.join(" or ")}.`);
  console.log(`\n${totalsLine(totals)}`);
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
