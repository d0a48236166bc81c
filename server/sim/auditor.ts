import type { Hash } from "node:crypto";
import type { Journey, JourneyEffect, JourneyInput } from "#client/app/journey-state.ts";
import type { Store, Transition, Writes } from "#engine/ports.ts";
import type { Session } from "#core/session/session.ts";
import type { Travel } from "#core/travel/travel.ts";
import type { Launch } from "#core/world/launch.ts";
import { type Address, idOf, kindOf } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { Door, DoorEffect, DoorInput } from "#world-server/door-state.ts";
import type { Page } from "./client.ts";
import type { Circumstances } from "./faults.ts";
import { atRest, onRedeem } from "./laws/at-rest.ts";
import { atTheEnd } from "./laws/at-the-end.ts";
import { Lasting } from "./lasting.ts";
import { betweenEnginesMs, type LawId, laws } from "./laws.ts";
import { continuous } from "./laws/in-time.ts";
import { Ledger } from "./ledger.ts";
import { onTransition } from "./laws/on-action.ts";
import { onDoor } from "./laws/on-door.ts";
import { onExit, onKill, onStart } from "./laws/on-process.ts";
import { logOf, onCommit } from "./laws/secrets.ts";
import { onPage } from "./laws/on-page.ts";
import type { SimMaster } from "./master.ts";
import type { SimNature } from "./nature.ts";
import type { Player } from "./player.ts";
import { guiseOf } from "./tempers.ts";
import type { SimWorld } from "./world.ts";

export interface Violation {
  readonly law: LawId;
  readonly at: number;
  readonly text: string;
}

/** What the auditor may look at: everything, the real worlds and not what anybody believes of them. */
export interface Seen {
  readonly nature: Pick<SimNature, "now" | "armedCount" | "openEnds">;
  readonly version: string;
  /** Of the newest master. */
  readonly epoch: number;
  /** Trouble is over. */
  readonly isHealed: boolean;
  readonly store: Pick<Store, "read">;
  readonly processes: ReadonlyMap<string, SimWorld>;
  readonly players: readonly Player[];
  readonly master: SimMaster;
  readonly circumstances: Circumstances;
}

const storyLines = 60;
/** A world that could not start, and one that died of a fault. */
const crashCodes: ReadonlySet<number> = new Set([1, 139]);

/** Watches a universe and writes down every law that is broken; each law once. */
export class Auditor {
  readonly violations: Violation[] = [];
  readonly counts = new Map<string, number>();
  readonly cells = new Map<string, number>();
  readonly strays = new Map<string, number>();
  readonly story: string[] = [];
  readonly #seen: Seen;
  readonly ledger = new Ledger();
  /** The log as the master would write it. */
  readonly log: (event: Transition) => void;
  /** How much has happened that was looked at. */
  events = 0;
  readonly sinceHeal = { arrivals: 0, redeems: 0, calm: { at: 0, events: 0, arrivals: 0, sessions: 0 } };
  #healedAt: number | undefined;
  #stalledAt = -Infinity;
  #begunAt = -Infinity;
  #stoodAt = -Infinity;
  #lookedAt = 0;
  readonly #lasting = new Lasting();
  readonly #trace: string[] = [];

  constructor(seen: Seen) {
    this.#seen = seen;
    this.log = logOf(this);
  }

  get now(): number {
    return this.#seen.nature.now();
  }

  get seen(): Seen {
    return this.#seen;
  }

  /** Nothing could be written for a while since then: what was said may have died with a master. */
  readonly hasStalledSince = (at: number): boolean => this.#stoodUntil >= at || !this.#couldWriteSince(at);

