import {
  lstatSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, sep } from "node:path";
import { z } from "zod";
import { id, worldKey } from "#shared/protocol/parts.ts";
import { makeFolder } from "../make-folder.ts";
import { bootId, openFiles, startOf } from "./proc.ts";
import { wordsFd } from "./world-process.ts";

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
  port: z.int().min(1).max(65_535).optional().describe("Where it was told to listen"),
});
export type PidRecord = z.infer<typeof record>;
/** A record is far shorter. */
const mostBytes = 1024;

/** The processes of this data folder's launches, kept so that the next master finds them. */
export class Pids {
  readonly #dir: string;

  /** @param dir a folder for them and for the last words of launches */
  constructor(dir: string) {
    this.#dir = dir;
    makeFolder(dir, 0o700);
  }

  note(process_: PidRecord): void {
    const path = this.#path(process_.launch);
    writeFileSync(`${path}.new`, JSON.stringify(process_));
    renameSync(`${path}.new`, path);
  }

  forget(launch: string): void {
    rmSync(this.#path(launch), { force: true });
  }

  all(): PidRecord[] {
    const records: PidRecord[] = [];
    for (const name of readdirSync(this.#dir)) {
      if (!/\.json(\.new)?$/.test(name)) continue;
      const path = join(this.#dir, name);
      const read = record.safeParse(parse(textOf(path)));
      if (read.success && name === `${read.data.launch}.json`) records.push(read.data);
      else rmSync(path, { force: true, recursive: true });
    }
    return records;
  }

  /** Launches whose process has their file for last words open, noted or not: launch → process id. */
  search(): Map<string, number> {
    const found = new Map<string, number>();
    const dir = realpathSync(this.#dir) + sep;
    for (const [pid, path] of openFiles(wordsFd)) {
      const launch = path.startsWith(dir) && /^([\w-]+)\.words\b/.exec(path.slice(dir.length))?.[1];
      if (launch) found.set(launch, pid);
    }
    return found;
  }

  #path(launch: string): string {
    return join(this.#dir, `${launch}.json`);
  }
}

/** Can the end of a process that is no child of ours be seen here? */
export function canSee(): boolean {
  return startOf(process.pid) !== undefined;
}

/** `undefined` when it is gone, or when there is no `/proc` to prove anything by. */
export function recordOf(launch: string, world: string, pid: number, port?: number): PidRecord | undefined {
  const startedAt = startOf(pid);
  const boot = bootId();
  return startedAt === undefined || boot === undefined
    ? undefined
    : { launch, world, pid, startedAt, boot, port };
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

/** Nothing but a short file is a record. */
function textOf(path: string): string {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file?.isFile() && file.size <= mostBytes ? readFileSync(path, "utf8") : "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
