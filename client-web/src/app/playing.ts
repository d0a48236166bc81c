import type { LineShape } from "../net/line.ts";
import { ChatLog } from "./chat-log.ts";
import type { ClientDeps } from "./client.ts";
import { ControlLine, lostCode } from "./control-line.ts";
import { type Endpoints, fillTemplate, keptPacks } from "./endpoints.ts";
import type { Journey, JourneyEffect, JourneyInput, JourneyStep } from "./journey-state.ts";
import { show } from "./journey-shown.ts";
import { beginJourney, stepJourney, wakeAt } from "./journey.ts";
import { networkOf } from "./measures.ts";
import { PackLoader } from "./pack-loader.ts";
import { Reports } from "./reports.ts";
import { Stage } from "./stage.ts";
import { Steering } from "./steering.ts";
import { TabMemory } from "./tab-memory.ts";
import type { Frame, Goal, LoadedWorld, NetworkStats, View } from "./view.ts";
import { Visit } from "./visit.ts";

type Effects = { [T in JourneyEffect["type"]]: (effect: Extract<JourneyEffect, { type: T }>) => void };

export interface PlayingDeps extends ClientDeps {
  readonly version: string;
  readonly now: () => number;
  readonly luck: () => number;
  readonly log: (line: string) => void;
  /** The bad line that is simulated. */
  readonly line: LineShape | undefined;
}

/** A page that asked for no frame for so long is not looked at: what could be drawn counts as drawn. */
const unseenMs = 1000;
const statsMs = 500;
/** A pulse this late was held up: what looks unanswered may be waiting to be read. */
const heldUpMs = 2000;
/** Timers of a hidden page come once a minute; a longer gap means that the machine slept. */
const sleptMs = 75_000;
const blankFrame: Frame = { others: [], epoch: 0 };

/**
 * Carries out what the journey asks for and tells it what happened: sockets, packs, movement, chat lines. Holds two
 * worlds for a moment while travelling, and shows the old one until the new one has something to show.
 */
export class Playing {
  readonly steering = new Steering();
  readonly chat = new ChatLog();
  readonly #deps: PlayingDeps;
  readonly #endpoints: Endpoints;
  readonly #memory: TabMemory;
  readonly #changed: () => void;
  readonly #packs: PackLoader;
  readonly #reports: Reports;
  readonly #stage = new Stage();
  #journey: Journey;
  #control: ControlLine | undefined;
  #progress: { pack: number; loaded: number; total: number } | undefined;
  #template: string | undefined;
  #alarm: ReturnType<typeof setTimeout> | undefined;
  #pulsedAt: number;
  #framedAt: number;
  #statsAt = -Infinity;
  #lastHotPack = 0;
  #isOver = false;

