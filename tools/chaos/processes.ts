import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes as the system tells of them. Everything here needs `/proc`. */

/** What a process writes to; every process that inherited it has the same. */
export function outputOf(pid: number): string | undefined {
  return read(() => readlinkSync(`/proc/${pid}/fd/1`));
}

/** Every process that writes to one of these outputs, and its command line. */
export function writersTo(outputs: ReadonlySet<string>): { pid: number; command: string }[] {
  const found = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) continue;
    const output = outputOf(pid);
    if (output !== undefined && outputs.has(output) && isAlive(pid))
      found.push({ pid, command: commandOf(pid) });
  }
  return found;
}

/** Whether it runs; one that only waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  const state = read(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return state !== undefined && !/\) [ZX] /.test(state);
}

/** How many files and sockets it has open. */
export function openFiles(pid: number): number {
  return read(() => readdirSync(`/proc/${pid}/fd`).length) ?? 0;
}

/** For how long its main thread has been ready to run and had no processor; 0 where the system does not say. */
export function waitedMs(pid: number): number {
  const [, waited = 0] = (read(() => readFileSync(`/proc/${pid}/schedstat`, "utf8")) ?? "").split(" ");
  return Number(waited) / 1e6;
}

/** Does nothing to a process that is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  return read(() => process.kill(pid, name)) ?? false;
}

function commandOf(pid: number): string {
  return (read(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "").replaceAll("\0", " ").trim();
}

function read<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
