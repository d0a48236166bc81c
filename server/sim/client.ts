import type { beginJourney, stepJourney, wakeAt } from "#client/app/journey.ts";
import type { Journey, JourneyEffect, JourneyInput, Resume } from "#client/app/journey-state.ts";
import type { FromClient, ToClient } from "#shared/protocol/client-master.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import type { ClientWire, Pong } from "./peers.ts";
import type { SimNature } from "./nature.ts";
import type { End } from "./network.ts";
import type { PlayerWire, ToPlayerSocket } from "./world.ts";

export interface JourneyCode {
  readonly begin: typeof beginJourney;
  readonly step: typeof stepJourney;
  readonly wakeAt: typeof wakeAt;
}

export interface PageDeps {
  readonly nature: SimNature;
  readonly code: JourneyCode;
  readonly version: string;
  /** `undefined` when nobody listens there. */
  dialMaster(end: End<ToClient>): ClientWire | undefined;
  dialWorld(url: string, end: End<ToPlayerSocket>): PlayerWire | undefined;
  /** How long a pack takes, or that it cannot be had. */
  readonly packMs: (world: string) => number | "pack_failed";
  /** Everything that passes through the page, for the auditor and the counts. */
  witness(page: Page, before: Journey, input: JourneyInput, effects: readonly JourneyEffect[]): void;
}

/** What a page does that it should not: keeps sockets it was done with, shows tickets where it is already. */
export interface Manners {
  readonly isClinging: boolean;
  readonly isSly: boolean;
}

/** What everybody has ready sooner. */
const longPackMs = 3_000;

/** One page of one tab: the real journey between simulated sockets, packs and frames. */
export class Page {
  readonly id: string;
  journey: Journey;
  resume: Resume | undefined;
  isOpen = true;
  /** The tickets this page was given, for cheats. */
  readonly tickets: { url: string; ticket: string }[] = [];
  /** The packs this page has ready, by world. */
  readonly packs = new Map<string, string>();
  readonly #preparing = new Set<number>();
  /** When the pack of the journey under way was ready. */
  readyAt = 0;
  /** When the newest of the packs that take their time is ready. */
  longPackAt = -Infinity;
  /** Requests the master has not answered, and since when. */
  readonly waiting = new Map<number, { at: number; message: FromClient }>();
  readonly #deps: PageDeps;
  readonly #manners: Manners;
  readonly #control = new Map<number, ClientWire>();
  readonly #worlds = new Map<number, PlayerWire>();
  #stopWaking: () => void = () => {};

  constructor(id: string, resume: Resume | undefined, manners: Manners, deps: PageDeps) {
    this.id = id;
    this.#manners = manners;
    this.resume = resume;
    this.#deps = deps;
    const options = { version: deps.version };
    const { journey, effects } = deps.code.begin(options, resume, {
      now: deps.nature.now(),
      luck: deps.nature.luck(),
    });
    this.journey = journey;
    this.#after(effects);
  }

  get wires(): readonly (ClientWire | PlayerWire)[] {
    return [...this.#control.values(), ...this.#worlds.values()];
  }

  /** The master cannot be heard, and the page does not know it yet. */
  get isDeaf(): boolean {
    return [...this.#control.values()].some(({ isCut }) => isCut);
  }

  take(input: JourneyInput): void {
    if (!this.isOpen) return;
    const { nature, code } = this.#deps;
    const before = this.journey;
    const { journey, effects } = code.step(before, input, { now: nature.now(), luck: nature.luck() });
    this.journey = journey;
    this.#deps.witness(this, before, input, effects);
    this.#after(effects);
  }

  /** The tab is closed or reloaded: its sockets end, its storage stays. */
  close(): void {
    this.isOpen = false;
    this.#stopWaking();
    for (const wire of this.wires) wire.drop("dialer");
  }

  #after(effects: readonly JourneyEffect[]): void {
    const { nature, code } = this.#deps;
    for (const effect of effects) this.#obey(effect);
    this.#stopWaking();
    const at = code.wakeAt(this.journey);
    if (at !== undefined && at !== Infinity)
      this.#stopWaking = nature.wakeAt(Math.max(at, nature.now() + 1), () => this.take({ type: "wake" }));
  }

  #obey(effect: JourneyEffect): void {
    switch (effect.type) {
      case "dial.control":
        return this.#dialControl(effect.dial);
      case "close.control":
        return this.#hangUp(effect.dial);
      case "send.control":
        return this.#sendControl(effect.dial, effect.message);
      case "dial.world":
        return this.#dialWorld(effect.dial, effect.url);
      case "close.world":
        if (!this.#manners.isClinging) this.#leave(effect.dial);
        return;
      case "send.world":
        return this.#sendWorld(effect.dial, effect.message);
      case "pack.prepare":
        return this.#prepare(effect);
      case "remember":
        this.resume = effect.resume;
        return;
      case "forget":
        this.resume = undefined;
        return;
      case "pack.cancel":
        this.#preparing.delete(effect.pack);
        return;
      case "pack.changed":
      case "chat":
    }
  }

  #hangUp(dial: number): void {
    this.waiting.clear();
    this.#control.get(dial)?.close("dialer", 1000);
    this.#control.delete(dial);
  }

