import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Answer } from "./orders.ts";

/** A connection that says `text` and remembers every answer; `closed` when the last one has come. */
export class Caller {
  readonly socket: Socket;
  readonly heard: Answer[] = [];
  readonly closed: Promise<unknown>;
  #wake = Promise.withResolvers<void>();

  constructor(path: string, text: string) {
    this.socket = createConnection(path);
    this.closed = new Promise((closed) => this.socket.once("close", closed));
    this.socket.on("error", () => {}).write(text);
    const lines = createInterface({ input: this.socket }).on("error", () => {});
    lines.on("line", (line) => {
      this.heard.push(JSON.parse(line) as Answer);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    });
  }

  async until(type: Answer["type"]): Promise<Answer> {
    for (;;) {
      const found = this.heard.find((answer) => answer.type === type);
      if (found) return found;
      await this.#wake.promise;
    }
  }

  async all(): Promise<Answer[]> {
    await this.closed;
    return this.heard;
  }
}
