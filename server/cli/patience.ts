import { showDuration } from "./duration.ts";

const beatMs = 1000;
const wipe = "\r\u001B[K";

/** Lines for whoever waits for them; for who looks on, the last one says for how long there has been no news. */
export class Patience implements Disposable {
  readonly #out: Pick<NodeJS.WriteStream, "write">;
  readonly #beat: NodeJS.Timeout | undefined;
  #seconds = 0;

  constructor(out: Pick<NodeJS.WriteStream, "write">, isWatched: boolean) {
    this.#out = out;
    if (isWatched) this.#beat = setInterval(() => this.#tick(), beatMs);
  }

  say(line: string): void {
    this.#out.write(`${this.#wipe()}${line}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    const left = this.#wipe();
    if (left !== "") this.#out.write(left);
  }

  #tick(): void {
    this.#seconds++;
    this.#out.write(`${wipe}… ${showDuration(this.#seconds * beatMs)}`);
  }

  #wipe(): string {
    const left = this.#seconds > 0 ? wipe : "";
    this.#seconds = 0;
    return left;
  }
}
