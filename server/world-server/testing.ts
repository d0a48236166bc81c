import { Replica } from "#shared/protocol/replica.ts";
import type { WorldMap } from "#shared/world-map.ts";
import { settingsOf } from "#shared/world-settings.ts";
import type { Avatar } from "./avatar.ts";
import type { Player } from "./player.ts";
import { FrameBytes } from "./replication/frame-bytes.ts";
import type { View } from "./replication/view.ts";
import type { Simulation } from "./simulation.ts";

/** A small room for tests: `#` is solid, everything else floor; 32-unit tiles. */
export function mapOf(rows: readonly string[], rest: Partial<WorldMap> = {}): WorldMap {
  const w = rows[0]?.length ?? 0;
  const bits = new Uint8Array(Math.ceil((w * rows.length) / 8));
  Array.from(rows.join("")).forEach((tile, index) => {
    if (tile === "#") bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return {
    v: 1,
    key: "hub",
    name: "Hub",
    w,
    h: rows.length,
    tile: 32,
    layers: { ground: [], deco: [], above: [] },
    solid: Buffer.from(bits).toString("base64"),
    spawns: { default: { x: 80, y: 80, facing: 0 } },
    portals: {},
    npcs: [],
    zones: [],
    signs: [],
    tilesets: [],
    theme: { backdrop: "#000000", accent: "#ffffff" },
    ...rest,
  };
}

/** A hall with two pillars, one portal in the east and one NPC. */
export const hall = mapOf(
  [
    "####################",
    "#..................#",
    "#..................#",
    "#......##..........#",
    "#......##.....##...#",
    "#.............##...#",
    "#..................#",
    "#..................#",
    "####################",
  ],
  {
    portals: {
      EastPortal: {
        x: 480,
        y: 80,
        w: 32,
        h: 32,
        target: "left_world",
        spawn: "HubPortal",
        label: "Left World",
        color: "#3373ff",
      },
    },
    npcs: [
      {
        id: "host",
        name: "Arcade Host",
        sprite: "host",
        x: 320,
        y: 200,
        rx: 90,
        ry: 22,
        speed: 0.85,
        phase: 0.4,
        dialog: "Hello!",
      },
    ],
  },
);

/** The hall as a world with everything as it is when `world.json` says nothing. */
export const hallWorld = { key: "hub", map: hall, mapSha256: "0".repeat(64), ...settingsOf({}) };

/** What one player would hold of a world. */
export class Watcher {
  readonly replica = new Replica(1);
  readonly #simulation: Simulation;
  readonly #avatar: Avatar;
  readonly #view: View;

  constructor(simulation: Simulation, admission: string) {
    const avatar = simulation.avatarOf(admission);
    if (!avatar) throw new Error(`nobody plays under ${admission}`);
    this.#simulation = simulation;
    this.#avatar = avatar;
    this.#view = simulation.replication.open(avatar.entity);
  }

  /** Publishes what is due and brings the replica up to it. */
  look(): Replica {
    this.#simulation.publish();
    const frame = new FrameBytes();
    this.#simulation.write(frame, this.#view, this.#avatar);
    const applied = this.replica.apply(frame.bytes.slice(0, frame.at));
    if (applied !== "applied") throw new Error(`the snapshot is ${applied}`);
    return this.replica;
  }

  /** Names in view, sorted. */
  names(): string[] {
    return [...this.look().seen.values()].map(({ looks }) => looks.name).toSorted();
  }
}

/** Prepares one player's snapshot and sends it, as a round does for many. False when it was left out. */
export function show(player: Player, simulation: Simulation, frame = new FrameBytes()): boolean {
  frame.at = 0;
  const isPrepared = player.prepare(simulation, frame);
  if (!player.send(frame)) frame.renew();
  return isPrepared;
}

/** Where the payload of the unmasked frame begins that begins at `start`. */
export function payloadAt(buffer: Uint8Array, start: number): number {
  const short = (buffer[start + 1] ?? 0) & 0x7f;
  return start + (short < 126 ? 2 : short === 126 ? 4 : 10);
}
