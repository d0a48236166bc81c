import type { Inbox } from "#core/inbox.ts";
import type { Limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import type { LastWords, ToLaunch } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { WorldEntry } from "#shared/manifest.ts";
import {
  rosterOf,
  wakeAt,
  openDoor,
  type Door,
  type DoorEffect,
  type DoorInput,
} from "#world-server/door-state.ts";
import type { stepDoor } from "#world-server/door.ts";
import { lie } from "./lies.ts";
import type { LaunchWire } from "./peers.ts";
import { hashOf, type SimNature } from "./nature.ts";
import type { End, Wire } from "./network.ts";
import { Remembered } from "./remembered.ts";
import type { Temper } from "./tempers.ts";
import { nameMark } from "./marks.ts";
import { WorldLine } from "./world-line.ts";

/** `live` stands for the first snapshot: the world shows itself. */
export type ToPlayerSocket = ToPlayer | { readonly type: "live" };
export type PlayerWire = Wire<ToPlayerSocket, FromPlayer>;

export type Order = Extract<Inbox["host"], { type: "launch" }>;

export interface WorldDeps {
  readonly nature: SimNature;
  readonly limits: Limits;
  readonly entry: WorldEntry;
  readonly version: string;
  readonly port: number;
  /** How long one that is willing takes at most until it registers. */
  readonly bootMs: number;
  /** Of the files that lie on the disk as it starts. */
  readonly pack: string | undefined;
  readonly staleToken?: string | undefined;
  readonly step: typeof stepDoor;
  /** Dials the master's private listener; `undefined` while there is none. */
  dialMaster(end: End<ToLaunch>): LaunchWire | undefined;
  readonly write: (words: LastWords | undefined) => void;
  /** Admissions and sessions that are anybody's, for lies; none once the trouble is over. */
  readonly gossip: () => readonly (readonly [admission: string, session: string])[] | undefined;
  /** Everything the door did, before it is carried out. */
  witness(world: SimWorld, input: DoorInput, before: Door, effects: readonly DoorEffect[]): void;
  exited(world: SimWorld, code: number): void;
}

interface Avatar {
  readonly name: string;
  place: Place;
  steps: number;
}

/** A world process: the real door between simulated sockets. It can hang and it can die. */
export class SimWorld {
  readonly order: Order;
  readonly pid: number;
  readonly port: number;
  readonly pack: string | undefined;
  readonly temper: Temper;
  readonly startedAt: number;
  readonly avatars = new Map<string, Avatar>();
  readonly players = new Map<string, PlayerWire>();
  readonly line: WorldLine;
  door: Door;
  isAlive = true;
  isFrozen = false;
  thawedAt = -Infinity;
  readonly memory: Remembered;
  readonly #deps: WorldDeps;
  readonly #paused: (() => void)[] = [];
  #stopWaking: () => void = () => {};

  constructor(order: Order, pid: number, temper: Temper, deps: WorldDeps) {
    const { nature, limits, entry, port, pack } = deps;
    this.order = order;
    this.pid = pid;
    this.port = port;
    this.pack = pack;
    this.temper = temper;
    this.#deps = deps;
    this.startedAt = nature.now();
    this.door = openDoor({ capacity: entry.capacity, limits });
    this.line = new WorldLine({
      ...deps,
      order,
      pid,
      temper,
      roster: () => rosterOf(this.door, nature.now()),
      hear: (message) => this.#hearMaster(message),
      ended: (code) => this.exit(code),
      whenAwake: (run) => this.#whenAwake(run),
    });
    this.memory = new Remembered(nature, (message) => this.line.send(message));
    this.memory.restore(order.state);
    this.#begin();
  }

  #begin(): void {
    const { nature, limits, gossip, bootMs: mostMs } = this.#deps;
    const { temper } = this;
    const bootMs = temper === "slow" ? nature.between(3_000, 60_000) : nature.between(50, mostMs);
    if (temper === "dies") this.#after(bootMs, () => this.exit(1));
    else if (temper !== "mute") this.#after(bootMs, () => this.line.dial());
    if (temper === "twice") this.#after(bootMs + nature.between(500, 5_000), () => this.line.dial(true));
    this.#every(limits.heartbeatMs, () => this.line.beat());
    this.#every(limits.saveMs, () => this.#save());
    this.#every(limits.checkpointMs, () => this.memory.checkpoint());
    if (temper === "liar")
      this.#every(1_000, () => {
        const others = gossip();
        if (others) lie({ world: this, others, nature, say: (message) => this.line.send(message) });
      });
  }

  get controlWire(): LaunchWire | undefined {
    return this.line.wire;
  }

  get linkedAt(): number | undefined {
    return this.isAlive ? this.line.linkedAt : undefined;
  }

  /** What it said is heard before its end, or written down: its line was neither broken nor late a moment ago. */
  get couldTell(): boolean {
    const now = this.#deps.nature.now();
    const isRested = now - this.thawedAt > 5_000 && !this.isFrozen;
    return isRested && this.line.wire?.isClearSince(now - 1_000) !== false;
  }

  /** kill -9, a crash, or the last act of a stop. */
  exit(code: number): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.line.drop();
    for (const wire of this.players.values()) wire.drop("acceptor");
    this.#deps.nature.after(5, () => this.#deps.exited(this, code));
  }

  /** SIGSTOP for a while: sockets stay, nobody answers. */
  freeze(ms: number): void {
    if (!this.isAlive || this.isFrozen) return;
    this.isFrozen = true;
    const { nature } = this.#deps;
    const wires = [...this.players.values()];
    nature.after(nature.between(10_000, 15_000), () => {
      if (this.isFrozen && this.isAlive) for (const wire of wires) wire.giveUpOn("acceptor");
    });
    nature.after(ms, () => this.thaw());
  }

  thaw(): void {
    if (!this.isFrozen) return;
    this.isFrozen = false;
    this.thawedAt = this.#deps.nature.now();
    for (const run of this.#paused.splice(0)) if (this.isAlive) run();
  }

  /** The world's end of a player's socket. */
  admit(connection: string, wire: () => PlayerWire): End<FromPlayer> {
    return {
      hear: (message) => this.#whenAwake(() => this.#hearPlayer(connection, wire, message)),
      closed: () =>
        this.#whenAwake(() => {
          this.players.delete(connection);
          this.#step({ type: "disconnect", connection });
        }),
    };
  }

  #hearPlayer(connection: string, wire: () => PlayerWire, message: FromPlayer): void {
    this.players.set(connection, wire());
    const re = message.id;
    if (message.type === "enter")
      this.#step({ type: "show", connection, re, ticketHash: hashOf(message.ticket) });
    else if (message.type === "portal.use") this.#usePortal(connection, re, message.portal);
  }

  #usePortal(connection: string, re: number, portal: string): void {
    const found = this.#deps.entry.portals[portal];
    const deny = (reason: "invalid_portal" | "master_unreachable"): void =>
      this.players.get(connection)?.toDialer({ type: "portal.denied", re, portal, reason });
    if (!found) return deny("invalid_portal");
    if (this.linkedAt === undefined) return deny("master_unreachable");
    const request = this.#deps.nature.newId("r");
    this.#step({ type: "usePortal", connection, re, request, portal, ...found });
  }

  #hearMaster(message: ToLaunch): void {
    const { nature } = this.#deps;
    if (message.type === "test" && this.temper !== "untestable")
      this.#after(nature.between(20, 400), () =>
        this.line.send({ type: "tested", ...(this.temper === "faulty" && { fault: "the floor is gone" }) }),
      );
    else if (message.type === "handover") this.memory.say(true);
    else if (message.type === "restore") this.memory.takeOver(message.text);
    this.#step(message);
  }

  #save(): void {
    for (const [admission, avatar] of this.avatars) {
      if (!this.door.inside.get(admission)?.isActive) continue;
      avatar.place = { ...avatar.place, x: ++avatar.steps };
      this.memory.steps++;
    }
    this.#step({ type: "save" });
  }

  #step(input: DoorInput): void {
    const { nature, step } = this.#deps;
    const before = this.door;
    const { door, effects } = step(before, input, {
      now: nature.now(),
      placeOf: (admission) => this.#placeOf(admission),
    });
    this.door = door;
    this.#deps.witness(this, input, before, effects);
    for (const effect of effects) this.#obey(effect);
    this.#stopWaking();
    const at = wakeAt(door);
    if (at !== undefined && this.isAlive)
      this.#stopWaking = nature.wakeAt(at, () => this.#whenAwake(() => this.#step({ type: "wake" })));
  }

  #placeOf(admission: string): Place {
    const { entry } = this.#deps;
    return this.avatars.get(admission)?.place ?? { world: entry.key, x: 0, y: 0, facing: 0 };
  }

  #obey(effect: DoorEffect): void {
    switch (effect.type) {
      case "tell":
        return this.line.send(effect.message);
      case "say":
        return this.players.get(effect.connection)?.toDialer(effect.message);
      case "close":
        this.players.get(effect.connection)?.close("acceptor", closeCodes[effect.why].code);
        this.players.delete(effect.connection);
        return this.#after(0, () => this.#step({ type: "disconnect", connection: effect.connection }));
      case "place":
        return this.#place(effect);
      case "activate":
        if (effect.at) this.#stand(effect.admission, effect.at);
        if (effect.connection !== undefined) this.players.get(effect.connection)?.toDialer({ type: "live" });
        return;
      case "bubble":
      case "freeze":
        return;
      case "remove":
        return void this.avatars.delete(effect.admission);
      case "exit":
        this.memory.say(true);
        return this.line.close(() => this.exit(0));
    }
  }

  #stand(admission: string, at: Place, name = this.avatars.get(admission)?.name ?? ""): void {
    this.avatars.set(admission, { name, place: { ...at, y: nameMark(name) }, steps: Math.ceil(at.x) });
  }

  #place({ admission, connection, re, name, at }: Extract<DoorEffect, { type: "place" }>): void {
    this.#stand(admission, at, name);
    const { key, mapSha256 } = this.#deps.entry;
    const pace = { tickMs: 50, ticksPerSend: 1 };
    this.players
      .get(connection)
      ?.toDialer({ type: "entered", re, world: key, map: mapSha256, entity: 1, ...pace });
  }

  #every(ms: number, run: () => void): void {
    this.#after(ms, () => {
      run();
      this.#every(ms, run);
    });
  }

  #after(ms: number, run: () => void): void {
    this.#deps.nature.after(ms, () => this.#whenAwake(run));
  }

  #whenAwake(run: () => void): void {
    if (!this.isAlive) return;
    if (this.isFrozen) this.#paused.push(run);
    else run();
  }
}
