import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, mkdtempSync, readFileSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LogLine } from "./testing.ts";

const entry = fileURLToPath(new URL("../main.ts", import.meta.url));
/** One master after the other, each with the sockets and its own process id, as a service manager would. */
const script = `while read -r _; do sh -c 'LISTEN_PID=$$ exec "$@"' sh "$@" </dev/null; echo '{"event":"launcher.ended"}'; done`;

/** Holds listening sockets and accepts nothing; starts masters on them when it is told to. */
export class Launcher {
  readonly dataDir: string;
  readonly port: number;
  readonly lines: LogLine[] = [];
  readonly #shell: ChildProcess;
  #wake = Promise.withResolvers<void>();

  private constructor(dataDir: string, port: number, fds: readonly number[]) {
    this.dataDir = dataDir;
    this.port = port;
    const { PATH, LD_LIBRARY_PATH } = process.env;
    const command = [
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      entry,
      "start",
      "--keep-worlds",
    ];
    this.#shell = spawn("sh", ["-c", script, "sh", ...command], {
      env: {
        PATH,
        LD_LIBRARY_PATH,
        LISTEN_FDS: String(fds.length),
        LISTEN_FDNAMES: "public:launches",
        PORTCADE_DATA_DIR: dataDir,
        PORTCADE_WORLD_PORT_BASE: "0",
        PORTCADE_LOG_FORMAT: "json",
      },
      stdio: ["pipe", "pipe", "inherit", ...fds],
    });
    if (this.#shell.stdout)
      createInterface({ input: this.#shell.stdout }).on("line", (line) => this.#hear(line));
  }

  static async open(): Promise<Launcher> {
    const dataDir = mkdtempSync(join(tmpdir(), "portcade-launcher-"));
    const path = join(dataDir, "held.sock");
    const open = createServer().listen(0, "127.0.0.1");
    const launches = createServer().listen(path);
    await Promise.all([once(open, "listening"), once(launches, "listening")]);
    const { port } = open.address() as AddressInfo;
    const launcher = new Launcher(dataDir, port, [open, launches].map(descriptorOf));
    // Closing ours takes the file away; the socket behind it is the launcher's too.
    linkSync(path, `${path}.kept`);
    await Promise.all([open, launches].map((server) => once(server.close(), "close")));
    renameSync(`${path}.kept`, path);
    return launcher;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** Names the sockets it holds as the kernel does. */
  get sockets(): string[] {
    return [3, 4].map((fd) => readlinkSync(`/proc/${this.#shell.pid}/fd/${fd}`));
  }

  /** Starts the next master; the one before must be gone. Resolves to where its lines begin, when it is ready. */
  async start(): Promise<number> {
    const from = this.lines.length;
    this.#shell.stdin?.write("\n");
    await this.until("master.ready", from);
    return from;
  }

  /** Resolves when the master has ended. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    const from = this.lines.length;
    this.#signal(signal);
    await this.until("launcher.ended", from);
  }

  async until(event: string, from = 0): Promise<LogLine> {
    for (let next = from; ; next++) {
      while (next >= this.lines.length) await this.#wake.promise;
      const line = this.lines[next] as LogLine;
      if (line.event === event) return line;
    }
  }

  /** Worlds are the caller's to end. */
  async end(): Promise<void> {
    const isRunning = this.lines.findLast(
      ({ event }) => event === "master.ready" || event === "launcher.ended",
    );
    if (isRunning?.event === "master.ready") this.#signal("SIGKILL");
    this.#shell.stdin?.end();
    await once(this.#shell, "exit");
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #signal(signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(join(this.dataDir, "master.pid"), "utf8")), signal);
  }

  #hear(text: string): void {
    this.lines.push(JSON.parse(text) as LogLine);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** Node keeps it to itself, but has had it under this name ever since. */
function descriptorOf(server: Server): number {
  return (Reflect.get(server, "_handle") as { fd: number }).fd;
}
