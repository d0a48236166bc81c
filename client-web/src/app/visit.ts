import { groundOf } from "#shared/ground.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import type { EntityInfo, FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import { decodeSnapshot, snapFlag, type Snapshot } from "#shared/protocol/snapshot.ts";
import type { Body, Ground } from "#shared/step-player.ts";
import { dial, type Transport, type TransportStats, type WebSocketClass } from "../net/transport.ts";
import { fromWorld } from "../net/wire.ts";
import { lostCode } from "./control-line.ts";
import { LineWatch } from "./line-watch.ts";
import { Interpolation, type Pose } from "../sim/interpolation.ts";
import { Prediction, type Will } from "../sim/prediction.ts";
import { Bubbles } from "./bubbles.ts";
import { targetInReach } from "./reach.ts";
import type { Frame, LoadedWorld, Sprite } from "./view.ts";

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

/** One connection to one world, from dialling to closing: what came from it, and what is to be drawn of it. */
export class Visit {
  readonly dial: number;
  readonly ground: Ground;
  world: LoadedWorld;
  readonly #transport: Transport;
  readonly #on: VisitEvents;
  readonly #now: () => number;
  readonly #others = new Interpolation();
  readonly #watch = new LineWatch((id) => this.tell({ type: "ping", id }));
  readonly #entities = new Map<number, EntityInfo>();
  readonly #bubbles = new Bubbles();
  #self = 0;
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

  get pingMs(): number | undefined {
    return this.#watch.ms;
  }

  get stats(): TransportStats & { delayMs: number; starved: number; corrections: number } {
    return {
      ...this.#transport.stats,
      delayMs: this.#others.delayMs,
      starved: this.#others.starved,
      corrections: this.#prediction?.corrections ?? 0,
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
    const others = this.#others.at(now).flatMap((pose) => this.#spriteOf(pose, now));
    const sprite = this.#entities.get(this.#self)?.sprite ?? "player";
    const says = this.#bubbles.of(this.#self, now);
    return {
      self: own && { id: this.#self, kind: "player", sprite, name, guest, says, ...own },
      others,
      target: own && targetInReach(this.world.map, own, others),
      epoch: this.dial * epochsPerVisit + (this.#prediction?.epoch ?? 0),
    };
  }

  check(now: number, isAnew: boolean): void {
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
    if (message.type === "entered") this.#self = message.entity;
    if (message.type === "entities") {
      for (const id of message.leave) this.#entities.delete(id);
      for (const entity of message.enter) this.#entities.set(entity.id, entity);
    }
    if (message.type === "bubble") this.#bubbles.hear(message.entity, message.text, this.#now());
    if (message.type === "departed") this.#isOver = true;
    this.#on.heard(message);
  }

  #apply(bytes: Uint8Array): void {
    const snapshot = decodeSnapshot(bytes);
    if (!snapshot) return;
    this.#others.heard(snapshot.tick, snapshot.others, this.#now());
    if (this.#prediction) {
      this.#prediction.correct(snapshot.self, snapshot.ack, (snapshot.flags & snapFlag) !== 0);
      return;
    }
    this.#begin(snapshot);
  }

  #begin({ self, ack }: Snapshot): void {
    const send: ConstructorParameters<typeof Prediction>[2] = (commands) =>
      this.#transport.sendVolatile(encodeCommands(commands));
    this.#prediction = new Prediction(this.ground, self, send);
    this.#prediction.correct(self, ack, false);
    this.#on.live();
  }

  /** Nobody is drawn whose name has not come yet. */
  #spriteOf(pose: Pose, now: number): Sprite[] {
    const entity = this.#entities.get(pose.id);
    return entity ? [{ ...entity, ...pose, says: this.#bubbles.of(pose.id, now) }] : [];
  }
}
