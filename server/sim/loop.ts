import { beatMs, type Clock, LoopClock } from "#adapters/nature/loop-clock.ts";
import type { SimNature } from "./nature.ts";

/** The machine's clock, and the one that people set. */
export interface Clocks extends Clock {
  wallNow(): number;
}
/** The clock of a loop; planted bugs replace it. */
export type Timepiece = new (clocks: Clocks, leftOutMs: number) => LoopTime;
type LoopTime = Pick<LoopClock, "now" | "beat" | "leftOutMs">;

/**
 * The event loop of one life of the master: its clock and its timers. While it stands still nothing runs in it; what
 * arrives waits, and its timers are late.
 */
export class Loop {
  readonly #nature: SimNature;
  readonly #clock: LoopTime;
  readonly #timers: (() => void)[] = [];
  readonly #arrived: (() => void)[] = [];
  #isStill = false;
  /** It works off what has gathered. */
  #isWaking = false;
  #seen = 0;
  #isOver = false;
  #stoodUntil = -Infinity;
  #stills = 0;

  constructor(nature: SimNature, clocks: Clocks, Timepiece: Timepiece, leftOutMs: number) {
    this.#nature = nature;
    this.#clock = new Timepiece(clocks, leftOutMs);
    this.#beat();
  }

  /** Until when it stood still last; now, while it does. */
  get stoodUntil(): number {
    return this.#isStill ? this.#nature.now() : this.#stoodUntil;
  }

  get isStill(): boolean {
    return this.#isStill;
  }

  /** The disk remembers it. */
  get leftOutMs(): number {
    return this.#clock.leftOutMs;
  }

  now(): number {
    if (!this.#isStill || this.#isWaking) this.#seen = this.#clock.now();
    return this.#seen;
  }

  wakeAt(time: number, wake: () => void): () => void {
    let isOff = false;
    const arm = (ms: number): void =>
      void this.#nature.after(ms, () => isOff || this.#whenAwake(due, this.#timers));
    const due = (): void => {
      if (isOff) return;
      if (this.now() < time) return arm(Math.ceil(time - this.now()));
      this.#nature.touch();
      wake();
    };
    arm(Math.max(0, time - this.now()));
    return () => void (isOff = true);
  }

  after(ms: number, run: () => void): () => void {
    return this.wakeAt(this.now() + ms, run);
  }

  /** What comes from outside: nothing, once this life is over. */
  whenAwake(run: () => void): void {
    this.#whenAwake(run, this.#arrived);
  }

  /** Does nothing for a while. */
  stand(ms: number): void {
    if (this.#isStill || this.#isOver) return;
    this.#isStill = true;
    const number = ++this.#stills;
    this.#nature.after(ms, () => number === this.#stills && this.goOn());
  }

  /** Ends a standstill before its time. */
  goOn(): void {
    if (!this.#isStill || this.#isWaking) return;
    this.#stills++;
    this.#isWaking = true;
    this.#workOff();
  }

  /** Killed: what it had not read nobody reads. */
  end(): void {
    this.#isOver = true;
    this.#isStill = false;
    this.#timers.length = this.#arrived.length = 0;
  }

  #whenAwake(run: () => void, queue: (() => void)[]): void {
    if (this.#isStill) queue.push(run);
    else if (!this.#isOver) run();
  }

  /** Timers that are due come before what lies in the sockets; each is done with before the next. */
  #workOff(): void {
    if (this.#isOver) return;
    const next = this.#timers.shift() ?? this.#arrived.shift();
    if (!next) {
      this.#isStill = this.#isWaking = false;
      this.#stoodUntil = this.#nature.now();
      return;
    }
    this.#nature.touch();
    next();
    this.#nature.after(0, () => this.#workOff());
  }

  #beat(): void {
    this.#clock.beat();
    this.#nature.after(beatMs, () => {
      if (!this.#isOver) this.#whenAwake(() => this.#beat(), this.#timers);
    });
  }
}
