import { hash } from "node:crypto";
import type { Nature } from "#engine/ports.ts";
import type { Secret } from "#shared/machine.ts";
import { RandomPool } from "./random-pool.ts";

/** How often the loop is seen to be alive, and how long it may be away before its deadlines are put off. */
const beatMs = 250;
const lateMs = 500;
/** How long arrivals that waited in sockets are read before deadlines run, at most. */
const mercyMaxMs = 1000;
/** Node's timers hold no more. */
const timerMaxMs = 2 ** 31 - 1;
const digits = "0123456789abcdefghijklmnopqrstuv";
/** Of an id: the milliseconds (they come round after a year), and then luck. */
const timeDigits = 7;
const luckDigits = 13;
const secretBytes = 32;

interface Clock {
  /** Milliseconds on CLOCK_MONOTONIC, which all processes of one boot share. */
  now(): number;
}

const machineClock: Clock = {
  now: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
};

/** Time and luck of this machine. */
export class RealNature implements Nature, AsyncDisposable {
  readonly #clock: Clock;
  readonly #luck = new RandomPool();
  readonly #armed = new Set<Wake>();
  readonly #beat: NodeJS.Timeout;
  #beatAt: number;
  /** Until then the loop catches up on what it was told while it was away. */
  #mercyUntil = 0;
  #lagCount = 0;
  #idMs = -1;
  #idTime = "";

  constructor(clock: Clock = machineClock) {
    this.#clock = clock;
    this.#beatAt = clock.now();
    this.#beat = setInterval(() => this.#live(), beatMs).unref();
  }

  /** How many times the loop was away for longer than a machine may notice. */
  get lagCount(): number {
    return this.#lagCount;
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

  /**
   * A wake that comes much too late, because the loop was blocked or the process suspended, waits a little
   * longer: whatever arrived in the meantime is still unread in the sockets, and a peer must not be
   * declared silent by a clock that itself was not running.
   */
  wakeAt(time: number, wake: () => void): () => void {
    const entry: Wake = { time, wake, timer: undefined, isPutOff: false };
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
    const now = this.now();
    if (now < entry.time) return this.#arm(entry, entry.time);
    this.#notice(Math.max(now - entry.time, now - this.#beatAt - beatMs), now, entry);
    if (now < this.#mercyUntil && !entry.isPutOff) return this.#putOff(entry);
    this.#armed.delete(entry);
    entry.wake();
  }

  /** Once only: a loop that is always late must not put its deadlines off for ever. */
  #putOff(entry: Wake): void {
    entry.isPutOff = true;
    // One full turn of the loop reads the sockets; the pause lets peers that were stopped too speak up.
    setImmediate(() => {
      if (this.#armed.has(entry)) this.#arm(entry, this.#mercyUntil);
    });
  }

  #disarm(entry: Wake): void {
    this.#armed.delete(entry);
    clearTimeout(entry.timer);
  }

  #live(): void {
    const now = this.now();
    this.#notice(now - this.#beatAt - beatMs, now);
    this.#beatAt = now;
  }

  #notice(awayMs: number, now: number, entry?: Wake): void {
    if (awayMs < lateMs || now < this.#mercyUntil || entry?.isPutOff) return;
    this.#mercyUntil = now + Math.min(awayMs, mercyMaxMs);
    this.#beatAt = now;
    this.#lagCount += 1;
  }
}

interface Wake {
  readonly time: number;
  readonly wake: () => void;
  timer: NodeJS.Timeout | undefined;
  isPutOff: boolean;
}
