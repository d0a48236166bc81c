import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "#tools/test/programs.ts";

/** The master under development, and the world processes it says it has started. */
export class DevMaster implements AsyncDisposable {
  readonly #args: readonly string[];
  readonly #worlds = new Map<string, number>();
  #child: ChildProcess | undefined;
  #isRestarting = false;
  /** Called when it ends by itself. */
  ended: (code: number) => void = () => {};

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  start(): void {
    const command = [join(root, "server/main.ts"), "start", "--log-format", "text", ...this.#args];
    // A group of its own: Ctrl-C reaches it once, through us.
    const child = spawn(process.execPath, command, {
      cwd: root,
      // Pictures are painted anew while one looks at them.
      env: { PORTCADE_NEW_PACKS: "at-once", ...process.env },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    this.#child = child;
    child.on("exit", (code) => this.#isRestarting || this.ended(code ?? 1));
    createInterface(child.stdout).on("line", (line) => {
      console.log(line);
      const { key, pid } = /MASTER_WORLD_STARTED key=(?<key>\S+) pid=(?<pid>\d+)/.exec(line)?.groups ?? {};
      if (key) this.#worlds.set(key, Number(pid));
    });
  }

  async restart(): Promise<void> {
    this.#isRestarting = true;
    await this[Symbol.asyncDispose]();
    this.#isRestarting = false;
    this.#worlds.clear();
    this.start();
  }

  /** Ends one world's process; whoever is in it comes back into a new one. */
  restartWorld(key: string): void {
    const pid = this.#worlds.get(key);
    this.#worlds.delete(key);
    try {
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    } catch {
      // It had ended by itself, as idle worlds do.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGINT");
    await exited;
  }
}
