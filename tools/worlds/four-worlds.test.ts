import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { worldArt } from "#tools/art/artwork.ts";
import type { WorldMap } from "#shared/world-map.ts";
import { compileWorlds } from "./build.ts";

const worlds = compileWorlds(fileURLToPath(new URL("../../worlds", import.meta.url)));
const maps = new Map(worlds.map(({ key, map }) => [key, map]));

const blue = "#3373ff";
const red = "#f24059";
const violet = "#bf59f2";
const green = "#1abf73";

/** World, its portals as name, x, y, target, target spawn, colour; its default spawn; its NPC. */
const expected = [
  [
    "hub",
    [
      ["LeftPortal", 170, 260, "left_world", "HubPortal", blue],
      ["RightPortal", 630, 260, "right_world", "HubPortal", red],
      ["TopPortal", 400, 130, "top_world", "HubPortal", violet],
    ],
    [400, 260],
    ["Arcade Host", 400, 310, 90, 22, 0.85, 0.4],
  ],
  [
    "left_world",
    [
      ["HubPortal", 630, 260, "hub", "LeftPortal", green],
      ["TopPortal", 630, 130, "top_world", "LeftPortal", violet],
      ["RightPortal", 630, 400, "right_world", "LeftPortal", red],
    ],
    [630, 260],
    ["Blue Quartermaster", 310, 250, 48, 70, 1.15, 1.8],
  ],
  [
    "right_world",
    [
      ["HubPortal", 170, 260, "hub", "RightPortal", green],
      ["TopPortal", 170, 130, "top_world", "RightPortal", violet],
      ["LeftPortal", 170, 400, "left_world", "RightPortal", blue],
    ],
    [170, 260],
    ["Red Mechanic", 500, 260, 54, 54, 1.3, 2.6],
  ],
  [
    "top_world",
    [
      ["HubPortal", 400, 410, "hub", "TopPortal", green],
      ["LeftPortal", 170, 410, "left_world", "TopPortal", blue],
      ["RightPortal", 630, 410, "right_world", "TopPortal", red],
    ],
    [400, 410],
    ["Violet Composer", 400, 235, 110, 36, 0.7, 3.2],
  ],
] as const;

test.for(expected)("%s stands as it was laid out", ([key, portals, [x, y], npc]) => {
  const map = theMap(key);
  const found = Object.entries(map.portals).map(([name, { x, y, target, spawn, color }]) => [
    name,
    x,
    y,
    target,
    spawn,
    color,
  ]);
  expect(new Set(found)).toEqual(new Set<unknown>(portals));
  expect(map.spawns["default"]).toMatchObject({ x, y });
  expect(map.npcs.map(({ name, x, y, rx, ry, speed, phase }) => [name, x, y, rx, ry, speed, phase])).toEqual([
    npc,
  ]);
});

test("they are named for players", () => {
  expect(worlds.map(({ manifest }) => manifest.name)).toEqual([
    "Hub",
    "Left World",
    "Right World",
    "Top World",
  ]);
});

test("every pair of worlds is joined both ways, each portal leading to the one that leads back", () => {
  const links = worlds.flatMap(({ key, map }) =>
    Object.values(map.portals).map(({ target }) => `${key}>${target}`),
  );
  expect(new Set(links).size).toBe(12);
  for (const { key, map } of worlds)
    for (const [name, portal] of Object.entries(map.portals)) {
      const back = theMap(portal.target).portals[portal.spawn];
      expect([back?.target, back?.spawn]).toEqual([key, name]);
    }
});

test.for(worldArt)("in $key nobody walks on what is painted as water, rock or air", ({ key, isWalkable }) => {
  const { w, h, tile, solid } = theMap(key);
  const bits = Buffer.from(solid, "base64");
  for (let index = 0; index < w * h; index++) {
    if (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) continue;
    const left = (index % w) * tile;
    const top = Math.floor(index / w) * tile;
    let open = 0;
    for (let y = 2; y < tile; y += 4)
      for (let x = 2; x < tile; x += 4) open += isWalkable(left + x, top + y) ? 1 : 0;
    expect(open, `tile ${index % w}, ${Math.floor(index / w)}`).toBeGreaterThan(32);
  }
});

function theMap(key: string): WorldMap {
  const map = maps.get(key);
  if (!map) throw new Error(`there is no ${key}`);
  return map;
}
