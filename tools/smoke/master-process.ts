import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, readFileSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a master must not find in its environment: settings nobody gave here, and help a release would not have. */
const foreign = /^(PORTCADE|MULTI_SERVER|LD|NODE|npm)_/;

const checkoutCommand = [process.execPath, "server/main.ts", "start"];

/** As a person would start it; on Windows without its script, which the signals of a test would not pass. */
function releaseCommand(release: string): string[] {
  const server = join(release, "server");
  if (process.platform !== "win32") return [join(server, "portcade"), "start"];
  return [join(server, "node.exe"), join(server, "main.mjs"), "start"];
}

export interface MasterSettings {
  readonly dataDir: string;
  /** Where its output goes; worlds write through the same file. */
  readonly logFile: string;
  /** `PORTCADE_*` settings without the prefix. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** The folder a release was copied to; the master of this checkout when not given. */
  readonly release?: string | undefined;
  /** What starts the program and its arguments, such as `["nice"]`. */
  readonly by?: readonly string[] | undefined;
}

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (found: RegExpMatchArray) => void;
}

/** A real master in a process of its own, on free ports, and everything it has said so far. */
export class MasterProcess {
  readonly lines: string[] = [];
  /** When it has ended, and every process that it started: they all write to its output. */
  readonly gone: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #file: WriteStream;
  readonly #waiters = new Set<Waiter>();
  #url = "";

  /** `ready` tells when it takes connections. */
  constructor({ dataDir, logFile, settings = {}, release, by = [] }: MasterSettings) {
    const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    const all = { PORT: 0, WORLD_PORT_BASE: 0, DATA_DIR: dataDir, LOG_FORMAT: "text", ...settings };
    const given = Object.entries(all).map(([name, value]) => [`PORTCADE_${name}`, String(value)]);
    this.#file = createWriteStream(logFile, { flags: "a" });
    const [program = "", ...args] = [...by, ...(release ? releaseCommand(release) : checkoutCommand)];
    this.#child = spawn(program, args, {
      cwd: release ?? root,
      env: Object.fromEntries([...own, ...given]),
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const output of [this.#child.stdout, this.#child.stderr])
      if (output) createInterface({ input: output }).on("line", (line) => this.#hear(line));
    this.gone = once(this.#child, "close");
    this.#child.once("exit", (code, signal) => this.#hear(`MASTER_EXITED code=${code} signal=${signal}`));
  }

  /** Resolves once the master takes connections. */
  async ready(): Promise<void> {
    const [, port] = await this.until(/MASTER_READY .*\bport=(\d+)/);
    this.#url = `ws://127.0.0.1:${port}/`;
  }

  get url(): string {
    return this.#url;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The first line that matches, said already (from line `from` on) or still to come. Rejects when time is up. */
  async until(pattern: RegExp, withinMs = 20_000, from = 0): Promise<RegExpMatchArray> {
    for (const line of this.lines.slice(from)) {
      const found = line.match(pattern);
      if (found) return found;
    }
    const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
    const waiter = { pattern, resolve };
    this.#waiters.add(waiter);
    const late = setTimeout(
      () => reject(new Error(`the master did not say ${pattern} in ${withinMs} ms`)),
      withinMs,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.#waiters.delete(waiter);
    }
  }

  all(pattern: RegExp): RegExpMatchArray[] {
    return this.lines.map((line) => line.match(pattern)).filter((found) => found !== null);
  }

  /** The process of the world that runs now. */
  worldPid(key: string): number {
    return Number(this.all(new RegExp(`MASTER_WORLD_STARTED key=${key} pid=(\\d+)`)).at(-1)?.[1] ?? 0);
  }

  /** Ends as an operator would: everything is saved, every world stopped. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(late);
  }

  /** Ends as a power cut would. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  #hear(text: string): void {
    const line = stripVTControlCharacters(text);
    this.lines.push(line);
    this.#file.write(`${line}\n`);
    for (const { pattern, resolve } of this.#waiters) {
      const found = line.match(pattern);
      if (found) resolve(found);
    }
  }
}

/** Whether a process still runs; one that only waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/stat") || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
