import type { ChildProcess } from "node:child_process";
import { loadCore, startOn } from "./processor.ts";
import { stop } from "./world-move/server-under-test.ts";

/** What a load generator says: how far it is, with whatever it has found. */
export interface LoadNews {
  readonly type: string;
}

/** A load generator in a process of its own, on the load's core. It says something, waits for a word, goes on. */
export class LoadProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #said: LoadNews[] = [];
  #wake = (): void => {};

  constructor(program: string, order: object) {
    this.#child = startOn(loadCore, process.execPath, [program, JSON.stringify(order)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child.on("message", (message) => this.#hear(message as LoadNews));
    this.#child.once("exit", () => this.#hear({ type: "gone" }));
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /** The next news. @throws when it is something else */
  async hear<T extends LoadNews>(type: T["type"]): Promise<T> {
    while (this.#said.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const news = this.#said.shift();
    if (news?.type === "failed" && "reason" in news) throw new Error(String(news.reason));
    if (news?.type !== type) throw new Error(`the load generator says ${news?.type} and not ${type}`);
    return news as T;
  }

  goOn(order: object = {}): void {
    this.#child.send(order);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stop(this.#child);
  }

  #hear(news: LoadNews): void {
    this.#said.push(news);
    this.#wake();
  }
}

/** The generator's side: tells the bench, then waits for its word. */
export async function report<T = unknown>(news: LoadNews): Promise<T> {
  const word = new Promise<T>((resolve) => process.once("message", (message) => resolve(message as T)));
  process.send?.(news);
  return word;
}
