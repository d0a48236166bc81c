import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What the kernel tells of processes; where it has no `/proc`, nothing. */

/** When a process started, in clock ticks after boot; `undefined` when there is none, or only its remains. */
export function startOf(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field is the command in brackets and may itself hold spaces and brackets.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields?.[0];
  return state === "Z" || state === "X" ? undefined : fields?.[19];
}

let boot: string | undefined;

/** Of this boot of the machine; we do not outlive it. */
export function bootId(): string | undefined {
  return (boot ??= readProc("/proc/sys/kernel/random/boot_id")?.trim());
}

/** What every process of ours has open under this number: process id → path. A file that was removed says so itself. */
export function openFiles(fd: number): Map<number, string> {
  const found = new Map<number, string>();
  for (const pid of pids()) {
    const path = attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    if (path !== undefined) found.set(pid, path);
  }
  return found;
}

function pids(): number[] {
  return (attempt(() => readdirSync("/proc")) ?? []).map(Number).filter(Number.isInteger);
}

function readProc(path: string): string | undefined {
  return attempt(() => readFileSync(path, "utf8"));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
