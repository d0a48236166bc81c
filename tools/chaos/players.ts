import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Dropped, FromDriver, FromPlayer, Order, Sight, Status } from "./orders.ts";

const program = fileURLToPath(new URL("./player-main.ts", import.meta.url));

export interface PlayersOptions {
  readonly count: number;
  readonly processes: number;
  readonly seed: number;
  readonly changed?: (status: Status) => void;
  readonly dropped: (dropped: Dropped) => void;
  readonly fault: (bot: number, text: string) => void;
}

interface Waiter {
  resolve(sight: Sight | undefined): void;
  reject(error: Error): void;
}

/** Players in processes of their own, as the driver sees and moves them. They are numbered from 0. */
export class Players implements AsyncDisposable {
  readonly count: number;
  readonly statuses = new Map<number, Status>();
  readonly #options: PlayersOptions;
  readonly #children: readonly ChildProcess[];
  readonly #waiting = new Map<number, Waiter>();
  #lastId = 0;
  #isOver = false;

  constructor(options: PlayersOptions) {
    this.#options = options;
    this.count = options.count;
    this.#children = Array.from({ length: options.processes }, () => this.#start());
  }

  get numbers(): number[] {
    return Array.from({ length: this.count }, (_, number) => number);
  }

  /** Of the processes they play in. */
  get pids(): number[] {
    return this.#children.map(({ pid }) => pid ?? 0);
  }

  /** Resolves when it is done. @throws when it cannot be */
  async order(bot: number, order: Order): Promise<Sight | undefined> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Sight | undefined>();
    this.#waiting.set(id, { resolve, reject });
    const child = this.#children[bot % this.#children.length] as ChildProcess;
    child.send({ id, bot, ...order } satisfies FromDriver, (error) => error && reject(error));
    return promise.finally(() => this.#waiting.delete(id));
  }

  all(order: Order): Promise<(Sight | undefined)[]> {
    return Promise.all(this.numbers.map((bot) => this.order(bot, order)));
  }

  async look(bot: number): Promise<Sight> {
    const sight = await this.order(bot, { do: "look" });
    if (!sight) throw new Error(`player ${bot} sees nothing`);
    return sight;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await exited;
      }),
    );
  }

  #start(): ChildProcess {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", program, String(this.#options.seed)],
      {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      },
    );
    child.on("message", (message) => this.#hear(message as FromPlayer));
    child.once("exit", () => this.#gone());
    return child;
  }

  #hear(message: FromPlayer): void {
    switch (message.type) {
      case "status":
        this.statuses.set(message.status.bot, message.status);
        return this.#options.changed?.(message.status);
      case "dropped":
        return this.#options.dropped(message.dropped);
      case "fault":
        return this.#options.fault(message.bot, message.text);
      case "done":
        return this.#waiting.get(message.id)?.resolve(message.sight);
      case "failed":
        return this.#waiting.get(message.id)?.reject(new Error(message.reason));
    }
  }

  #gone(): void {
    if (!this.#isOver) this.#options.fault(-1, "a process of players ended by itself");
    for (const waiter of this.#waiting.values()) waiter.reject(new Error("the player's process is gone"));
  }
}
