import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { availableParallelism } from "node:os";

export const serverCore = 0;
export const loadCore = 1;

const coreCount = availableParallelism();

/** Whether processes can be kept on a core: `taskset` is there, and there are two cores. */
export const canPin = coreCount > 1 && spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0;

/** Starts a program on one core, or anywhere when processes cannot be kept on one. */
export function startOn(
  core: number,
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  // `taskset` becomes the program: the process id is the program's own.
  return canPin
    ? spawn("taskset", ["--cpu-list", String(core), command, ...args], options)
    : spawn(command, args, options);
}

/** Keeps this process, which has little to do, on one core; `undefined` lets it and its children roam again. */
export function stayOn(core: number | undefined): void {
  const cores = core === undefined ? `0-${coreCount - 1}` : String(core);
  if (canPin) spawnSync("taskset", ["--all-tasks", "--cpu-list", "--pid", cores, String(process.pid)]);
}
