import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Machine } from "./machine.ts";

const program = fileURLToPath(new URL("player-main.ts", import.meta.url));

/** What players have met since they came. */
export interface Met {
  /** World sockets opened, and those that ended. */
  readonly worldSockets: number;
  readonly lostWorldSockets: number;
  readonly lostControlSockets: number;
  /** Times a master took up a session of theirs. */
  readonly resumed: number;
  /** Per player. */
  readonly state: readonly string[];
  /** Per player: looks at which they were walking. */
  readonly walked: readonly number[];
}

/** Players in the network of a machine. */
export class Players implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #told: Met[] = [];
  #wake = Promise.withResolvers<void>();

  private constructor(child: ChildProcess) {
    this.#process = child;
    if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
    child.once("exit", () => this.#wake.reject(new Error("the players have gone")));
    this.#wake.promise.catch(() => {});
  }

  /**
   * Resolves when all of them walk.
   *
   * @param authority the certificate that the machine's own are signed by
   */
  static async enter(
    machine: Machine,
    master: string,
    count: number,
    authority: string,
    packs: string,
  ): Promise<Players> {
    const node = [process.execPath, "--disable-warning=ExperimentalWarning", program];
    const [command, args] = machine.inItsNetwork(...node, master, String(count), packs);
    const { PATH, LD_LIBRARY_PATH } = process.env;
    const players = new Players(
      spawn(command, args, {
        stdio: ["pipe", "pipe", "inherit"],
        env: { PATH, LD_LIBRARY_PATH, NODE_EXTRA_CA_CERTS: authority },
      }),
    );
    await players.until(() => true);
    return players;
  }

  /** What they have met until now. */
  met(): Promise<Met> {
    const from = this.#told.length;
    this.#process.stdin?.write("\n");
    return this.until(() => true, from);
  }

  /** The first of what they tell, from number `from` on, that fits. */
  async until(fits: (met: Met) => boolean, from = 0): Promise<Met> {
    for (let next = from; ; next++) {
      while (next >= this.#told.length) await this.#wake.promise;
      const met = this.#told[next] as Met;
      if (fits(met)) return met;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.stdin?.end();
    await once(this.#process, "exit");
  }

  #hear(line: string): void {
    if (!line.startsWith("{")) return;
    this.#told.push(JSON.parse(line) as Met);
    const { resolve } = this.#wake;
    this.#wake = Promise.withResolvers();
    this.#wake.promise.catch(() => {});
    resolve();
  }
}
