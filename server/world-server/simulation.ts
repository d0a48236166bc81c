import type { Limits } from "#shared/limits.ts";
import type { Looks } from "#shared/protocol/snapshot-layout.ts";
import { gridPerUnit, isFree, snap } from "#shared/step-player.ts";
import type { Body, Ground, MovingBody } from "#shared/step-player.ts";
import type { MapNpc, MapPortal, WorldMap } from "#shared/world-map.ts";
import type { WorldSettings } from "#shared/world-settings.ts";
import { Avatar } from "./avatar.ts";
import type { Identity, Pace } from "./avatar.ts";
import type { FrameBytes } from "./replication/frame-bytes.ts";
import { Replication } from "./replication/replication.ts";
import type { View } from "./replication/view.ts";

export interface SimulationWorld extends WorldSettings {
  readonly map: Pick<WorldMap, "spawns" | "portals" | "npcs" | "w" | "h" | "tile">;
}

export type SeenPlayer = { readonly id: number } & Body & Identity;
export type PortalInReach =
  | { portal: MapPortal }
  | { refusal: "not_joined" | "invalid_portal" | "not_at_portal" };

export type SeenEntity = { readonly id: number } & Body & Omit<Looks, "guest">;
export type EntityInReach = { entity: SeenEntity } | { refusal: "not_joined" | "not_in_reach" };

const playerSprite = "player";
/** A thing that is put further away than this was not walked there. */
const jumpUnits = 64;

/** Something that is nobody's body. */
interface Thing {
  readonly body: MovingBody;
  looks: Looks;
}

/** Everything that moves in one world. Avatars are named by their admission; time comes in ticks. */
export class Simulation {
  readonly replication: Replication;
  readonly #world: SimulationWorld;
  readonly #ground: Ground;
  readonly #limits: Limits;
  readonly #pace: Pace;
  readonly #npcs: readonly { readonly id: number; readonly npc: MapNpc; readonly body: MovingBody }[];
  readonly #things = new Map<number, Thing>();
  readonly #avatars = new Map<string, Avatar>();
  /** Written anew for every viewer. */
  readonly #own = { x: 0, y: 0, facing: 0, ack: 0, wasSet: false };
  #tick = 0;
  #send = 0;

