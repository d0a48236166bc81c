import type { SimNature } from "./nature.ts";

/** What one end of a socket does with what comes through it. */
export interface End<In> {
  hear(message: In): void;
  closed(code: number): void;
  /** Runs once its process does; at once when left out. */
  whenAwake?(run: () => void): void;
}

export interface Delay {
  readonly usualMs: number;
  /** Once in twenty messages, up to this. */
  readonly tailMs: number;
}

type Side = "dialer" | "acceptor";
const lostConnection = 1006;
/** A silent peer is pinged, and given some time to answer. */
const keepaliveMs = 15_000;

/**
 * One TCP connection: what is sent arrives in order, whole and once, or the connection is gone.
 * It can be cut (what is under way is lost, each end learns by itself), go half-open (nobody learns
 * before its keepalive) or clog (nothing arrives for a while).
 */
export class Wire<ToDialer, ToAcceptor> {
  readonly #nature: SimNature;
  readonly #delay: Delay;
  readonly #ends: Record<Side, End<never>>;
  readonly #isOpen: Record<Side, boolean> = { dialer: true, acceptor: true };
  readonly #freeAt: Record<Side, number> = { dialer: 0, acceptor: 0 };
  #isCut = false;
  #cloggedUntil = -Infinity;

  constructor(nature: SimNature, delay: Delay, ends: { dialer: End<ToDialer>; acceptor: End<ToAcceptor> }) {
    this.#nature = nature;
    this.#delay = delay;
    this.#ends = ends;
    nature.openEnds += 2;
  }

  /** Nothing gets through any more, though an end may not have noticed. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Nothing was late on it since. */
  isClearSince(at: number): boolean {
    return !this.#isCut && this.#cloggedUntil < at;
  }

  toDialer(message: ToDialer): void {
    this.#send("dialer", (end) => end.hear(message as never));
  }

  toAcceptor(message: ToAcceptor): void {
    this.#send("acceptor", (end) => end.hear(message as never));
  }

  /** One end closes: it is deaf from now on, and the other hears of it after everything already said. */
  close(by: Side, code: number): void {
    if (!this.#isOpen[by]) return;
    this.#shut(by);
    const other = opposite(by);
    this.#deliver(other, (end) => {
      this.#shut(other);
      end.closed(code);
    });
  }

  /** The process at one end is gone: nothing it sent is lost, and the other end hears a reset. */
  drop(by: Side): void {
    this.close(by, lostConnection);
  }

  cut(): void {
    this.#break(() => this.#nature.between(0, 800));
  }

  /** @param first the end that learns of it at once, if there is one */
  halfOpen(first?: Side): void {
    this.#break((side) =>
      side === first ? this.#nature.between(0, 800) : this.#nature.between(keepaliveMs - 5_000, keepaliveMs),
    );
  }

  /** Nobody answers at one end (its process hangs): the other gives up at its keepalive. */
  giveUpOn(silent: Side): void {
    const by = opposite(silent);
    if (!this.#isOpen[by] || this.#isCut) return;
    this.close(by, lostConnection);
    this.#ends[by].closed(lostConnection);
  }

  /** Asks the other end whether it is there; what was said before arrives there first. */
  probe(by: Side, answered: () => void): void {
    this.#send(opposite(by), () => this.#send(by, answered));
  }

  clog(ms: number): void {
    this.#cloggedUntil = Math.max(this.#cloggedUntil, this.#nature.now() + ms);
    for (const side of ["dialer", "acceptor"] as const)
      this.#freeAt[side] = Math.max(this.#freeAt[side], this.#nature.now() + ms);
  }

  #break(learnsAfter: (side: Side) => number): void {
    if (this.#isCut) return;
    this.#isCut = true;
    for (const side of ["dialer", "acceptor"] as const)
      this.#nature.after(learnsAfter(side), () => this.#lose(side));
  }

  #lose(side: Side): void {
    this.#whenAwake(side, (end) => {
      this.#shut(side);
      end.closed(lostConnection);
    });
  }

  #shut(side: Side): void {
    if (this.#isOpen[side]) this.#nature.openEnds--;
    this.#isOpen[side] = false;
  }

  #send(to: Side, deliver: (end: End<never>) => void): void {
    if (this.#isOpen[opposite(to)]) this.#deliver(to, deliver);
  }

  #deliver(to: Side, deliver: (end: End<never>) => void): void {
    const { usualMs, tailMs } = this.#delay;
    const delay = this.#nature.chance(0.05) ? tailMs : usualMs;
    const at = Math.max(this.#freeAt[to], this.#nature.now() + this.#nature.luck() * delay);
    this.#freeAt[to] = at;
    this.#nature.wakeAt(at, () => {
      if (!this.#isCut) this.#whenAwake(to, deliver);
    });
  }

  /** What has arrived waits for its process. */
  #whenAwake(side: Side, run: (end: End<never>) => void): void {
    const end = this.#ends[side];
    const take = (): void => void (this.#isOpen[side] && run(end));
    if (end.whenAwake) end.whenAwake(take);
    else take();
  }
}

function opposite(side: Side): Side {
  return side === "dialer" ? "acceptor" : "dialer";
}
