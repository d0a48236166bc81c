import { write, writeSync } from "node:fs";
import { limits } from "#shared/limits.ts";

const retryMs = 20;
const flushRetries = 50;
const gatherMs = 10;

/**
 * A file descriptor that is written in the background: a reader that stands still must not stop the game,
 * and one that is gone must not end it. What finds no place among what waits is dropped and counted.
 */
export class Descriptor {
  readonly #fd: number;
  readonly #dropped: (count: number) => void;
  readonly #most: number;
  #lost = 0;
  #waiting: string[] = [];
  #held = 0;
  #isWriting = false;
  #isBroken = false;
  #wroteAt = -Infinity;
  #idle = Promise.withResolvers<void>();

  /**
   * @param dropped called when there is room again; may write
   * @param most characters that wait, and as many that are being written
   */
  constructor(fd: number, dropped: (count: number) => void, most: number = limits.logBufferLength) {
    this.#fd = fd;
    this.#dropped = dropped;
    this.#most = most;
    this.#idle.resolve();
  }

  write(text: string): void {
    if (this.#isBroken) return;
    if (this.#held + text.length > this.#most) return void this.#lost++;
    this.#tellLost();
    this.#waiting.push(text);
    this.#held += text.length;
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#idle = Promise.withResolvers();
    // What is written in the same turn goes out together, and in a storm whatever gathers.
    if (nowMs() - this.#wroteAt > gatherMs) setImmediate(() => this.#next());
    else setTimeout(() => this.#next(), gatherMs);
  }

  /** Resolves when everything is written, or nobody is there to read it. */
  drained(): Promise<void> {
    return this.#idle.promise;
  }

  /** Writes the rest at once; for the very end of the process. Gives up on a reader that stands still. */
  flush(): void {
    this.#tellLost();
    let rest = Buffer.from(this.#take());
    for (let tries = 0; rest.length > 0 && tries < flushRetries && !this.#isBroken;) {
      try {
        rest = rest.subarray(writeSync(this.#fd, rest));
      } catch (error) {
        if (!isBusy(error)) this.#isBroken = true;
        tries += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
      }
    }
  }

  #tellLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#dropped(lost);
  }

  #take(): string {
    const text = this.#waiting.join("");
    this.#waiting = [];
    this.#held = 0;
    return text;
  }

  #next(): void {
    const text = this.#take();
    if (text !== "" && !this.#isBroken) return this.#send(Buffer.from(text));
    this.#isWriting = false;
    this.#idle.resolve();
  }

  #send(bytes: Buffer): void {
    this.#wroteAt = nowMs();
    write(this.#fd, bytes, (error, count) => {
      if (error && isBusy(error)) return void setTimeout(() => this.#send(bytes), retryMs).unref();
      if (error) this.#isBroken = true;
      if (!error && count < bytes.length) this.#send(bytes.subarray(count));
      else if (this.#held > 0) setTimeout(() => this.#next(), gatherMs);
      else this.#next();
    });
  }
}

/** Not `performance`, which a world process would load for this alone. */
const nowMs = (): number => process.uptime() * 1000;

const isBusy = (error: unknown): boolean =>
  ["EAGAIN", "EBUSY"].includes((error as NodeJS.ErrnoException).code ?? "");
