/**
 * What sampled clients were told, tick by tick, and whether it fits together. Positions are units; a client is named
 * by its index, whatever its entity is called on the wire.
 */

export interface Held {
  readonly x: number;
  readonly y: number;
  /** Of how many ticks ago it is, where a system does not tell of everybody in every tick. */
  readonly age?: number;
}

/** What one client holds right after the state of a tick. */
export interface Told {
  readonly client: number;
  readonly atMs: number;
  /** How many of its own inputs its position includes. */
  readonly inputs: number;
  readonly self: Held;
  /** Everybody else it sees, by index; only in ticks that are checked. */
  readonly others?: ReadonlyMap<number, Held>;
  /** Of the sampled clients, those it sees. */
  readonly sees: readonly number[];
}

export interface Reach {
  /** Whoever is closer is seen; infinite when everybody sees everybody. */
  readonly radius: number;
  /** How far somebody seen may go beyond it. */
  readonly hysteresis: number;
  /** Two positions closer than this are the same: the coarsest step of the wire. */
  readonly quantum: number;
}

/** How far somebody moves in one tick: the set may be of one tick ago. */
const tickUnits = 9;
/** A state that has not come by then is missing. */
const ticksKept = 20;

export class Rounds {
  /** Milliseconds from an input's sending to its being seen by somebody near. */
  readonly latencies: number[] = [];
  /** Positions and memberships that were compared. */
  compared = 0;
  /** Of these, positions that were older than their tick. */
  stale = 0;
  /** The first contradictions found, in words. */
  readonly faults: string[] = [];
  readonly #reach: Reach;
  /** When the input of that number left; by client. */
  readonly #sentAt: (client: number, input: number) => number;
  readonly #rounds = new Map<number, Map<number, Told>>();
  readonly #included = new Map<number, number>();
  #views = 0;
  #seen = 0;

  constructor(reach: Reach, sentAt: (client: number, input: number) => number) {
    this.#reach = reach;
    this.#sentAt = sentAt;
  }

  /** How many others a client saw, on average. */
  get inView(): number {
    return this.#seen / this.#views;
  }

  add(tick: number, told: Told): void {
    let round = this.#rounds.get(tick);
    if (!round) this.#rounds.set(tick, (round = new Map()));
    round.set(told.client, told);
    for (const old of this.#rounds.keys()) {
      if (old > tick - ticksKept) break;
      this.#finish(old);
    }
  }

  finish(): void {
    for (const tick of [...this.#rounds.keys()].sort((a, b) => a - b)) this.#finish(tick);
  }

  #finish(tick: number): void {
    const round = this.#rounds.get(tick);
    if (!round) return;
    this.#rounds.delete(tick);
    this.#time(round);
    this.#check(tick, round);
  }

  /** Every input that is new in this tick, as everybody who sees its sender received it. */
  #time(round: ReadonlyMap<number, Told>): void {
    const before = new Map(this.#included);
    for (const { client, inputs } of round.values()) this.#included.set(client, inputs);
    for (const viewer of round.values())
      for (const client of viewer.sees) {
        const sender = round.get(client);
        const from = before.get(client);
        if (!sender || from === undefined) continue;
        for (let input = from; input < sender.inputs; input++)
          this.latencies.push(viewer.atMs - this.#sentAt(client, input));
      }
  }

  /** Everybody who holds somebody holds the same, and holds whom they should. */
  #check(tick: number, round: ReadonlyMap<number, Told>): void {
    const truth = new Map<number, Held>();
    for (const { client, self } of round.values()) truth.set(client, self);
    const viewers = [...round.values()].filter(({ others }) => others);
    for (const { client, others = new Map<number, Held>() } of viewers)
      for (const [other, held] of others) {
        const known = truth.get(other);
        this.compared++;
        if (held.age) this.stale++;
        else if (!known) truth.set(other, held);
        else if (!this.#isSame(known, held))
          this.#fault(`tick ${tick}: ${client} holds ${other} at ${at(held)}, it is at ${at(known)}`);
      }
    this.#views += viewers.length;
    for (const { others } of viewers) this.#seen += others?.size ?? 0;
    for (const viewer of viewers) this.#checkReach(tick, viewer, truth);
  }

  #checkReach(tick: number, { client, self, others }: Told, truth: ReadonlyMap<number, Held>): void {
    const { radius, hysteresis, quantum } = this.#reach;
    for (const [other, place] of truth) {
      if (other === client) continue;
      const distance = Math.hypot(place.x - self.x, place.y - self.y);
      const slack = 2 * tickUnits + quantum;
      if (distance < radius - slack && !others?.has(other))
        this.#fault(`tick ${tick}: ${client} does not see ${other}, ${distance.toFixed(1)} units away`);
      if (distance > radius + hysteresis + slack && others?.has(other))
        this.#fault(`tick ${tick}: ${client} sees ${other}, ${distance.toFixed(1)} units away`);
      this.compared++;
    }
  }

  #isSame(a: Held, b: Held): boolean {
    const { quantum } = this.#reach;
    return Math.abs(a.x - b.x) <= quantum && Math.abs(a.y - b.y) <= quantum;
  }

  #fault(text: string): void {
    if (this.faults.length < 5) this.faults.push(text);
  }
}

const at = ({ x, y }: Held): string => `${x.toFixed(2)}, ${y.toFixed(2)}`;
