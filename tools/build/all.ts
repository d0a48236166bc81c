import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { digestOf, isFresh, stampFresh } from "./stale.ts";
import { steps } from "./steps.ts";
import type { Step } from "./steps.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Brings everything under `builds/` up to date and does nothing when it is. `force` builds it all again.
 *
 * @returns whether every step succeeded; the first that fails is the last that runs, its output shown
 */
export function buildAll({ force = false } = {}): boolean {
  return steps.every((step) => {
    const digest = digestOf(step, root);
    if (!force && isFresh(step, digest, root)) return true;
    if (!build(step)) return false;
    stampFresh(step, digest, root);
    return true;
  });
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
