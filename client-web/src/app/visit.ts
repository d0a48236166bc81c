import { groundOf } from "#shared/ground.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import { Replica, type Seen } from "#shared/protocol/replica.ts";
import type { Body, Ground } from "#shared/step-player.ts";
import { Traffic } from "../net/traffic.ts";
import { dial, type Transport, type WebSocketClass } from "../net/transport.ts";
import { fromWorld } from "../net/wire.ts";
import { lostCode } from "./control-line.ts";
import { LineWatch } from "./line-watch.ts";
import { Interpolation, type Shown } from "../sim/interpolation.ts";
import { Prediction, type Will } from "../sim/prediction.ts";
import { Bubbles } from "./bubbles.ts";
import { targetInReach } from "./reach.ts";
import { noLine, type Frame, type LoadedWorld, type Sprite, type WorldLineStats } from "./view.ts";

export interface VisitEvents {
  opened(): void;
  closed(code: number): void;
  heard(message: ToPlayer): void;
  /** The first snapshot is applied: there is something to draw. */
  live(): void;
}

export interface VisitOptions {
  /** The number of the dial; visits are told apart by it. */
  readonly dial: number;
  readonly url: string;
  readonly world: LoadedWorld;
  readonly on: VisitEvents;
  readonly now: () => number;
  readonly Socket?: WebSocketClass | undefined;
}

/** Leaves room for a thousand snaps before two visits could be taken for one. */
const epochsPerVisit = 1000;
/** How often at most a world is asked for its whole state, after one that could not be continued from. */
const askStateMs = 1000;
/** Numbers of these requests, apart from those of the journey and of pings. */
const firstStateId = 2 ** 29;

/** One connection to one world, from dialling to closing: what came from it, and what is to be drawn of it. */
export class Visit {
  readonly dial: number;
  readonly ground: Ground;
  world: LoadedWorld;
  readonly #transport: Transport;
  readonly #on: VisitEvents;
  readonly #now: () => number;
  readonly #watch = new LineWatch((id) => this.tell({ type: "ping", id }));
  readonly #sent = new Traffic();
  readonly #received = new Traffic();
  readonly #bubbles = new Bubbles();
  #self = 0;
  /** What the world has told, and where to show it: from when it lets us in. */
  #known: { readonly replica: Replica; readonly others: Interpolation<Seen> } | undefined;
  #stateAskedAt = -Infinity;
  #stateId = firstStateId;
  #prediction: Prediction | undefined;
  #isOver = false;

  constructor({ dial: number, url, world, on, now, Socket }: VisitOptions) {
    this.dial = number;
    this.world = world;
    this.ground = groundOf(world.map);
    this.#on = on;
    this.#now = now;
    this.#transport = dial(
      url,
      {
        opened: () => on.opened(),
        closed: (code) => this.#end(code),
        message: (message) => (typeof message === "string" ? this.#hear(message) : this.#apply(message)),
      },
      Socket,
    );
  }

  get isLive(): boolean {
    return this.#prediction !== undefined;
  }

  /** Where the own player is, as predicted. */
  get body(): Body | undefined {
    return this.#prediction?.body;
  }

  get stats(): WorldLineStats {
    const { others, replica } = this.#known ?? {};
    const corrections = this.#prediction?.corrections;
    return {
      ...noLine,
      worldMs: this.#watch.ms,
      worldBuffered: this.#transport.stats.buffered,
      receivedPerSecond: this.#received.perSecond,
      sentPerSecond: this.#sent.perSecond,
      ...(others && { delayMs: others.delayMs, starved: others.starved, skipped: others.skipped }),
      ...(replica && { entities: replica.seen.size }),
      ...corrections?.recent(this.#now()),
    };
  }

  tell(message: FromPlayer): void {
    this.#transport.sendReliable(JSON.stringify(message));
  }

  advance(now: number, will: Will): void {
    if (!this.#isOver) this.#prediction?.advance(now, will);
  }

  halt(now: number): void {
    if (!this.#isOver) this.#prediction?.halt(now);
  }

  frame(now: number, name: string, guest: boolean): Frame {
    const own = this.#prediction?.pose(now);
    const others = (this.#known?.others.at(now) ?? []).flatMap((shown) => this.#spriteOf(shown, now));
    const sprite = this.#known?.replica.seen.get(this.#self)?.looks.sprite ?? "player";
    const says = this.#bubbles.of(this.#self, now);
    return {
      self: own && { id: this.#self, kind: "player", sprite, name, guest, says, ...own },
      others,
      target: own && targetInReach(this.world.map, own, others),
      epoch: this.dial * epochsPerVisit + (this.#prediction?.epoch ?? 0),
    };
  }

  check(now: number, isAnew: boolean): void {
    const { sentBytes, receivedBytes } = this.#transport.stats;
    this.#sent.note(sentBytes, now);
    this.#received.note(receivedBytes, now);
    if (this.#isOver || !this.#prediction || !this.#watch.isDead(now, isAnew)) return;
    this.#transport.close();
    this.#end(lostCode);
  }

  close(): void {
    this.#isOver = true;
    this.#transport.close();
  }

  #end(code: number): void {
    this.#isOver = true;
    this.#on.closed(code);
  }

  #hear(text: string): void {
    const message = fromWorld(text);
    if (!message || (message.type === "pong" && this.#watch.answered(message.re, this.#now()))) return;
    if (message.type === "entered") this.#enter(message);
    if (message.type === "bubble") this.#bubbles.hear(message.entity, message.text, this.#now());
    if (message.type === "departed") this.#isOver = true;
    this.#on.heard(message);
  }

  #enter({ entity, tickMs, ticksPerSend }: Extract<ToPlayer, { type: "entered" }>): void {
    this.#self = entity;
    const others = new Interpolation<Seen>({ tickMs, ticksPerSend });
    this.#known = { replica: new Replica(ticksPerSend), others };
  }

  #apply(bytes: Uint8Array): void {
    const { replica, others } = this.#known ?? {};
    const applied = replica?.apply(bytes);
    const now = this.#now();
    if (!replica || !others || applied === "late") return;
    if (applied !== "applied") return this.#askState(now);
    others.heard(replica, now);
    const isFirst = !this.#prediction;
    this.#prediction ??= new Prediction(this.ground, { ...replica.self }, (commands) =>
      this.#transport.sendVolatile(encodeCommands({ ...commands, seen: replica.tick & 0xffff })),
    );
    this.#prediction.correct(replica.self, replica.ack, replica.wasSet && !isFirst, now);
    if (isFirst) this.#on.live();
  }

  #askState(now: number): void {
    if (now - this.#stateAskedAt < askStateMs) return;
    this.#stateAskedAt = now;
    this.tell({ type: "state", id: ++this.#stateId });
  }

  #spriteOf({ entity: { id, looks }, pose }: Shown<Seen>, now: number): Sprite[] {
    return id === this.#self ? [] : [{ id, ...looks, ...pose, says: this.#bubbles.of(id, now) }];
  }
}