  constructor(deps: PlayingDeps, endpoints: Endpoints, pageVersion: string | undefined, changed: () => void) {
    const { now, luck, version, packs, log, storage } = deps;
    this.#deps = deps;
    this.#endpoints = endpoints;
    this.#template = endpoints.worldTemplate;
    this.#changed = changed;
    this.#reports = new Reports(deps);
    this.#packs = new PackLoader(packs, { base: endpoints.packBase, kept: keptPacks(endpoints.master) }, log);
    this.#memory = new TabMemory(endpoints.strangers.length === 0 ? storage : undefined, endpoints.master);
    this.#pulsedAt = now();
    this.#framedAt = now();
    const begun = beginJourney({ version, pageVersion }, this.#memory.read(), { now: now(), luck: luck() });
    this.#journey = begun.journey;
    this.#carryOut(begun);
  }

  get loaded(): LoadedWorld | undefined {
    return this.#stage.shown?.world;
  }

  get view(): Omit<View, "version"> {
    const { isChatUp, preparing, drainsAt, ...shown } = show(this.#journey);
    const progress = preparing && this.#progress?.pack === preparing.pack ? this.#progress : undefined;
    return {
      ...shown,
      chat: { isUp: isChatUp, lines: this.chat.lines },
      drainsInMs: drainsAt === undefined ? undefined : Math.max(0, drainsAt - this.#deps.now()),
      download: progress &&
        preparing && { name: preparing.name, loaded: progress.loaded, total: progress.total },
      network: this.#network(),
    };
  }

  /** One thing that happened, or that the player wants. */
  tell(input: JourneyInput): void {
    if (this.#isOver) return;
    const { now, luck } = this.#deps;
    const before = this.#journey;
    const step = stepJourney(before, input, { now: now(), luck: luck() });
    this.#journey = step.journey;
    this.#reports.step(before, input, step, this.#stage.shown?.body);
    this.#noteChat(before);
    this.#carryOut(step);
  }

  frame(now: number): Frame {
    this.#framedAt = now;
    const visit = this.#stage.shown;
    const { session } = this.#journey;
    if (!visit) return blankFrame;
    this.#move(visit, now);
    return visit.frame(now, session?.name ?? "", session?.guest ?? true);
  }

  drawn(): void {
    const { travel } = this.#journey;
    if (travel?.phase === "entering" && travel.isLive) this.tell({ type: "world.drawn", dial: travel.dial });
  }

  steer(x: number, y: number): void {
    this.steering.steer(x, y);
    if (this.steering.isStill) this.#stage.shown?.halt(this.#deps.now());
  }

  walkTo(goal: Goal): void {
    if (this.#stage.shown) this.steering.walkTo(goal, this.#stage.shown.ground);
  }

  use(): void {
    const { target } = this.#stage.shown?.frame(this.#deps.now(), "", true) ?? {};
    if (target?.portal !== undefined) this.tell({ type: "usePortal", portal: target.portal });
    else if (target) this.tell({ type: "interact", entity: target.entity });
  }

  /** Called often, whether or not frames are drawn: moves the player, measures, notices dead lines and sleep. */
  pulse(): void {
    const now = this.#deps.now();
    const gap = now - this.#pulsedAt;
    this.#pulsedAt = now;
    if (gap > sleptMs) this.tell({ type: "woke" });
    if (this.#stage.shown) this.#move(this.#stage.shown, now);
    this.#check(now, gap > heldUpMs);
    if (now - this.#framedAt > unseenMs) this.drawn();
    this.#reports.sample(now, this.#journey, () => this.#network());
    if (now - this.#statsAt < statsMs) return;
    this.#statsAt = now;
    this.#changed();
  }

  /** The network is back, perhaps another one: what is still connected has to prove it. */
  online(): void {
    this.tell({ type: "online" });
    this.#check(this.#deps.now(), true);
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#alarm);
    this.#packs.close();
    this.#control?.close();
    this.#stage.close();
  }

  #check(now: number, isAnew: boolean): void {
    if (this.#journey.control.phase === "up") this.#control?.check(now, isAnew);
    this.#stage.check(now, isAnew);
  }

  #carryOut({ effects }: JourneyStep): void {
    for (const effect of effects) (this.#effects[effect.type] as (effect: JourneyEffect) => void)(effect);
    this.#settle();
    clearTimeout(this.#alarm);
    const at = wakeAt(this.#journey);
    if (at !== undefined)
      this.#alarm = setTimeout(() => this.tell({ type: "wake" }), timerMs(at - this.#deps.now()));
    this.#changed();
  }

  readonly #effects: Effects = {
    "dial.control": ({ dial }) => this.#dialControl(dial),
    "close.control": ({ dial }) => {
      if (this.#control?.dial === dial) this.#control.close();
    },
    "send.control": ({ message }) => this.#control?.tell(message),
    "dial.world": (effect) => this.#dialWorld(effect),
    "close.world": ({ dial }) => this.#stage.visit(dial)?.close(),
    "send.world": ({ dial, message }) => this.#stage.visit(dial)?.tell(message),
    "pack.prepare": ({ pack, world: key, info }) =>
      this.#packs.prepare(pack, { ...info, key }, this.#playedKeys, {
        progress: (loaded, total) => {
          this.#progress = { pack, loaded, total };
          this.#changed();
        },
        ready: (world) => {
          this.#stage.keep(world);
          this.#reports.telemetry.count(`world_pack_${this.#packs.last.status}`);
          this.tell({ type: "pack.ready", pack });
        },
        failed: (reason) => this.tell({ type: "pack.failed", pack, reason }),
      }),
    "pack.cancel": ({ pack }) => this.#packs.cancel(pack),
    remember: ({ resume }) => this.#memory.write(resume),
    forget: () => this.#memory.forget(),
    chat: ({ line: { name, text } }) => {
      this.chat.add(text, name);
      if (name !== this.#journey.session?.name || !this.#reports.telemetry.isRunning("chat_echo")) return;
      this.#reports.telemetry.count("chat_echo_succeeded");
      this.#reports.telemetry.stop("chat_echo", this.#deps.now());
    },
    "pack.changed": ({ world: key, info }) => {
      if (this.#stage.shown?.world.map.key !== key) return;
      // Numbers below zero are nobody's journey. Only the newest is wanted.
      this.#packs.cancel(this.#lastHotPack);
      this.#packs.prepare(--this.#lastHotPack, { ...info, key }, this.#playedKeys, {
        progress: () => {},
        ready: (world) => {
          this.#stage.repaint(world);
          this.#changed();
        },
        failed: () => {},
      });
    },
  };

  #dialControl(dial: number): void {
    this.#control?.close();
    const on = {
      opened: () => this.tell({ type: "control.opened", dial }),
      closed: (code: number) => this.tell({ type: "control.closed", dial, code }),
      heard: (message: Extract<JourneyInput, { type: "control.heard" }>["message"]) =>
        this.tell({ type: "control.heard", dial, message }),
    };
    this.#control = new ControlLine(dial, this.#endpoints.master, on, this.#deps);
  }

  #dialWorld({ dial, url, world: key }: Extract<JourneyEffect, { type: "dial.world" }>): void {
    const world = this.#stage.world(key);
    const closed = (code: number): void => this.tell({ type: "world.closed", dial, code });
    if (!world) return queueMicrotask(() => closed(lostCode));
    const { now, Socket } = this.#deps;
    const visit = new Visit({
      dial,
      url: this.#template === undefined ? url : fillTemplate(this.#template, key),
      world,
      now,
      Socket,
      on: {
        opened: () => this.tell({ type: "world.opened", dial }),
        closed,
        heard: (message) => this.tell({ type: "world.heard", dial, message }),
        live: () => this.tell({ type: "world.live", dial }),
      },
    });
    this.#stage.open(visit);
  }

  /** What is shown follows the journey; a goal in a world left behind is none. */
  #settle(): void {
    if (!this.#stage.settle(this.#journey)) return;
    this.steering.forgetGoal();
    if (this.#journey.world) this.#template = undefined;
  }

  get #playedKeys(): string[] {
    const { world } = this.#journey;
    return world ? [world.key] : [];
  }

  #move(visit: Visit, now: number): void {
    visit.advance(now, this.steering.will);
    const wish = this.steering.settle(() => visit.frame(now, "", true));
    if (wish) this.tell(wish);
  }

  #noteChat(before: Journey): void {
    const [was, is] = [before, this.#journey].map(({ control }) => control.phase === "up");
    if (was !== is) this.chat.add(is ? "chat connected" : "master disconnected");
  }

  #network(): NetworkStats {
    return networkOf(this.#journey, {
      control: this.#control,
      visit: this.#stage.shown,
      line: this.#deps.line,
      pack: this.#packs.last,
      transferMs: this.#reports.telemetry.last("transfer"),
    });
  }
}

/** What a timer can wait: one that is asked for more goes off at once. */
const timerMs = (ms: number): number => Math.min(Math.max(0, ms), 2 ** 31 - 1);
