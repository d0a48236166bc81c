import type { Clock } from "#adapters/ws/link.ts";
import { groundOf } from "#shared/ground.ts";
import type { Limits } from "#shared/limits.ts";
import type { Commands } from "#shared/protocol/commands.ts";
import type { FromLaunch, Roster, ToLaunch } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { WorldRules } from "#shared/world-rules.ts";
import { every } from "./clock.ts";
import { admissionOf, openDoor, rosterOf, wakeAt } from "./door-state.ts";
import type { Door, DoorEffect, DoorInput } from "./door-state.ts";
import { stepDoor } from "./door.ts";
import type { Log } from "./log.ts";
import type { Player } from "./player.ts";
import { Rules } from "./rules.ts";
import { Simulation } from "./simulation.ts";
import type { World } from "./world-files.ts";

/** Who this launch reports to: the master, or nobody when the world runs alone. */
export interface Master {
  readonly isReachable: boolean;
  send(message: FromLaunch): void;
}

export interface LaunchDeps {
  readonly world: World;
  readonly rules?: WorldRules | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly master: Master;
  /** The door has said all it had to say. */
  readonly exit: (reason: string) => void;
}

/** What a launch counts, for its `PERF_SAMPLE`. */
export interface LaunchCounts {
  inside: number;
  waiting: number;
  expected: number;
  holds: number;
  connections: number;
  entities: number;
  ticks: number;
  busyMs: number;
  dropped: number;
}

/** One launch of a world: its door and its simulation, and everybody they speak to. */
export class Launch {
  readonly #deps: LaunchDeps;
  readonly #simulation: Simulation;
  readonly #rules: Rules;
  readonly #players = new Map<string, Player>();
  readonly #stops: (() => void)[] = [];
  #door: Door;
  #stopWake = (): void => {};
  #requests = 0;
  #ticks = 0;
  #busyMs = 0;
  #dropped = 0;

  constructor(deps: LaunchDeps) {
    const { world, rules, limits, log } = deps;
    this.#deps = deps;
    this.#simulation = new Simulation(world.map, groundOf(world.map), limits);
    this.#rules = new Rules(rules, world.key, this.#simulation, log);
    // A roster names everybody in one list, so no more may come in than it holds.
    const ticketsPerWorld = Math.min(limits.ticketsPerWorld, limits.arrayItems);
    const capacity = Math.min(world.capacity, limits.arrayItems);
    this.#door = openDoor({ capacity, limits: { ...limits, ticketsPerWorld } });
  }

  start(): void {
    const { limits, clock } = this.#deps;
    this.#stops.push(every(limits.tickMs, clock, (ticks) => this.#tick(ticks)));
    this.#stops.push(every(limits.saveMs, clock, () => this.#step({ type: "save" })));
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
      entities: this.#simulation.visible().length,
      ticks: this.#ticks,
      busyMs: this.#busyMs,
      dropped: this.#dropped,
    };
  }

  /** The master speaks. */
  hear(message: ToLaunch): void {
    this.#step(message);
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

  receive(connection: string, commands: Commands): void {
    const admission = admissionOf(this.#door, connection);
    if (admission !== undefined) this.#dropped += this.#simulation.receive(admission, commands);
  }

  usePortal(connection: string, re: number, name: string): void {
    const found = this.#simulation.portalInReach(admissionOf(this.#door, connection) ?? "", name);
    if ("refusal" in found) return this.#deny(connection, re, name, found.refusal);
    if (!this.#deps.master.isReachable) return this.#deny(connection, re, name, "master_unreachable");
    const { target, spawn } = found.portal;
    const request = `p${++this.#requests}`;
    this.#step({ type: "usePortal", connection, re, request, portal: name, target, spawn });
  }

  disconnect(connection: string): void {
    if (this.#players.delete(connection)) this.#step({ type: "disconnect", connection });
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
      case "freeze":
        return this.#simulation.stop(effect.admission);
      case "remove":
        return this.#remove(effect.admission);
      case "exit":
        return this.#exit(effect.reason);
    }
  }

  #place({ admission, connection, re, name, guest, at }: Extract<DoorEffect, { type: "place" }>): void {
    const entity = this.#simulation.place(admission, { name, guest }, at);
    const { key, mapSha256 } = this.#deps.world;
    this.#players.get(connection)?.say({ type: "entered", re, world: key, map: mapSha256, entity });
  }

  #activate({ admission, connection, at }: Extract<DoorEffect, { type: "activate" }>): void {
    if (at) this.#simulation.move(admission, at);
    this.#simulation.activate(admission);
    this.#rules.enter(admission);
    // The traveller sees the new world now, not at its next tick.
    if (connection !== undefined) this.#players.get(connection)?.show(this.#simulation, admission);
  }

  #remove(admission: string): void {
    this.#rules.leave(admission);
    this.#simulation.remove(admission);
  }

  #exit(reason: string): void {
    for (const stop of this.#stops) stop();
    this.#deps.exit(reason);
  }

  #tick(ticks: number): void {
    const from = performance.now();
    this.#simulation.advance(ticks);
    this.#rules.tick();
    for (const [admission, { connection, isActive }] of this.#door.inside)
      if (isActive && connection !== undefined)
        this.#players.get(connection)?.show(this.#simulation, admission);
    this.#ticks += ticks;
    this.#busyMs += performance.now() - from;
  }

  #placeOf(admission: string): Place {
    const { x, y, facing } = this.#simulation.bodyOf(admission) ?? { x: 0, y: 0, facing: 0 };
    return { world: this.#deps.world.key, x, y, facing };
  }
}
