import type { Ring } from "#shared/world-settings.ts";

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
  /** From where on the world tells of others less often; empty when it tells of everybody in every tick. */
  readonly rings: readonly Ring[];
}

/** How far somebody moves in one tick: the set may be of one tick ago. */
const tickUnits = 9;
/** Ticks by which somebody in a ring may be told of too late. */
const ringSlack = 1;
/**
 * Portcade shows a walker whose input is late as walking on (decision 0015): for some ticks afterwards everybody holds
 * it ahead of where it is, all at the same place, and no further than this. What was missing for a second at most is
 * made up for by two commands a tick.
 */
const presumedTicks = 30;
const presumedUnits = 90;
/** A state that has not come by then is missing. */
const ticksKept = 20;

export class Rounds {
  /** Milliseconds from an input's sending to its being seen by somebody near. */
  readonly latencies: number[] = [];
  /** Positions and memberships that were compared. */
  compared = 0;
  /** Of these, positions older than they may be: than their tick, or than their ring allows and one tick more. */
  stale = 0;
  /** The first contradictions found, in words. */
  readonly faults: string[] = [];
  readonly #reach: Reach;
  /** When the input of that number left; by client. */
  readonly #sentAt: (client: number, input: number) => number;
  readonly #rounds = new Map<number, Map<number, Told>>();
  /** Where those asked were, in ticks that are finished. */
  readonly #selves = new Map<number, ReadonlyMap<number, Held>>();
  /** How many inputs of a client its last state included, and its tick. */
  readonly #included = new Map<number, { readonly tick: number; readonly inputs: number }>();
  /** The last tick that had fewer inputs of a client than time had passed. */
  readonly #starvedAt = new Map<number, number>();
  /** Where whoever was late is held by the first who holds it, by tick and client. */
  readonly #presumed = new Map<string, Held>();
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

  /** What was told before counts for nothing but who was late by then. */
  begin(): void {
    this.finish();
    this.latencies.length = 0;
  }

  finish(): void {
    for (const tick of [...this.#rounds.keys()].sort((a, b) => a - b)) this.#finish(tick);
  }

  #finish(tick: number): void {
    const round = this.#rounds.get(tick);
    if (!round) return;
    this.#rounds.delete(tick);
    this.#time(tick, round);
    this.#check(tick, round);
    this.#selves.set(tick, selvesOf(round));
    for (const old of this.#selves.keys()) if (old <= tick - ticksKept) this.#selves.delete(old);
  }

  /** Every input that is new in this tick, as everybody who sees its sender received it. */
  #time(tick: number, round: ReadonlyMap<number, Told>): void {
    const before = new Map(this.#included);
    for (const { client, inputs } of round.values()) {
      const last = before.get(client);
      if (last && inputs - last.inputs < tick - last.tick) this.#starvedAt.set(client, tick);
      this.#included.set(client, { tick, inputs });
    }
    for (const viewer of round.values())
      for (const client of viewer.sees) {
        const sender = round.get(client);
        const from = before.get(client)?.inputs;
        if (!sender || from === undefined) continue;
        for (let input = from; input < sender.inputs; input++)
          this.latencies.push(viewer.atMs - this.#sentAt(client, input));
      }
  }

  /** Everybody who holds somebody holds the same, and holds whom they should. */
  #check(tick: number, round: ReadonlyMap<number, Told>): void {
    const truth = selvesOf(round);
    const viewers = [...round.values()].filter(({ others }) => others);
    for (const viewer of viewers) this.#compare(tick, viewer, truth);
    this.#views += viewers.length;
    for (const { others } of viewers) this.#seen += others?.size ?? 0;
    for (const viewer of viewers) this.#checkReach(tick, viewer, truth);
  }

  #compare(tick: number, { client, self, others = new Map() }: Told, truth: Map<number, Held>): void {
    for (const [other, held] of others) {
      const { age = 0 } = held;
      const known = age === 0 ? truth.get(other) : this.#selves.get(tick - age)?.get(other);
      this.compared++;
      if (age > this.#ageMost(self, held, age)) this.stale++;
      if (age === 0 && !known) truth.set(other, held);
      if (known && !this.#isSame(known, held) && !this.#isPresumed(other, tick - age, held, known))
        this.#fault(`tick ${tick}: ${client} holds ${other} at ${at(held)}, it ${was(age)} at ${at(known)}`);
    }
  }

  #isPresumed(client: number, tick: number, held: Held, known: Held): boolean {
    const ahead = Math.hypot(held.x - known.x, held.y - known.y);
    if (!this.#isLate(client, tick) || ahead > presumedUnits) return false;
    const key = `${tick} ${client}`;
    const first = this.#presumed.get(key);
    if (first) return this.#isSame(first, held);
    this.#presumed.set(key, held);
    return true;
  }

  #isLate(client: number, tick: number): boolean {
    return tick - (this.#starvedAt.get(client) ?? -Infinity) <= presumedTicks;
  }

  #checkReach(tick: number, { client, self, others }: Told, truth: ReadonlyMap<number, Held>): void {
    const { radius, hysteresis, quantum } = this.#reach;
    for (const [other, place] of truth) {
      if (other === client) continue;
      const distance = Math.hypot(place.x - self.x, place.y - self.y);
      const presumed = [client, other].filter((each) => this.#isLate(each, tick)).length * presumedUnits;
      const slack = 2 * tickUnits + quantum + presumed;
      if (distance < radius - slack && !others?.has(other))
        this.#fault(`tick ${tick}: ${client} does not see ${other}, ${distance.toFixed(1)} units away`);
      if (distance > radius + hysteresis + slack && others?.has(other))
        this.#fault(`tick ${tick}: ${client} sees ${other}, ${distance.toFixed(1)} units away`);
      this.compared++;
    }
  }

  /** Of how many ticks ago somebody told of there may be. Since then they went on, perhaps into a farther ring. */
  #ageMost(self: Held, { x, y }: Held, age: number): number {
    const farthest = Math.hypot(x - self.x, y - self.y) + age * tickUnits;
    const every = Math.max(1, ...this.#reach.rings.map((ring) => (farthest > ring.beyond ? ring.every : 1)));
    return every === 1 ? 0 : every - 1 + ringSlack;
  }

  #isSame(a: Held, b: Held): boolean {
    const { quantum } = this.#reach;
    return Math.abs(a.x - b.x) <= quantum && Math.abs(a.y - b.y) <= quantum;
  }

  #fault(text: string): void {
    if (this.faults.length < 5) this.faults.push(text);
  }
}

const selvesOf = (round: ReadonlyMap<number, Told>): Map<number, Held> =>
  new Map([...round.values()].map(({ client, self }) => [client, self]));
const was = (age: number): string => (age === 0 ? "is" : `was ${age} ticks ago`);
const at = ({ x, y }: Held): string => `${x.toFixed(2)}, ${y.toFixed(2)}`;
