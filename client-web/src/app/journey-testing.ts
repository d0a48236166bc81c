import { appVersion } from "#shared/version.ts";
import type { ToClient } from "#shared/protocol/client-master.ts";
import type { ToPlayer } from "#shared/protocol/client-world.ts";
import { beginJourney, stepJourney, wakeAt } from "./journey.ts";
import { show } from "./journey-shown.ts";
import type { Journey, JourneyEffect, JourneyInput, JourneyOptions, Resume, Shown } from "./journey-state.ts";

type Loose<T> = T extends { seq: number } ? Omit<T, "seq"> & { seq?: number } : T;

export const pack = { url: "/p.zip", size: 1, mtime: 1, sha256: "0".repeat(64) };
export const token: Resume = { token: "s1.secret", epoch: "e1", seq: 0 };

export const lease = (id: string, world = "hub", change: object = {}): Loose<ToClient> => ({
  type: "lease",
  lease: id,
  cause: "portal",
  world,
  name: `The ${world}`,
  pack,
  softMs: 120_000,
  hardMs: 3_600_000,
  ...change,
});

/** For the journey's tests: a page, what it asked for last, and a clock to turn. */
export class Traveller {
  journey: Journey;
  now = 0;
  effects: readonly JourneyEffect[];
  /** Everything asked for since the beginning. */
  readonly all: JourneyEffect[] = [];
  #seq = 0;

  constructor(resume?: Resume, options: JourneyOptions = { version: appVersion }) {
    const { journey, effects } = beginJourney(options, resume, { now: 0, luck: 1 });
    this.journey = journey;
    this.effects = effects;
    this.all.push(...effects);
  }

  get shown(): Shown {
    return show(this.journey);
  }

  /** Types of what was asked for last; messages by their own type. */
  get asked(): string[] {
    return this.effects.flatMap((effect) => {
      if (effect.type === "remember") return [];
      return "message" in effect ? [effect.message.type] : [effect.type];
    });
  }

  /** The newest effect of a type. */
  last<T extends JourneyEffect["type"]>(type: T): Extract<JourneyEffect, { type: T }> {
    const found = this.all.findLast((effect) => effect.type === type);
    if (!found) throw new Error(`${type} was never asked for`);
    return found as Extract<JourneyEffect, { type: T }>;
  }

  /** The id of the newest request of a type. */
  request(type: string): number {
    const found = this.all.findLast((effect) => "message" in effect && effect.message.type === type);
    if (!found || !("message" in found)) throw new Error(`${type} was never sent`);
    return found.message.id;
  }

  take(input: JourneyInput): this {
    const { journey, effects } = stepJourney(this.journey, input, { now: this.now, luck: 1 });
    this.journey = journey;
    this.effects = effects;
    this.all.push(...effects);
    return this;
  }

  /** The master says something on the newest control socket. */
  hear(message: Loose<ToClient>): this {
    const { dial } = this.last("dial.control");
    return this.take({ type: "control.heard", dial, message: { seq: ++this.#seq, ...message } as ToClient });
  }

  /** The newest world socket says something. */
  world(message: ToPlayer, dial = this.last("dial.world").dial): this {
    return this.take({ type: "world.heard", dial, message });
  }

  /** Lets time pass, waking whenever it asked to be woken. */
  pass(ms: number): this {
    const end = this.now + ms;
    this.effects = [];
    for (let at = wakeAt(this.journey); at !== undefined && at <= end; at = wakeAt(this.journey)) {
      this.now = Math.max(this.now, at);
      this.take({ type: "wake" });
    }
    this.now = end;
    return this;
  }

  open(): this {
    return this.take({ type: "control.opened", dial: this.last("dial.control").dial });
  }

  welcome(change: object = {}): this {
    return this.hear({
      type: "welcome",
      re: this.request("hello"),
      epoch: "e1",
      seq: 0,
      session: "s1",
      resume: "s1.secret",
      resumed: false,
      complete: true,
      protocol: 1,
      version: appVersion,
      name: "Guest-1",
      guest: true,
      worlds: [
        { key: "hub", name: "Hub" },
        { key: "left_world", name: "Left World" },
      ],
      initial: "hub",
      chat: [],
      ...change,
    });
  }

  lose(code = 1006): this {
    return this.take({ type: "control.closed", dial: this.last("dial.control").dial, code });
  }

  packReady(): this {
    return this.take({ type: "pack.ready", pack: this.last("pack.prepare").pack });
  }

  ticket(id: string, world = "hub", ticket = `ticket-of-${id}`): this {
    const url = `ws://here/${world}`;
    return this.hear({
      type: "ticket",
      lease: id,
      admission: `a-${id}`,
      ticket,
      url,
      world,
      expiresMs: 10_000,
    });
  }

  /** From the ticket to the first drawn frame. */
  enter(): this {
    const { dial } = this.last("dial.world");
    this.take({ type: "world.opened", dial });
    return this.take({ type: "world.live", dial }).take({ type: "world.drawn", dial });
  }

  travel(id: string, world = "hub"): this {
    return this.hear(lease(id, world)).packReady().ticket(id, world).enter();
  }

  arrived(id: string, world = "hub"): this {
    return this.hear({ type: "arrived", lease: id, admission: `a-${id}`, world, x: 0, y: 0 });
  }
}

/** Welcomed, and playing in the hub. */
export const inHub = (): Traveller => new Traveller().open().welcome().travel("t1").arrived("t1");