  #couldWriteSince(at: number): boolean {
    return this.#stalledAt < at && !this.#seen.master.engine.isStalled;
  }

  get #stoodUntil(): number {
    return Math.max(this.#stoodAt, this.#seen.master.loop.stoodUntil);
  }

  /** A time of the master's clock, which leaves out the time in which it stood still; as exact as sums of fractions are. */
  readonly ofMaster = (time: number): number => time + this.now - this.#seen.master.loop.now();

  stalled(isStalled: boolean): void {
    this.count(isStalled ? "stalls" : "recoveries");
    this.#stalledAt = this.now;
  }

  /** S6: a master has begun, after another one or none. */
  begun(before: number): void {
    const { epoch } = this.#seen;
    this.restarted();
    if (epoch <= before) this.breach("S6", `master ${epoch} began after master ${before}`);
  }

  /** A master, or an engine of it, has read what the one before had written. */
  restarted(): void {
    this.#begunAt = this.now;
  }

  /** Since then one master has lived and could write; its loop may have stood still. */
  readonly hasLivedSince = (at: number): boolean => this.#begunAt < at && this.#couldWriteSince(at);

  readonly hasRestartedSince = (at: number): boolean => this.#begunAt >= at;

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  readonly breach = (law: LawId, text: string): void => {
    if (this.violations.some((known) => known.law === law)) return;
    this.violations.push({ law, at: this.now, text });
    this.#tell(`!!! ${law} ${text}`);
  };

  /** Everything that happened, line by line. */
  get trace(): readonly string[] {
    return this.#trace;
  }

  hash(hash: Hash): string {
    return hash.update(this.#trace.join("\n")).digest("hex");
  }

  readonly states = <S extends Phased>(kind: string): [Address, S][] =>
    [...this.#seen.master.engine.states(kind)] as [Address, S][];

  sessions(): [Address, Session][] {
    return this.states<Session>("session");
  }

  readonly travels = (): [Address, Travel][] => this.states<Travel>("travel");

  launches(): [Address, Launch][] {
    return this.states<Launch>("launch");
  }

  someLease(): string | undefined {
    const first = this.travels()[0];
    return first && idOf(first[0]);
  }

  transition(event: Transition): void {
    const { id, input, before, after, cause, handled } = event;
    const cell = `${kindOf(id)}.${before}.${input}`;
    const tally = handled ? this.cells : this.strays;
    tally.set(cell, (tally.get(cell) ?? 0) + 1);
    if (input === "redeem" && kindOf(id) === "travel") onRedeem(this, event);
    this.#tell(`${id} ${before}>${after} ${input} from ${cause}`);
    onTransition(this, event);
  }

  /** Trouble is over, and no order is still carried out: whom one sends where there is no room may ask again. */
  get isSettled(): boolean {
    return this.#seen.isHealed && !this.states("world").some(([, { phase }]) => phase === "leaving");
  }

  door(world: SimWorld, input: DoorInput, before: Door, effects: readonly DoorEffect[]): void {
    if (input.type !== "save")
      this.#tell(
        `${world.order.launch} (${world.order.world}) ${input.type} ${effects.map(({ type }) => type).join()}`,
      );
    onDoor(this, world, input, before, effects);
  }

  page(page: Page, before: Journey, input: JourneyInput, effects: readonly JourneyEffect[]): void {
    const heard = "message" in input ? ` ${input.message.type}` : "";
    this.#tell(`${page.id} ${input.type}${heard} ${effects.map(({ type }) => type).join()}`);
    if (input.type === "world.drawn" && page.journey.world?.dial === input.dial) this.#arrived();
    if (input.type === "pack.failed") this.count("packFails");
    if (input.type === "control.heard" || input.type === "world.heard") this.#refused(input.message);
    onPage(this, page, before, input, effects);
  }

  #arrived(): void {
    this.count("arrivals");
    if (this.isSettled) this.sinceHeal.arrivals++;
  }

  #refused(message: { readonly type: string; readonly reason?: unknown }): void {
    if (!["denied", "rejected", "portal.denied"].includes(message.type)) return;
    this.count("refusals");
    this.count(`refusal ${String(message.reason)}`);
  }

  /** Who is where, as anybody might have overheard. */
  gossip(): (readonly [admission: string, session: string])[] {
    this.count("lies");
    return this.sessions().flatMap(([address, state]) =>
      "admission" in state && state.admission ? [[state.admission.id, idOf(address)] as const] : [],
    );
  }

  started(world: SimWorld): void {
    this.count("launches");
    if (world.temper !== "willing") this.count(guiseOf(world) ?? world.temper);
    onStart(this, world);
  }

  exited(world: SimWorld, code: number): void {
    onExit(this, world);
    this.count("exits");
    if (crashCodes.has(code)) this.count("worldCrashes");
  }

  killed(world: SimWorld): void {
    this.count("kills");
    onKill(this, world);
  }

  committed(writes: Writes): void {
    onCommit(this, writes);
  }

  /** Twice a second: what must not last. What lasts while the master stands still is not to be mended then. */
  look(): void {
    const { loop, isAlive, engine } = this.#seen.master;
    if (loop.isStill) this.#stoodAt = this.now;
    if (this.#stoodUntil > this.#lookedAt) this.#lasting.skipTo(this.now);
    this.#lookedAt = this.now;
    // A dead master knows nothing: what was broken before counts on, once there is another to look at.
    if (loop.isStill || !isAlive) return;
    this.#listen();
    const slackMs = engine.count > 1 ? betweenEnginesMs : 0;
    for (const [{ law, text }, ms] of this.#lasting.look(this.now, continuous(this), slackMs))
      this.breach(law, `${text}, for ${ms} ms`);
  }

  /** How much happens once trouble has ended: nothing counts from before, and calm has its time to come. */
  #listen(): void {
    const { isHealed } = this.#seen;
    if (isHealed) this.#healedAt ??= this.now;
    if (this.#healedAt === undefined || this.now > this.#healedAt + (laws.L10.boundMs ?? 0)) return;
    const { arrivals } = this.sinceHeal;
    const sessions = this.sessions().length;
    this.sinceHeal.calm = { at: this.now, events: this.events, arrivals, sessions };
  }

  lookAtRest(): void {
    atRest(this);
  }

  lookAtTheEnd(): void {
    atTheEnd(this);
  }

  #tell(line: string): void {
    this.events++;
    const told = `${Math.round(this.now)} ${line}`;
    this.#trace.push(told);
    if (this.violations.length > 0 && !line.startsWith("!!!")) return;
    this.story.push(told);
    if (this.story.length > 2 * storyLines) this.story.splice(0, storyLines);
  }
}
