import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { digestOf, isFresh, stampFresh } from "./stale.ts";
import { checkoutSteps } from "./steps.ts";
import type { Step } from "./steps.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Brings what a checkout runs from under `builds/` up to date, and does nothing when it is.
 *
 * @returns the names of the steps that ran; `undefined` when one failed, which ends it, its output shown
 */
export function buildAll(): string[] | undefined {
  const built: string[] = [];
  for (const step of checkoutSteps({ outDir: join(root, "builds"), hasMaps: false })) {
    const digest = digestOf(step, root);
    if (isFresh(step, digest, root)) continue;
    if (runStep(step) === undefined) return undefined;
    stampFresh(step, digest, root);
    built.push(step.name);
  }
  return built;
}

/** @returns what the step printed; `undefined` when it failed, its output shown */
export function runStep(step: Step): string | undefined {
  const start = performance.now();
  process.stdout.write(`Building ${step.name}… `);
  const { status, stdout, stderr } = spawnSync(process.execPath, step.command, {
    cwd: root,
    encoding: "utf8",
  });
  if (status === 0) console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
  else console.log(`failed\n\n${stdout}${stderr}`);
  return status === 0 ? stdout : undefined;
}

if (import.meta.main) process.exitCode = buildAll() ? 0 : 1;
