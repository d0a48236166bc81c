import type { WorldMap } from "#shared/world-map.ts";

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
        dialog: "",
      },
    ],
  },
);
