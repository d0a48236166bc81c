import type { Clock } from "#adapters/ws/link.ts";
import { groundOf } from "#shared/ground.ts";
import type { Limits } from "#shared/limits.ts";
import type { FromLaunch, Roster, ToLaunch } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { WorldRules } from "#shared/world-rules.ts";
import { Audience, type AudienceCounts } from "./audience.ts";
import { every, now } from "./clock.ts";
import { admissionOf, openDoor, rosterOf, wakeAt } from "./door-state.ts";
import type { Door, DoorEffect, DoorInput } from "./door-state.ts";
import { stepDoor } from "./door.ts";
import type { Log } from "./log.ts";
import { Lull } from "./lull.ts";
import type { Player } from "./player.ts";
import { Rules } from "./rules.ts";
import { selfTest } from "./self-test.ts";
import { Simulation } from "./simulation.ts";
import { Talk } from "./talk.ts";
import type { World } from "./world-files.ts";

/** Who this launch reports to: the master, or nobody when the world runs alone. */
export interface Master {
  readonly isReachable: boolean;
  send(message: FromLaunch): void;
}

export interface LaunchDeps {
  readonly world: World;
  readonly rules?: WorldRules | undefined;
  /** The same rules, every time with variables of their own: to try them out. */
  readonly copyRules?: (() => Promise<WorldRules | undefined>) | undefined;
  /** What an earlier launch of this world wanted remembered. */
  readonly state?: string | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly master: Master;
  /** The door has said all it had to say. */
  readonly exit: (reason: string) => void;
}

/** What a launch counts, for its `PERF_SAMPLE`. */
export interface LaunchCounts extends AudienceCounts {
  inside: number;
  waiting: number;
  expected: number;
  holds: number;
  connections: number;
  entities: number;
  ticks: number;
  /** Commands that were too old to ever be run. */
  dropped: number;
}

/** One launch of a world: its door and its simulation, and everybody they speak to. */
export class Launch {
  readonly #deps: LaunchDeps;
  readonly #simulation: Simulation;
  readonly #rules: Rules;
  readonly #talk: Talk;
  readonly #players = new Map<string, Player>();
  readonly #audience: Audience;
  readonly #lull: Lull;
  readonly #stops: (() => void)[] = [];
  #door: Door;
  #stopWake = (): void => {};
  #requests = 0;
  #ticks = 0;
  #dropped = 0;
  #tickedAt = -Infinity;
  /** What the master knows of what is to be remembered. */
  #remembered: string | undefined;
  /** What it took over last. */
  #inherited: string | undefined;

