import { hash } from "node:crypto";
import type { Nature } from "#engine/ports.ts";
import type { Secret } from "#shared/machine.ts";
import { beatMs, type Clock, LoopClock } from "./loop-clock.ts";
import { RandomPool } from "./random-pool.ts";

/** Node's timers hold no more. */
const timerMaxMs = 2 ** 31 - 1;
const digits = "0123456789abcdefghijklmnopqrstuv";
/** Of an id: the milliseconds (they come round after a year), and then luck. */
const timeDigits = 7;
const luckDigits = 13;
const secretBytes = 32;

/** What one master leaves out, the next does too: the deadlines it reads are on the same clock. */
export interface LeftOut {
  readonly leftOutMs: number;
  keepLeftOut(ms: number): void;
}

/** CLOCK_MONOTONIC, which all processes of one boot share. */
export const machineClock: Clock = {
  now: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
};

/**
 * Time and luck of this machine. The clock stands still while the event loop does: whatever was said meanwhile lies
 * unread in the sockets, and a peer must not be thought silent by a process that did not listen.
 */
export class RealNature implements Nature, AsyncDisposable {
  readonly #clock: LoopClock;
  readonly #luck = new RandomPool();
  readonly #armed = new Set<Wake>();
  readonly #beat: NodeJS.Timeout;
  #idMs = -1;
  #idTime = "";

  /** @param past by how much the clock of the master before was behind, and what to do when it falls behind more */
  constructor(clock: Clock = machineClock, past: LeftOut = { leftOutMs: 0, keepLeftOut: () => {} }) {
    this.#clock = new LoopClock(clock, past.leftOutMs);
    const beat = (): void => {
      if (this.#clock.beat()) past.keepLeftOut(this.leftOutMs);
    };
    this.#beat = setInterval(beat, beatMs).unref();
  }

  /** How long this loop and those before it stood still in all; `now()` is behind the machine's clock by as much. */
  get leftOutMs(): number {
    return this.#clock.leftOutMs;
  }

  now(): number {
    return this.#clock.now();
  }

  /**
   * The prefix and 20 digits of base 32, fit for a host name, a path and a socket file: the time, so that what
   * began together lies together in a database, and 65 random bits. An id is never a secret.
   */
  newId(prefix: string): string {
    const ms = Math.floor(this.now());
    if (ms !== this.#idMs) {
      this.#idMs = ms;
      this.#idTime = ms.toString(32).padStart(timeDigits, "0").slice(-timeDigits);
    }
    const bytes = this.#luck.take(luckDigits);
    let id = prefix + this.#idTime;
    for (let at = 0; at < luckDigits; at++) id += digits[(bytes[at] as number) & 31];
    return id;
  }

  /** 32 random bytes as base64url, and their SHA-256 as hex. */
  newSecret(): Secret {
    const token = this.#luck.take(secretBytes).toString("base64url");
    return { token, hash: hash("sha256", token) };
  }

  wakeAt(time: number, wake: () => void): () => void {
    const entry: Wake = { time, wake, timer: undefined };
    this.#armed.add(entry);
    this.#arm(entry, time);
    return () => this.#disarm(entry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beat);
    for (const entry of this.#armed) this.#disarm(entry);
  }

  #arm(entry: Wake, time: number): void {
    const delay = Math.min(Math.max(Math.ceil(time - this.now()), 0), timerMaxMs);
    entry.timer = setTimeout(() => this.#due(entry), delay);
  }

  #due(entry: Wake): void {
    if (this.now() < entry.time) return this.#arm(entry, entry.time);
    this.#armed.delete(entry);
    entry.wake();
  }

  #disarm(entry: Wake): void {
    this.#armed.delete(entry);
    clearTimeout(entry.timer);
  }
}

interface Wake {
  readonly time: number;
  readonly wake: () => void;
  timer: NodeJS.Timeout | undefined;
}
