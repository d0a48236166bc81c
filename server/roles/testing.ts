import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TestPlayer } from "./testing-player.ts";

const entry = fileURLToPath(new URL("../main.ts", import.meta.url));
const testSettings = {
  PORTCADE_PORT: "0",
  PORTCADE_WORLD_PORT_BASE: "0",
  PORTCADE_LOG_FORMAT: "json",
  PORTCADE_LOG_LEVEL: "debug",
};

export interface LogLine {
  readonly event?: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

type Wanted = string | ((line: LogLine) => boolean);

/** A real master, started as a person would, in a folder of its own; everything is waited for in its log. */
export class TestMaster {
  readonly process: ChildProcess;
  readonly dataDir: string;
  readonly lines: LogLine[] = [];
  /** Everything it and its worlds wrote, as it was written. */
  output = "";
  readonly exited: Promise<number | null>;
  /** When it has ended, and every process that it started and that shares its output. */
  readonly gone: Promise<unknown>;
  port = 0;
  #wake = Promise.withResolvers<void>();
  #hasExited = false;

  private constructor(
    settings: Readonly<Record<string, string>>,
    dataDir: string,
    args: readonly string[],
    program = entry,
  ) {
    this.dataDir = dataDir;
    const { PATH, LD_LIBRARY_PATH } = process.env;
    this.process = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
      env: { PATH, LD_LIBRARY_PATH, ...testSettings, PORTCADE_DATA_DIR: dataDir, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      if (stream) createInterface({ input: stream }).on("line", (line) => this.#hear(line));
    this.gone = once(this.process, "close");
    this.exited = once(this.process, "exit").then(([code]) => {
      this.#hasExited = true;
      this.#stir();
      return code as number | null;
    });
  }

  /** Resolves when it is ready for players. */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    dataDir = mkdtempSync(join(tmpdir(), "portcade-master-")),
    args: readonly string[] = [],
    program = entry,
  ): Promise<TestMaster> {
    const master = new TestMaster(settings, dataDir, args, program);
    const ready = await master.until("master.ready");
    master.port = Number(ready["port"]);
    return master;
  }

  /** One that is not expected to come up. */
  static refuse(settings: Readonly<Record<string, string>>, args: readonly string[] = []): TestMaster {
    return new TestMaster(settings, mkdtempSync(join(tmpdir(), "portcade-master-")), args);
  }

  get scheme(): string {
    return this.lines.some(({ msg }) => msg?.includes("public_master_url=wss:")) ? "wss" : "ws";
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}/`;
  }

  /** A line that fits, at or after number `from`; waits for it. */
  async until(wanted: Wanted, from = 0): Promise<LogLine> {
    const fits = typeof wanted === "string" ? (line: LogLine) => line.event === wanted : wanted;
    for (let next = from; ; next++) {
      while (next >= this.lines.length) {
        if (this.#hasExited) throw new Error(`ended before ${String(wanted)}:\n${this.output.slice(-4000)}`);
        await this.#wake.promise;
      }
      const line = this.lines[next] as LogLine;
      if (fits(line)) return line;
    }
  }

  /** A marker line by its beginning, such as `MASTER_WORLD_STOPPED key=hub`. */
  untilMarker(text: string, from = 0): Promise<LogLine> {
    return this.until(({ msg }) => msg?.startsWith(text) ?? false, from);
  }

  /** Until a save that is surely newer than what the player did last. */
  async untilSaved(player: TestPlayer): Promise<void> {
    const id = `session:${String(player.welcome["session"])}`;
    for (let n = 0; n < 2; n++)
      await this.until((line) => line["id"] === id && line["input"] === "saved", this.lines.length);
  }

  /** The process id of the newest launch of a world. */
  pidOf(world: string): number {
    const line = this.lines.findLast((line) => line.event === "host.launched" && line["world"] === world);
    if (!line) throw new Error(`${world} was never launched`);
    return line["pid"] as number;
  }

  player(version?: string): Promise<TestPlayer> {
    return TestPlayer.connect(this.url, version === undefined ? {} : { version });
  }

  /** Asks it to stop as Ctrl-C does. */
  stop(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    this.process.kill(signal);
    return this.exited;
  }

  /** Ends it and every process it started, whatever state they are in; the folder goes too. */
  async end(): Promise<void> {
    if (!this.#hasExited) this.process.kill("SIGKILL");
    await this.exited;
    for (const { event, pid } of this.lines) if (event === "host.launched") kill(pid as number);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #hear(text: string): void {
    this.output += `${text}\n`;
    this.lines.push(parse(text));
    this.#stir();
  }

  #stir(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** Remains that nobody has fetched yet run no more. */
export function isRunning(pid: number): boolean {
  const [state] = statOf(pid) ?? ["Z"];
  return state !== "Z";
}

/** World processes that this master started and that still are its children; spares too. */
export function childrenOf(master: TestMaster): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter(
      (pid) => Number.isInteger(pid) && isRunning(pid) && Number(statOf(pid)?.[1]) === master.process.pid,
    );
}

/** Its process group: signals of a terminal go to a whole group. */
export function groupOf(pid: number): number {
  return Number(statOf(pid)?.[2]);
}

/** State, parent, group and the rest of what the system says of a process. */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { msg: text };
  }
}
