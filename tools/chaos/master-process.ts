import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { outputOf } from "./processes.ts";
import { Late } from "./wait.ts";

const ownEntry = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

export interface LogLine {
  readonly event?: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

export interface MasterOptions {
  /** The program; this checkout's own when absent. */
  readonly entry?: string | undefined;
  /** What it says is added to `.logs/chaos/<name>.log`. */
  readonly name: string;
  readonly dataDir: string;
  /** `PORTCADE_*` settings without the prefix. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** How many files it may open; the system's own bound when absent. */
  readonly openFiles?: number | undefined;
  readonly heard?: ((line: LogLine) => void) | undefined;
}

/** Kept after a run, and emptied by the next. */
export const logs = fileURLToPath(new URL("../../.logs/chaos", import.meta.url));
const kept = 4000;
/** On a machine that has much else to do. */
const endedMs = 30_000;
const reported = 5;

/** A master in a process of its own, and what it and its worlds have said last. */
export class MasterProcess {
  readonly exited: Promise<number | null>;
  /** What it and every world of it write to. */
  readonly output: string | undefined;
  readonly #child: ChildProcess;
  readonly #log: WriteStream;
  readonly #heard: ((line: LogLine) => void) | undefined;
  readonly #waiting = new Set<(line: LogLine | undefined) => void>();
  #lines: LogLine[] = [];
  #hasExited = false;
  #isAsked = false;

  constructor({ name, dataDir, settings, openFiles, heard, entry = ownEntry }: MasterOptions) {
    mkdirSync(logs, { recursive: true });
    this.#log = createWriteStream(join(logs, `${name}.log`), { flags: "a" });
    const own = Object.entries(process.env).filter(([name]) => !/^(PORTCADE|MULTI_SERVER)_/.test(name));
    const all: Record<string, string | number> = { DATA_DIR: dataDir, LOG_FORMAT: "json", ...settings };
    const given = Object.entries(all).map(([name, value]) => [`PORTCADE_${name}`, String(value)]);
    const command = [
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      entry,
      "start",
      "--keep-worlds",
    ];
    const [program = "", ...args] =
      openFiles === undefined ? command : ["sh", "-c", `ulimit -n ${openFiles}; exec "$@"`, "sh", ...command];
    this.#heard = heard;
    this.#child = spawn(program, args, {
      env: Object.fromEntries([...own, ...given]),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.output = outputOf(this.pid);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream) createInterface({ input: stream }).on("line", (line) => this.#hear(line));
    // What it said last is read before it counts as gone; its worlds keep the pipe open.
    this.exited = once(this.#child, "exit").then(async ([code]) => {
      await new Promise(setImmediate);
      this.#hasExited = true;
      for (const tell of this.#waiting) tell(undefined);
      return code as number | null;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return !this.#hasExited;
  }

  /** What it has said last, for a report. */
  get lately(): string {
    return this.#lines
      .slice(-reported)
      .map(({ msg, event }) => (msg ?? event ?? "").slice(0, 200))
      .join(" | ");
  }

  /** Whether one of its last lines fits. */
  hasSaid(fits: (line: LogLine) => boolean): boolean {
    return this.#lines.some(fits);
  }

  /** A line that fits, among the last ones or to come. @throws Late, or Error when it ends first */
  async until(fits: (line: LogLine) => boolean, what: string, withinMs = 20_000): Promise<LogLine> {
    const said = this.#lines.find(fits);
    if (said) return said;
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    const look = (line: LogLine | undefined): void => {
      if (!line) reject(new Error(`the master ended before ${what}: ${this.lately}`));
      else if (fits(line)) resolve(line);
    };
    const late = setTimeout(
      () => reject(new Late(`${what}: not within ${withinMs} ms; ${this.lately}`)),
      withinMs,
    );
    this.#waiting.add(look);
    if (this.#hasExited) look(undefined);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(look);
    }
  }

  untilEvent(event: string, withinMs?: number): Promise<LogLine> {
    return this.until((line) => line.event === event, event, withinMs);
  }

  /** What it has ended with; `running` when it has not by then. */
  async code(withinMs = endedMs): Promise<number | null | "running"> {
    const { promise, resolve } = Promise.withResolvers<"running">();
    const late = setTimeout(resolve, withinMs, "running");
    const code = await Promise.race([this.exited, promise]);
    clearTimeout(late);
    return code;
  }

  /** Whether somebody told it to end. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  signal(name: NodeJS.Signals): void {
    this.#isAsked ||= name === "SIGTERM";
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.#isAsked = true;
    this.#child.kill("SIGCONT");
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  #hear(text: string): void {
    this.#log.write(`${text}\n`);
    const line = parse(text);
    this.#lines.push(line);
    if (this.#lines.length > 2 * kept) this.#lines = this.#lines.slice(-kept);
    this.#heard?.(line);
    for (const tell of this.#waiting) tell(line);
  }
}

function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { msg: text };
  }
}
