import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Machine } from "./machine.ts";

const program = fileURLToPath(new URL("player-main.ts", import.meta.url));

/** What players have met since they came. */
export interface Met {
  /** World sockets of those who walk. */
  readonly worldSockets: number;
  /** World sockets that ended though nobody had left that world. */
  readonly lostWorldSockets: number;
  readonly lostControlSockets: number;
  /** Times a master took up a session of theirs. */
  readonly resumed: number;
  /** Made, and not made: refused, or without an answer. */
  readonly journeys: number;
  readonly refusedJourneys: number;
  /** Of the one who talks. */
  readonly linesHeard: number;
  /** From the moment somebody wants to say something until a line of theirs is heard. */
  readonly longestChatPauseMs: number;
  /** How many of them know that a newer version is out. */
  readonly updates: number;
  /** Per player. */
  readonly state: readonly string[];
  /** Per player who walks: looks at which they were. */
  readonly walked: readonly number[];
}

/** Who comes, and how. */
export interface Crowd {
  readonly machine: Machine;
  /** Its address. */
  readonly master: string;
  /** How many walk about in the first world; the first of them talks. */
  readonly walking: number;
  /** How many go from one world to another all the time. */
  readonly traveling?: number | undefined;
  /** The file of the certificate that the machine's own are signed by. */
  readonly authority: string;
  /** The folder of their packs. */
  readonly packs: string;
  /** Of their client; absent: this one. */
  readonly version?: string | undefined;
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

  /** Resolves when all of them are in a world. */
  static async enter({
    machine,
    master,
    walking,
    traveling = 0,
    version = "",
    ...files
  }: Crowd): Promise<Players> {
    const node = [process.execPath, "--disable-warning=ExperimentalWarning", program];
    const counts = [String(walking), String(traveling)];
    const [command, args] = machine.inItsNetwork(...node, master, ...counts, files.packs, version);
    const { PATH, LD_LIBRARY_PATH } = process.env;
    const players = new Players(
      spawn(command, args, {
        stdio: ["pipe", "pipe", "inherit"],
        env: { PATH, LD_LIBRARY_PATH, NODE_EXTRA_CA_CERTS: files.authority },
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

  /**
   * Does something under them. Resolves when all are back with a master, walk and have travelled, or when a world's
   * socket was lost.
   *
   * @returns what they had met before and after, and how long it took, milliseconds
   */
  async meanwhile(what: () => Promise<unknown>): Promise<{ before: Met; after: Met; ms: number }> {
    const before = await this.met();
    const start = performance.now();
    await what();
    const ms = Math.round(performance.now() - start);
    const isDone = (now: Met): boolean =>
      now.resumed >= before.resumed + now.state.length &&
      now.state.every((state) => state === "in-world" || state === "traveling" || state === "preparing") &&
      now.walked.every((count, n) => count > (before.walked[n] ?? 0)) &&
      (now.state.length === now.walked.length || now.journeys > before.journeys);
    const after = await this.until((now) => now.lostWorldSockets > before.lostWorldSockets || isDone(now));
    return { before, after, ms };
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
