import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { id, worldKey } from "#shared/protocol/parts.ts";

/**
 * A process by more than its number, which the system gives to another one some day: with the moment it
 * started and the boot of the machine it is itself or nobody.
 */
const record = z.strictObject({
  launch: id,
  world: worldKey,
  pid: z.int().min(2),
  startedAt: z.string().max(32).describe("Clock ticks after boot, as the kernel counts"),
  boot: z.string().max(64),
});
export type PidRecord = z.infer<typeof record>;

/** The processes of this data folder's launches, kept so that the next master finds them. */
export class Pids {
  readonly #dir: string;

  /** @param dir a folder of its own */
  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  /** Without `/proc` nothing can be proven about a process later, so nothing is noted. */
  note(launch: string, world: string, pid: number): void {
    const startedAt = startOf(pid);
    const boot = bootId();
    if (startedAt === undefined || boot === undefined) return;
    const path = this.#path(launch);
    writeFileSync(`${path}.new`, JSON.stringify({ launch, world, pid, startedAt, boot } satisfies PidRecord));
    renameSync(`${path}.new`, path);
  }

  forget(launch: string): void {
    rmSync(this.#path(launch), { force: true });
  }

  all(): PidRecord[] {
    const records: PidRecord[] = [];
    for (const name of readdirSync(this.#dir)) {
      const read = record.safeParse(parse(readFileSync(join(this.#dir, name), "utf8")));
      if (read.success && name === `${read.data.launch}.json`) records.push(read.data);
      else rmSync(join(this.#dir, name), { force: true });
    }
    return records;
  }

  #path(launch: string): string {
    return join(this.#dir, `${launch}.json`);
  }
}

/** Does exactly this process still run? */
export function isAlive({ pid, startedAt, boot }: PidRecord): boolean {
  return boot === bootId() && startedAt === startOf(pid);
}

/** Ends exactly this process; a stranger with its number is left alone. */
export function killRecorded(process_: PidRecord): void {
  if (!isAlive(process_)) return;
  try {
    process.kill(process_.pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}

/** `undefined` when there is no such process, or only its remains. */
function startOf(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field is the command in brackets and may itself hold spaces and brackets.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields?.[0];
  return state === "Z" || state === "X" ? undefined : fields?.[19];
}

function bootId(): string | undefined {
  return readProc("/proc/sys/kernel/random/boot_id")?.trim();
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
