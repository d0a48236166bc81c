import type { Limits } from "#shared/limits.ts";
import type { EntityInfo } from "#shared/protocol/client-world.ts";
import type { Commands } from "#shared/protocol/commands.ts";
import { snapFlag } from "#shared/protocol/snapshot.ts";
import type { EntityState, Snapshot } from "#shared/protocol/snapshot.ts";
import { isFree, snap } from "#shared/step-player.ts";
import type { Body, Ground } from "#shared/step-player.ts";
import type { MapNpc, MapPortal, WorldMap } from "#shared/world-map.ts";
import { Avatar } from "./avatar.ts";
import type { Identity } from "./avatar.ts";
import { EntityIds } from "./entity-ids.ts";

export type SimulationMap = Pick<WorldMap, "spawns" | "portals" | "npcs">;
export type SeenPlayer = EntityState & Identity;
export type PortalInReach =
  | { portal: MapPortal }
  | { refusal: "not_joined" | "invalid_portal" | "not_at_portal" };

/** Everything that moves in one world. Avatars are named by their admission; time comes in ticks. */
export class Simulation {
  readonly #map: SimulationMap;
  readonly #ground: Ground;
  readonly #limits: Limits;
  readonly #ids = new EntityIds();
  readonly #npcs: readonly { info: EntityInfo; npc: MapNpc }[];
  readonly #avatars = new Map<string, Avatar>();
  #states: readonly EntityState[] | undefined;
  #tick = 0;
  #generation = 0;

  constructor(map: SimulationMap, ground: Ground, limits: Limits) {
    this.#map = map;
    this.#ground = ground;
    this.#limits = limits;
    this.#npcs = map.npcs.map((npc) => ({
      npc,
      info: { id: this.#ids.take(), kind: "npc", name: npc.name, guest: false, sprite: npc.sprite },
    }));
  }

  get tick(): number {
    return this.#tick;
  }

  /** Changes whenever somebody enters or leaves the view. */
  get generation(): number {
    return this.#generation;
  }

  /** A body that nobody sees and that does not move yet. Returns its entity id. */
  place(admission: string, identity: Identity, at: Body): number {
    this.remove(admission);
    const avatar = new Avatar(this.#ids.take(), identity, this.#standable(at), this.#limits);
    this.#avatars.set(admission, avatar);
    return avatar.entity;
  }

  activate(admission: string): void {
    const avatar = this.#avatars.get(admission);
    if (!avatar) return;
    avatar.isActive = true;
    this.#generation++;
    this.#states = undefined;
  }

  /** Sets a position instead of walking to it. False where the body does not fit. */
  move(admission: string, to: Body): boolean {
    const avatar = this.#avatars.get(admission);
    const at = onGrid(to);
    if (!avatar || !isFree(at.x, at.y, this.#ground)) return false;
    avatar.body = at;
    avatar.wasSet = true;
    this.#states = undefined;
    return true;
  }

  /** Stands still until new commands come. */
  stop(admission: string): void {
    this.#avatars.get(admission)?.stop();
  }

  remove(admission: string): void {
    const avatar = this.#avatars.get(admission);
    if (!avatar) return;
    this.#avatars.delete(admission);
    this.#ids.giveBack(avatar.entity);
    this.#generation++;
    this.#states = undefined;
  }

  /** Returns how many commands were too old to ever be run. */
  receive(admission: string, commands: Commands): number {
    return this.#avatars.get(admission)?.receive(commands) ?? 0;
  }

  /** Lets `ticks` of real time pass at once; more than one only after the process was held up. */
  advance(ticks = 1): void {
    this.#tick += ticks;
    this.#states = undefined;
    for (const avatar of this.#avatars.values()) avatar.advance(ticks, this.#ground);
  }

  bodyOf(admission: string): Body | undefined {
    return this.#avatars.get(admission)?.body;
  }

  /** Whether the avatar stands close enough to the portal to use it. */
  portalInReach(admission: string, name: string): PortalInReach {
    const avatar = this.#avatars.get(admission);
    if (!avatar?.isActive) return { refusal: "not_joined" };
    const portal = Object.hasOwn(this.#map.portals, name) ? this.#map.portals[name] : undefined;
    if (!portal) return { refusal: "invalid_portal" };
    const distance = Math.hypot(avatar.body.x - portal.x, avatar.body.y - portal.y);
    return distance <= this.#limits.portalUseUnits ? { portal } : { refusal: "not_at_portal" };
  }

  /** A player others can see. */
  playerOf(admission: string): SeenPlayer | undefined {
    const avatar = this.#avatars.get(admission);
    return avatar?.isActive ? { id: avatar.entity, ...avatar.identity, ...avatar.body } : undefined;
  }

  /** By admission. */
  players(): Map<string, SeenPlayer> {
    const seen = [...this.#avatars.keys()].map((admission) => [admission, this.playerOf(admission)] as const);
    return new Map(seen.filter((entry): entry is [string, SeenPlayer] => entry[1] !== undefined));
  }

  /** Everybody and everything that can be seen. */
  visible(): EntityInfo[] {
    const players = [...this.#avatars.values()].filter(({ isActive }) => isActive);
    return [...this.#npcs.map(({ info }) => info), ...players.map(infoOf)];
  }

  /** The state as one player is to be told it. Takes note that they were. */
  takeSnapshot(admission: string): Snapshot | undefined {
    const avatar = this.#avatars.get(admission);
    if (!avatar?.isActive) return undefined;
    const flags = avatar.wasSet ? snapFlag : 0;
    avatar.wasSet = false;
    const others = this.#stateOfAll().filter(({ id }) => id !== avatar.entity);
    return { flags, tick: this.#tick, ack: avatar.ack, self: avatar.body, others };
  }

  #stateOfAll(): readonly EntityState[] {
    if (this.#states) return this.#states;
    const seconds = (this.#tick * this.#limits.tickMs) / 1000;
    const npcs = this.#npcs.map(({ npc, info }) => ({ id: info.id, ...npcBody(npc, seconds) }));
    const players = [...this.#avatars.values()].filter(({ isActive }) => isActive);
    this.#states = [...npcs, ...players.map(({ entity, body }) => ({ id: entity, ...body }))];
    return this.#states;
  }

  /** The nearest thing to `at` that is not inside a wall: a saved place may be older than the map. */
  #standable(at: Body): Body {
    const body = onGrid(at);
    const spawn = this.#map.spawns["default"];
    return isFree(body.x, body.y, this.#ground) || !spawn ? body : onGrid(spawn);
  }
}

/** Where an NPC is after that many seconds of the world. */
export function npcBody({ x, y, rx, ry, speed, phase }: MapNpc, seconds: number): Body {
  const t = speed * seconds + phase;
  const dx = -Math.sin(t) * rx;
  const dy = 1.7 * Math.cos(1.7 * t) * ry;
  const sideways = dx < 0 ? 1 : 2;
  const upOrDown = dy < 0 ? 3 : 0;
  const facing = Math.abs(dx) >= Math.abs(dy) ? sideways : upOrDown;
  return { x: x + Math.cos(t) * rx, y: y + Math.sin(1.7 * t) * ry, facing };
}

const infoOf = ({ entity, identity: { name, guest } }: Avatar): EntityInfo => ({
  id: entity,
  kind: "player",
  name,
  guest,
  sprite: "player",
});

const onGrid = ({ x, y, facing }: Body): Body => ({ x: snap(x), y: snap(y), facing });
