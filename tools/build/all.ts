import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { digestOf, isFresh, stampFresh } from "./stale.ts";
import { steps } from "./steps.ts";
import type { Step } from "./steps.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Brings everything under `builds/` up to date and does nothing when it is. `force` builds it all again.
 *
 * @returns the names of the steps that ran; `undefined` when one failed, which ends it, its output shown
 */
export function buildAll({ force = false } = {}): string[] | undefined {
  const built: string[] = [];
  for (const step of steps) {
    const digest = digestOf(step, root);
    if (!force && isFresh(step, digest, root)) continue;
    if (!build(step)) return undefined;
    stampFresh(step, digest, root);
    built.push(step.name);
  }
  return built;
}

function build(step: Step): boolean {
  const start = performance.now();
  process.stdout.write(`Building ${step.name}… `);
  const { status, stdout, stderr } = spawnSync(process.execPath, step.command, {
    cwd: root,
    encoding: "utf8",
  });
  if (status === 0) console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
  else console.log(`failed\n\n${stdout}${stderr}`);
  return status === 0;
}

if (import.meta.main) process.exitCode = buildAll({ force: process.argv.includes("--force") }) ? 0 : 1;
