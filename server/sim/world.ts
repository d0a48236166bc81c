import type { Inbox } from "#core/inbox.ts";
import type { Limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import type { FromLaunch, ToLaunch } from "#shared/protocol/launch-master.ts";
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
import type { LaunchWire } from "./master.ts";
import { hashOf, type SimNature } from "./nature.ts";
import type { End, Wire } from "./network.ts";

/** `live` stands for the first snapshot: the world shows itself. */
export type ToPlayerSocket = ToPlayer | { readonly type: "live" };
export type PlayerWire = Wire<ToPlayerSocket, FromPlayer>;

/** How a process behaves; only a willing one ever serves anybody. */
export type Temper = "willing" | "mute" | "impostor" | "dies";

export type Order = Extract<Inbox["host"], { type: "launch" }>;

export interface WorldDeps {
  readonly nature: SimNature;
  readonly limits: Limits;
  readonly entry: WorldEntry;
  readonly version: string;
  readonly step: typeof stepDoor;
  /** Dials the master's private listener; `undefined` while there is none. */
  dialMaster(end: End<ToLaunch>): LaunchWire | undefined;
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
  readonly startedAt: number;
  readonly avatars = new Map<string, Avatar>();
  readonly players = new Map<string, PlayerWire>();
  door: Door;
  isAlive = true;
  isFrozen = false;
  thawedAt = -Infinity;
  /** Since when the master has known this process without a break; `undefined` while it does not. */
  linkedAt: number | undefined;
  readonly #deps: WorldDeps;
  readonly #paused: (() => void)[] = [];
  #wire: LaunchWire | undefined;
  #wasRegistered = false;
  #lostAt: number | undefined;
  #stopWaking: () => void = () => {};

  constructor(order: Order, pid: number, temper: Temper, deps: WorldDeps) {
    this.order = order;
    this.pid = pid;
    this.#deps = deps;
    this.startedAt = deps.nature.now();
    this.door = openDoor({ capacity: deps.entry.capacity, limits: deps.limits });
    const boot = deps.nature.between(50, 3000);
    if (temper === "dies") this.#after(boot, () => this.exit(1));
    else if (temper !== "mute") this.#after(boot, () => this.#link(temper === "impostor"));
    this.#every(deps.limits.heartbeatMs, () =>
      this.#tell({ type: "heartbeat", roster: rosterOf(this.door, deps.nature.now()) }),
    );
    this.#every(deps.limits.saveMs, () => {
      for (const avatar of this.avatars.values()) avatar.place = { ...avatar.place, x: ++avatar.steps };
      this.#step({ type: "save" });
    });
  }

  get controlWire(): LaunchWire | undefined {
    return this.#wire;
  }

  /** kill -9, a crash, or the last act of a stop. */
  exit(code: number): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.linkedAt = undefined;
    this.#wire?.drop("dialer");
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
    nature.after(ms, () => {
      this.isFrozen = false;
      this.thawedAt = nature.now();
      for (const run of this.#paused.splice(0)) if (this.isAlive) run();
    });
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

  #link(isImpostor: boolean): void {
    const { nature, limits, version } = this.#deps;
    const isMine = (): boolean => wire !== undefined && this.#wire === wire;
    const wire = this.#deps.dialMaster({
      hear: (message) => this.#whenAwake(() => isMine() && this.#hearMaster(message)),
      closed: () => this.#whenAwake(() => isMine() && this.#lose()),
    });
    this.#wire = wire;
    if (!wire) return this.#lose();
    const { launch, world, token } = this.order;
    wire.toAcceptor({
      type: "register",
      launch,
      token: isImpostor ? "somebody-else-altogether" : token,
      world,
      version,
      protocol: 1,
      pid: this.pid,
      endpoint: { port: this.pid },
      roster: rosterOf(this.door, nature.now()),
    });
    this.#after(limits.registrationAckMs, () => {
      if (!isMine() || this.linkedAt !== undefined) return;
      if (!this.#wasRegistered) return this.exit(21);
      wire.close("dialer", closeCodes.helloTimeout.code);
      this.#lose();
    });
  }

  #lose(): void {
    const { nature, limits } = this.#deps;
    this.#wire = undefined;
    this.linkedAt = undefined;
    this.#lostAt ??= nature.now();
    if (nature.now() - this.#lostAt >= limits.masterLossMs) return this.exit(20);
    this.#after(nature.between(20, 1500), () => {
      if (!this.#wire) this.#link(false);
    });
  }

  #hearMaster(message: ToLaunch): void {
    if (message.type === "registration.refused") return this.exit(0);
    if (message.type === "registered") {
      this.#wasRegistered = true;
      this.#lostAt = undefined;
      this.linkedAt = this.#deps.nature.now();
    }
    this.#step(message);
  }

  #tell(message: FromLaunch): void {
    if (this.linkedAt !== undefined) this.#wire?.toAcceptor(message);
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
        return this.#tell(effect.message);
      case "say":
        return this.players.get(effect.connection)?.toDialer(effect.message);
      case "close":
        this.players.get(effect.connection)?.close("acceptor", closeCodes[effect.why].code);
        this.players.delete(effect.connection);
        return this.#after(0, () => this.#step({ type: "disconnect", connection: effect.connection }));
      case "place":
        return this.#place(effect);
      case "activate":
        if (effect.connection !== undefined) this.players.get(effect.connection)?.toDialer({ type: "live" });
        return;
      case "bubble":
      case "freeze":
        return;
      case "remove":
        return void this.avatars.delete(effect.admission);
      case "exit":
        return this.exit(0);
    }
  }

  #place({ admission, connection, re, name, at }: Extract<DoorEffect, { type: "place" }>): void {
    this.avatars.set(admission, { name, place: { ...at, y: nameMark(name) }, steps: Math.ceil(at.x) });
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

/** Where an avatar stands tells whose it is: a save that reaches somebody else's account shows. */
export function nameMark(name: string): number {
  let mark = 7;
  for (const letter of name) mark = (mark * 31 + letter.charCodeAt(0)) % 100_003;
  return 1_000 + mark;
}