  constructor(deps: LaunchDeps) {
    const { world, rules, limits, log } = deps;
    this.#deps = deps;
    this.#simulation = new Simulation(world, groundOf(world.map), limits);
    const { tickMs, ticksPerSend } = world.rates;
    const pace = { sendMs: tickMs * ticksPerSend, radius: world.interest.radius };
    this.#audience = new Audience(this.#simulation, pace, log);
    this.#lull = new Lull({
      tickAt: () => this.#tickedAt + tickMs,
      isTelling: () => this.#audience.isTelling,
    });
    this.#talk = new Talk(this.#simulation, this.#audience);
    this.#rules = new Rules({ rules, world, log }, this.#simulation, this.#talk);
    // A roster holds as many expected as a full world, and all who are in it twice.
    const capacity = Math.min(world.capacity, limits.worldPlayers);
    const ticketsPerWorld = Math.min(limits.ticketsPerWorld, limits.worldPlayers);
    this.#door = openDoor({ capacity, limits: { ...limits, ticketsPerWorld } });
  }

  start(): void {
    const { limits, clock, world, state } = this.#deps;
    this.#rules.start();
    if (state !== undefined) this.#rules.restore(state);
    this.#remembered = state;
    this.#stops.push(every(world.rates.tickMs, clock, (ticks) => this.#tick(ticks)));
    this.#stops.push(every(limits.saveMs, clock, () => this.#step({ type: "save" })));
    this.#stops.push(every(limits.checkpointMs, clock, () => this.#remember(false)));
  }

  get roster(): Roster {
    return rosterOf(this.#door, this.#deps.clock.now());
  }

  get counts(): LaunchCounts {
    const inside = [...this.#door.inside.values()];
    return {
      inside: inside.length,
      waiting: inside.filter(({ isActive }) => !isActive).length,
      expected: this.#door.expected.size,
      holds: inside.filter(({ hold }) => hold).length,
      connections: this.#players.size,
      entities: this.#simulation.replication.count,
      ticks: this.#ticks,
      dropped: this.#dropped,
      ...this.#audience.counts,
    };
  }

  /** The master speaks. */
  hear(message: ToLaunch): void {
    if (message.type === "test") void this.#prove();
    else if (message.type === "handover") this.#remember(true);
    else if (message.type === "restore") this.#restore(message.text);
    else this.#step(message);
  }

  /** Ends this launch: everybody is saved and sent away. */
  stop(reason: string): void {
    this.#step({ type: "stop", reason });
  }

  /** A player shows a ticket; from now on the connection is told what becomes of it. */
  show(connection: string, player: Player, re: number, ticketHash: string): void {
    this.#players.set(connection, player);
    this.#step({ type: "show", connection, re, ticketHash });
  }

  /** `frame` is a commands frame (commands.ts). */
  receive(connection: string, frame: Uint8Array): void {
    this.#dropped += this.#players.get(connection)?.avatar?.receive(frame) ?? 0;
    this.#lull.heard(this.#players.size);
  }

  /** The player lost track: the next thing it is shown is the whole state. */
  restate(connection: string): void {
    this.#players.get(connection)?.restart();
  }

  usePortal(connection: string, re: number, name: string): void {
    const found = this.#simulation.portalInReach(admissionOf(this.#door, connection) ?? "", name);
    if ("refusal" in found) return this.#deny(connection, re, name, found.refusal);
    if (!this.#deps.master.isReachable) return this.#deny(connection, re, name, "master_unreachable");
    const { target, spawn } = found.portal;
    const request = `p${++this.#requests}`;
    this.#step({ type: "usePortal", connection, re, request, portal: name, target, spawn });
  }

  interact(connection: string, re: number, entity: number): void {
    const player = this.#players.get(connection);
    const touched = player && this.#talk.interact(player, re, entity);
    if (touched) this.#rules.interact(admissionOf(this.#door, connection) ?? "", touched);
  }

  disconnect(connection: string): void {
    const player = this.#players.get(connection);
    if (!player) return;
    this.#players.delete(connection);
    this.#audience.remove(player);
    this.#step({ type: "disconnect", connection });
  }

  #deny(connection: string, re: number, portal: string, reason: Refusal): void {
    this.#players.get(connection)?.say({ type: "portal.denied", re, portal, reason });
  }

  #step(input: DoorInput): void {
    const { clock } = this.#deps;
    const moment = { now: clock.now(), placeOf: (admission: string) => this.#placeOf(admission) };
    const { door, effects } = stepDoor(this.#door, input, moment);
    this.#door = door;
    for (const effect of effects) this.#apply(effect);
    this.#stopWake();
    const at = wakeAt(this.#door);
    this.#stopWake = at === undefined ? () => {} : clock.wakeAt(at, () => this.#step({ type: "wake" }));
  }

  #apply(effect: DoorEffect): void {
    switch (effect.type) {
      case "tell":
        return this.#deps.master.send(effect.message);
      case "say":
        return this.#players.get(effect.connection)?.say(effect.message);
      case "close":
        return this.#players.get(effect.connection)?.close(effect.why);
      case "place":
        return this.#place(effect);
      case "activate":
        return this.#activate(effect);
      case "bubble":
        return this.#talk.sayAs(effect.admission, effect.text);
      case "freeze":
        return this.#simulation.stop(effect.admission);
      case "remove":
        return this.#remove(effect.admission);
      case "exit":
        return this.#exit(effect.reason);
    }
  }

  #place({ admission, connection, re, name, guest, at }: Extract<DoorEffect, { type: "place" }>): void {
    const avatar = this.#simulation.place(admission, { name, guest }, at);
    const player = this.#players.get(connection);
    if (!player) return;
    player.avatar = avatar;
    const { key, mapSha256, rates } = this.#deps.world;
    const { tickMs, ticksPerSend } = rates;
    const { entity } = avatar;
    player.say({ type: "entered", re, world: key, map: mapSha256, entity, tickMs, ticksPerSend });
  }

  #activate({ admission, connection, at }: Extract<DoorEffect, { type: "activate" }>): void {
    if (at) this.#simulation.move(admission, at);
    this.#simulation.activate(admission);
    this.#rules.enter(admission);
    const player = connection === undefined ? undefined : this.#players.get(connection);
    // The traveller sees the new world now, not at its next tick.
    if (player) this.#audience.add(player);
  }

  #remove(admission: string): void {
    this.#rules.leave(admission);
    const avatar = this.#simulation.avatarOf(admission);
    for (const player of this.#audience) if (player.avatar === avatar) this.#audience.remove(player);
    this.#simulation.remove(admission);
  }

  async #prove(): Promise<void> {
    const { copyRules = () => Promise.resolve(undefined), master } = this.#deps;
    const fault = await selfTest({ ...this.#deps, copyRules });
    master.send({ type: "tested", ...(fault !== undefined && { fault }) });
  }

  /** Says what is to be remembered: when it is news, or in any case. */
  #remember(isFinal: boolean): void {
    const text = this.#rules.save();
    if (!isFinal && (text === undefined || text === this.#remembered)) return;
    this.#remembered = text;
    this.#deps.master.send({ type: "state", ...(text !== undefined && { text }), isFinal });
  }

  /** What is told again was not known to have been heard. What is new was done in the launch before; nobody came here. */
  #restore(text: string): void {
    if (text === this.#inherited) return;
    this.#inherited = text;
    this.#rules.restore(text);
    // The master may have heard something else from this launch meanwhile.
    this.#remembered = undefined;
  }

  #exit(reason: string): void {
    for (const stop of this.#stops) stop();
    this.#remember(true);
    this.#deps.exit(reason);
  }

  #tick(ticks: number): void {
    const from = now();
    this.#tickedAt = from;
    this.#simulation.advance(ticks);
    this.#rules.tick();
    this.#ticks += ticks;
    this.#audience.tell(ticks, from);
  }

  #placeOf(admission: string): Place {
    const { x, y, facing } = this.#simulation.bodyOf(admission) ?? { x: 0, y: 0, facing: 0 };
    return { world: this.#deps.world.key, x, y, facing };
  }
}