  #leave(dial: number): void {
    this.#worlds.get(dial)?.close("dialer", 1000);
    this.#worlds.delete(dial);
  }

  #prepare({ pack, world, info }: Extract<JourneyEffect, { type: "pack.prepare" }>): void {
    const { nature, packMs } = this.#deps;
    const ms = packMs(world);
    this.#preparing.add(pack);
    if (typeof ms === "number" && ms > longPackMs) this.longPackAt = nature.now() + ms;
    nature.after(typeof ms === "number" ? ms : 200, () => {
      if (!this.#preparing.delete(pack)) return;
      if (typeof ms === "string") return this.take({ type: "pack.failed", pack, reason: ms });
      this.packs.set(world, info.sha256);
      this.take({ type: "pack.ready", pack });
    });
  }

  #dialControl(dial: number): void {
    const wire = this.#deps.dialMaster({
      hear: (message) => this.#hearControl(dial, wire, message),
      closed: (code) => {
        this.#control.delete(dial);
        this.waiting.clear();
        this.take({ type: "control.closed", dial, code });
      },
    });
    if (wire) this.#control.set(dial, wire);
    this.#deps.nature.after(this.#deps.nature.between(2, 40), () =>
      this.take(wire ? { type: "control.opened", dial } : { type: "control.closed", dial, code: 1006 }),
    );
  }

  #hearControl(dial: number, wire: ClientWire | undefined, message: ToClient): void {
    if (!this.isOpen) return;
    if (message.type === "welcome") wire?.toAcceptor({ type: "pong" } satisfies Pong);
    if (message.type === "ticket") this.#note(message);
    if ("re" in message && message.re !== undefined) this.waiting.delete(message.re);
    if ("lease" in message && message.type !== "lease.refreshed") this.#answered(message.lease);
    this.take({ type: "control.heard", dial, message });
  }

  #note({ url, ticket }: Extract<ToClient, { type: "ticket" }>): void {
    this.tickets.push({ url, ticket });
    if (!this.#manners.isSly) return;
    for (const wire of this.#worlds.values()) wire.toAcceptor({ type: "enter", id: 1, protocol: 1, ticket });
  }

  #answered(lease: string | undefined): void {
    for (const [id, { message }] of this.waiting)
      if (message.type === "lease.redeem" && message.lease === lease) this.waiting.delete(id);
  }

  #sendControl(dial: number, message: FromClient): void {
    this.#control.get(dial)?.toAcceptor(message);
    // What is given back need not be granted any more, and who asks again has given the first request up.
    if (message.type === "lease.release" || message.type === "lease.redeem") this.#answered(message.lease);
    this.waiting.set(message.id, { at: this.#deps.nature.now(), message });
  }

  /** Says what the journey did not ask for. */
  sneak(message: FromClient): void {
    for (const wire of this.#control.values()) wire.toAcceptor(message);
    if (message.type === "lease.release") this.#answered(message.lease);
  }

  #dialWorld(dial: number, url: string): void {
    const wire = this.#deps.dialWorld(url, {
      hear: (message) => this.#hearWorld(dial, message),
      closed: (code) => {
        this.#worlds.delete(dial);
        this.take({ type: "world.closed", dial, code });
      },
    });
    if (wire) this.#worlds.set(dial, wire);
    this.#deps.nature.after(this.#deps.nature.between(2, 40), () =>
      this.take(wire ? { type: "world.opened", dial } : { type: "world.closed", dial, code: 1006 }),
    );
  }

  #hearWorld(dial: number, message: ToPlayerSocket): void {
    if (!this.isOpen) return;
    if (message.type !== "live") return this.take({ type: "world.heard", dial, message });
    this.take({ type: "world.live", dial });
    this.#deps.nature.after(this.#deps.nature.between(5, 120), () =>
      this.take({ type: "world.drawn", dial }),
    );
  }

  #sendWorld(dial: number, message: FromPlayer): void {
    this.#worlds.get(dial)?.toAcceptor(message);
  }
}
