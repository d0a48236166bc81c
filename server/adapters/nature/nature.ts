import { createHash, randomBytes } from "node:crypto";
import type { Nature } from "#engine/ports.ts";
import type { Secret } from "#shared/machine.ts";

/** How often the loop is seen to be alive, and how long it may be away before its deadlines are put off. */
const beatMs = 250;
const lateMs = 500;
/** How long arrivals that waited in sockets are read before deadlines run, at most. */
const mercyMaxMs = 1000;
/** Node's timers hold no more. */
const timerMaxMs = 2 ** 31 - 1;

interface Clock {
  /** Milliseconds on CLOCK_MONOTONIC, which all processes of one boot share. */
  now(): number;
}

const machineClock: Clock = { now: () => Number(process.hrtime.bigint()) / 1e6 };

/** Time and luck of this machine. */
export class RealNature implements Nature, AsyncDisposable {
  readonly #clock: Clock;
  readonly #armed = new Set<Wake>();
  readonly #beat: NodeJS.Timeout;
  #beatAt: number;
  /** Until then the loop catches up on what it was told while it was away. */
  #mercyUntil = 0;
  #lagCount = 0;

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

  /** The prefix and 20 digits of base 36: about 100 random bits, fit for a host name, a path and a socket file. */
  newId(prefix: string): string {
    const bits = BigInt(`0x${randomBytes(13).toString("hex")}`);
    return `${prefix}${bits.toString(36).padStart(20, "0").slice(-20)}`;
  }

  /** 32 random bytes as base64url, and their SHA-256 as hex. */
  newSecret(): Secret {
    const token = randomBytes(32).toString("base64url");
    return { token, hash: createHash("sha256").update(token).digest("hex") };
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
