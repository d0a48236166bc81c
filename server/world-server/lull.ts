import { now as clockNow } from "./clock.ts";

/** A smaller crowd is read as it comes. */
const crowd = 100;
const mostMs = 8;
/** Left before the next tick, to read what came during the rest: a timer that is due goes before reading. */
const spareMs = 3;

/** How a lull waits, and how it lets others go first: replaced in tests. */
export interface LullDeps {
  /** When the next tick is due. */
  readonly tickAt: () => number;
  /** Players are being told; nothing may hold that up. */
  readonly isTelling: () => boolean;
  readonly now?: () => number;
  readonly later?: (go: () => void) => void;
  readonly sleep?: (ms: number) => void;
}

/**
 * Rests between ticks while a crowd plays, so that what the crowd sends gathers and is read together: a process woken
 * for every frame spends more on waking than on reading. Nobody waits for it: a command counts from the next tick on.
 */
export class Lull {
  readonly #deps: Required<LullDeps>;
  #isAsked = false;

  constructor(deps: LullDeps) {
    this.#deps = { now: clockNow, later: setImmediate, sleep, ...deps };
  }

  /** A frame of one of so many players was read; once all that has come was read, the process may rest. */
  heard(players: number): void {
    if (this.#isAsked || players < crowd) return;
    this.#isAsked = true;
    this.#deps.later(this.#rest);
  }

  readonly #rest = (): void => {
    this.#isAsked = false;
    const { tickAt, isTelling, now, sleep } = this.#deps;
    if (isTelling()) return;
    const ms = Math.min(mostMs, tickAt() - now() - spareMs);
    if (ms >= 1) sleep(ms);
  };
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Nobody ever wakes it. */
function sleep(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
