const pingMs = 2000;
const deadMs = 8000;
/** Numbers of pings, apart from those of requests. */
const firstNumber = 2 ** 30;

/** Measures one connection's round trip, and notices when nothing comes back. Times are milliseconds. */
export class LineWatch {
  readonly #ping: (id: number) => void;
  #number = firstNumber;
  #asked: { id: number; at: number } | undefined;
  #askedAt = -Infinity;
  #ms: number | undefined;

  constructor(ping: (id: number) => void) {
    this.#ping = ping;
  }

  /** The last round trip; `undefined` before the first. */
  get ms(): number | undefined {
    return this.#ms;
  }

  /**
   * Asks when it is time; `isAnew` asks at once and forgets what went unanswered, for a caller that was held up
   * itself. True when the line is dead: asked long ago, and no answer.
   */
  isDead(now: number, isAnew = false): boolean {
    if (this.#asked && !isAnew) return now - this.#asked.at > deadMs;
    if (!isAnew && now - this.#askedAt < pingMs) return false;
    this.#asked = { id: ++this.#number, at: now };
    this.#askedAt = now;
    this.#ping(this.#asked.id);
    return false;
  }

  /** True when `re` answers a ping, and so concerns nobody else. */
  answered(re: number, now: number): boolean {
    if (re <= firstNumber) return false;
    if (re === this.#asked?.id) {
      this.#ms = now - this.#asked.at;
      this.#asked = undefined;
    }
    return true;
  }
}