  constructor(world: SimulationWorld, ground: Ground, limits: Limits) {
    const { map, rates, interest, bytesPerSecond, capacity } = world;
    this.#world = world;
    this.#ground = ground;
    this.#limits = limits;
    const { commandCredit, commandQueue } = limits;
    this.#pace = { commandsPerTick: rates.commandsPerTick, commandCredit, commandQueue };
    this.replication = new Replication({
      ...interest,
      width: map.w * map.tile,
      height: map.h * map.tile,
      ticksPerSend: rates.ticksPerSend,
      bytesPerSend: (bytesPerSecond * rates.ticksPerSend * rates.tickMs) / 1000,
      capacity: capacity + map.npcs.length,
    });
    this.#npcs = map.npcs.map((npc) => {
      const id = this.replication.take();
      const { name, sprite } = npc;
      const body = { x: 0, y: 0, facing: 0 };
      walkNpc(npc, 0, body);
      this.replication.show(id, body, { kind: "npc", name, guest: false, sprite });
      return { id, npc, body };
    });
    this.replication.publish(0);
  }

  get tick(): number {
    return this.#tick;
  }

  /** How long it has run. */
  get seconds(): number {
    return (this.#tick * this.#world.rates.tickMs) / 1000;
  }

  /** In units. */
  get size(): { width: number; height: number } {
    const { w, h, tile } = this.#world.map;
    return { width: w * tile, height: h * tile };
  }

  /** A body that nobody sees and that does not move yet. */
  place(admission: string, identity: Identity, at: Body): Avatar {
    this.remove(admission);
    const avatar = new Avatar(this.replication.take(), identity, this.#standable(at), this.#pace);
    this.#avatars.set(admission, avatar);
    return avatar;
  }

  activate(admission: string): void {
    const avatar = this.#avatars.get(admission);
    if (!avatar || avatar.isActive) return;
    avatar.isActive = true;
    const { name, guest } = avatar.identity;
    this.replication.show(avatar.entity, avatar.body, { kind: "player", name, guest, sprite: playerSprite });
  }

  /** Sets a position instead of walking to it. False where the body does not fit. */
  move(admission: string, to: Body): boolean {
    const avatar = this.#avatars.get(admission);
    const at = onGrid(to);
    if (!avatar || !isFree(at.x, at.y, this.#ground)) return false;
    avatar.set(at);
    if (avatar.isActive) this.replication.set(avatar.entity, at);
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
    avatar.isActive = false;
    this.replication.remove(avatar.entity);
  }

  avatarOf(admission: string): Avatar | undefined {
    return this.#avatars.get(admission);
  }

  /** Puts something into the world that is nobody's body. @throws RangeError when there are too many */
  spawn(looks: Looks, at: Body): number {
    const { worldThings } = this.#limits;
    if (this.#things.size >= worldThings) throw new RangeError(`a world holds ${worldThings} things`);
    const id = this.replication.take();
    this.#things.set(id, { body: onGrid(at), looks });
    this.replication.show(id, onGrid(at), looks);
    return id;
  }

  /**
   * It walks there, or appears there when that is far. False when there is no such thing. Nothing holds a thing up:
   * what it may walk through is its rules' affair.
   */
  moveThing(id: number, to: Body): boolean {
    const thing = this.#things.get(id);
    if (!thing) return false;
    const { body } = thing;
    const isJump = apart(body, to) > jumpUnits;
    body.x = snap(to.x);
    body.y = snap(to.y);
    body.facing = to.facing;
    if (isJump) this.replication.set(id, body);
    else this.replication.move(id, body);
    return true;
  }

  lookThing(id: number, looks: Partial<Looks>): boolean {
    const thing = this.#things.get(id);
    if (!thing) return false;
    thing.looks = { ...thing.looks, ...looks };
    this.replication.look(id, thing.looks);
    return true;
  }

  despawn(id: number): boolean {
    if (!this.#things.delete(id)) return false;
    this.replication.remove(id);
    return true;
  }

  /** Lets `ticks` of real time pass at once; more than one only after the process was held up. */
  advance(ticks = 1): void {
    this.#tick += ticks;
    for (const avatar of this.#avatars.values()) avatar.advance(ticks, this.#ground);
  }

  /**
   * Settles what is to be told, when a send is due. When the world is seen whole, `isHalved` leaves out every second
   * send: for whoever misses one by themselves the next is a whole state.
   */
  publish(isHalved = false): boolean {
    const send = Math.floor(this.#tick / this.#world.rates.ticksPerSend);
    if (send - this.#send < (isHalved && this.replication.isWhole ? 2 : 1)) return false;
    this.#send = send;
    for (const { id, npc, body } of this.#npcs) {
      walkNpc(npc, this.seconds, body);
      this.replication.move(id, body);
    }
    for (const avatar of this.#avatars.values())
      if (avatar.isActive) this.replication.move(avatar.entity, avatar.seenBody(this.#ground));
    this.replication.publish(send);
    return true;
  }

  /** Appends the snapshot that brings a viewer to the newest send. */
  write(to: FrameBytes, view: View, avatar: Avatar): void {
    const own = this.#own;
    own.x = avatar.body.x * gridPerUnit;
    own.y = avatar.body.y * gridPerUnit;
    own.facing = avatar.body.facing;
    own.ack = avatar.ack;
    own.wasSet = avatar.wasSet;
    this.replication.write(to, view, own);
    avatar.wasSet = false;
  }

  bodyOf(admission: string): Body | undefined {
    return this.#avatars.get(admission)?.body;
  }

  /** Whether the avatar stands close enough to the portal to use it. */
  portalInReach(admission: string, name: string): PortalInReach {
    const avatar = this.#avatars.get(admission);
    if (!avatar?.isActive) return { refusal: "not_joined" };
    const { portals } = this.#world.map;
    const portal = Object.hasOwn(portals, name) ? portals[name] : undefined;
    if (!portal) return { refusal: "invalid_portal" };
    return apart(avatar.body, portal) <= this.#limits.portalUseUnits
      ? { portal }
      : { refusal: "not_at_portal" };
  }

  /** What this avatar wants to speak to or touch, when it is close enough. Nobody reaches themselves. */
  entityInReach(avatar: Avatar | undefined, id: number): EntityInReach {
    if (!avatar?.isActive) return { refusal: "not_joined" };
    const entity = id === avatar.entity ? undefined : this.entityOf(id);
    const isNear = entity !== undefined && apart(avatar.body, entity) <= this.#limits.interactUnits;
    return isNear ? { entity } : { refusal: "not_in_reach" };
  }

  /** Anything that can be seen, as it is now. */
  entityOf(id: number): SeenEntity | undefined {
    const found = this.#npcs.find((one) => one.id === id);
    if (found) return { id, kind: "npc", name: found.npc.name, sprite: found.npc.sprite, ...found.body };
    const thing = this.#things.get(id);
    if (thing)
      return {
        id,
        kind: thing.looks.kind,
        name: thing.looks.name,
        sprite: thing.looks.sprite,
        ...thing.body,
      };
    for (const { entity, isActive, identity, body } of this.#avatars.values())
      if (entity === id && isActive)
        return { id, kind: "player", name: identity.name, sprite: playerSprite, ...body };
    return undefined;
  }

  /** What a character of the map answers; empty when it has nothing to say. */
  dialogOf(id: number): string {
    return this.#npcs.find((one) => one.id === id)?.npc.dialog ?? "";
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

  /** The nearest thing to `at` that is not inside a wall: a saved place may be older than the map. */
  #standable(at: Body): Body {
    const body = onGrid(at);
    const spawn = this.#world.map.spawns["default"];
    return isFree(body.x, body.y, this.#ground) || !spawn ? body : onGrid(spawn);
  }
}

/** Puts an NPC where it is after that many seconds of the world. */
export function walkNpc({ x, y, rx, ry, speed, phase }: MapNpc, seconds: number, body: MovingBody): void {
  const t = speed * seconds + phase;
  const dx = -Math.sin(t) * rx;
  const dy = 1.7 * Math.cos(1.7 * t) * ry;
  const sideways = dx < 0 ? 1 : 2;
  const upOrDown = dy < 0 ? 3 : 0;
  body.facing = Math.abs(dx) >= Math.abs(dy) ? sideways : upOrDown;
  body.x = snap(x + Math.cos(t) * rx);
  body.y = snap(y + Math.sin(1.7 * t) * ry);
}

/** Bodies live on the grid of step-player.ts. */
const onGrid = ({ x, y, facing }: Body): Body => ({ x: snap(x), y: snap(y), facing });

const apart = (
  a: { readonly x: number; readonly y: number },
  b: { readonly x: number; readonly y: number },
): number => Math.hypot(a.x - b.x, a.y - b.y);
