import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { buildWorlds } from "./build.ts";
import { layerOf, objectOf, plantWorlds } from "./planted-worlds.ts";
import type { AnyMap, Planted } from "./planted-worlds.ts";

const map = "left_world/map.tmj";
const inMap = "worlds/left_world/map.tmj";

const onMap =
  (change: (json: AnyMap) => void) =>
  (worlds: Planted): void =>
    worlds.edit(map, change);

/** What is spoiled, and the line that must name it. */
const rules: readonly (readonly [rule: string, spoil: (worlds: Planted) => void, line: string])[] = [
  [
    "a tile layer is known",
    onMap((json) => (layerOf(json, "deco").name = "decor")),
    `${inMap}: layer "decor": unknown tile layer; there are ground, deco, above, collision`,
  ],
  [
    "a tile layer is there once",
    onMap((json) => (layerOf(json, "deco").name = "ground")),
    `${inMap}: layer "ground": there are two layers of this name`,
  ],
  [
    "the ground is there",
    onMap((json) => (json.layers = json.layers.filter(({ name }) => name !== "ground"))),
    `${inMap}: has no tile layer "ground"`,
  ],
  [
    "other kinds of layer are refused",
    onMap((json) => (layerOf(json, "deco")["type"] = "imagelayer")),
    `${inMap}: layer "deco": a layer of type "imagelayer" is not supported`,
  ],
  [
    "a layer is not shifted",
    onMap((json) => (layerOf(json, "deco")["offsetx"] = 4)),
    `${inMap}: layer "deco": offsetx: must be 0`,
  ],
  [
    "a layer is not see-through",
    onMap((json) => (layerOf(json, "above")["opacity"] = 0.5)),
    `${inMap}: layer "above": opacity: must be 1`,
  ],
  [
    "layer data is not compressed",
    onMap((json) =>
      Object.assign(layerOf(json, "ground"), { data: "eJw=", encoding: "base64", compression: "zlib" }),
    ),
    `${inMap}: layer "ground": data: must be a plain array`,
  ],
  [
    "a layer is as large as its map",
    onMap((json) => layerOf(json, "deco").data.pop()),
    `${inMap}: layer "deco": holds 424 tiles, the map 25 × 17`,
  ],
  [
    "a tile is in a tileset",
    onMap((json) => (layerOf(json, "deco").data[27] = 9999)),
    `${inMap}: layer "deco": tile 9999 at column 2, row 1 is in no tileset`,
  ],
  ["a map is finite", onMap((json) => (json["infinite"] = true)), `${inMap}: infinite: must be false`],
  [
    "a map is orthogonal",
    onMap((json) => (json["orientation"] = "isometric")),
    `${inMap}: orientation: must be "orthogonal"`,
  ],
  ["tiles are 32 wide", onMap((json) => (json["tilewidth"] = 16)), `${inMap}: tilewidth: must be 32`],
  [
    "a tileset is a file of its own",
    onMap((json) => (json["tilesets"] = [{ firstgid: 1, name: "inside" }])),
    `${inMap}: tilesets.0.source: must name an external .tsj file`,
  ],
  [
    "a tileset lies in the world",
    onMap((json) => (json["tilesets"] = [{ firstgid: 1, source: "../hub/tiles/ground.tsj" }])),
    `${inMap}: tileset "../hub/tiles/ground.tsj" must be a .tsj in the world's tiles/`,
  ],
  [
    "a tileset's picture is there",
    (worlds) => worlds.remove("left_world/tiles/props.png"),
    `worlds/left_world/tiles/props.tsj: image "props.png" is missing or not a PNG`,
  ],
  [
    "a tileset's picture is large enough",
    (worlds) => worlds.edit("left_world/tiles/props.tsj", (json) => (json["tilecount"] = 5000)),
    `worlds/left_world/tiles/props.tsj: image "props.png" is`,
  ],
  [
    "a tileset has no margin",
    (worlds) => worlds.edit("left_world/tiles/props.tsj", (json) => (json["margin"] = 1)),
    `worlds/left_world/tiles/props.tsj: margin: must be 0`,
  ],
  [
    "a theme has its colours",
    onMap((json) => (json["properties"] = [])),
    `${inMap}: the map property "accent" must be an opaque colour`,
  ],
  ["a map is JSON", (worlds) => worlds.write(map, "{"), `${inMap}: is not JSON`],
  ["a map is there", (worlds) => worlds.remove(map), `${inMap}: cannot be read`],
  [
    "a folder has a world.json",
    (worlds) => worlds.remove("left_world/world.json"),
    "worlds/left_world: this folder has no world.json",
  ],
  [
    "a world.json is complete",
    (worlds) => worlds.write("left_world/world.json", "{}"),
    "worlds/left_world/world.json: name:",
  ],
  [
    "a world.json says nothing unknown",
    (worlds) => worlds.edit("left_world/world.json", (json) => (json["spawn"] = "here")),
    'worlds/left_world/world.json: Unrecognized key: "spawn"',
  ],
  [
    "a world sends in step with its ticks",
    (worlds) => worlds.edit("left_world/world.json", (json) => (json["sendRate"] = 3)),
    "worlds/left_world/world.json: sendRate: must divide tickRate",
  ],
  [
    "a world holds what a roster can name",
    (worlds) => worlds.edit("left_world/world.json", (json) => (json["capacity"] = 5000)),
    "worlds/left_world/world.json: capacity:",
  ],
  [
    "a key is not reserved",
    (worlds) => worlds.write("metrics/world.json", "{}"),
    'worlds/metrics: "metrics" is a reserved word',
  ],
  [
    "a key is well formed",
    (worlds) => worlds.write("Caves/world.json", "{}"),
    'worlds/Caves: "Caves" is no world key',
  ],
  [
    "a world's module is there",
    (worlds) => worlds.edit("left_world/world.json", (json) => (json["module"] = "rules.ts")),
    'worlds/left_world/world.json: module "rules.ts" is not there',
  ],
  [
    "a fallback is another world",
    (worlds) => worlds.edit("left_world/world.json", (json) => (json["fallback"] = "left_world")),
    `${inMap}: fallback "left_world" is no other world`,
  ],
  [
    "a world's name is its own",
    (worlds) => worlds.edit("left_world/world.json", (json) => (json["name"] = "Hub")),
    `${inMap}: its name "Hub" is also that of worlds/hub/map.tmj`,
  ],
  [
    "the project lists the worlds",
    (worlds) => worlds.edit("worlds.tiled-project", staleKeys),
    "worlds/worlds.tiled-project: WorldKey lists hub; the folders are hub, left_world, right_world, top_world: run npm run worlds:sync-tiled",
  ],
  [
    "the project has the classes",
    (worlds) => worlds.write("worlds.tiled-project", '{"propertyTypes":[]}'),
    'worlds/worlds.tiled-project: has no class "Portal"',
  ],
  [
    "there is a project",
    (worlds) => worlds.remove("worlds.tiled-project"),
    "worlds/worlds.tiled-project: cannot be read",
  ],
];

test.for(rules)("%s", async ([, spoil, line]) => {
  using worlds = plantWorlds();
  spoil(worlds);
  const refusal = await buildWorlds(worlds).catch((cause: unknown) => cause);
  expect(String(refusal)).toContain(line);
  expect(existsSync(worlds.outDir)).toBe(false);
});

test("everything that is wrong is said at once", async () => {
  using worlds = plantWorlds();
  worlds.edit(map, (json) => (objectOf(json, "HubPortal")["type"] = "Door"));
  worlds.edit("hub/map.tmj", (json) => (objectOf(json, "Arcade Host")["type"] = "Robot"));
  await expect(buildWorlds(worlds)).rejects.toThrow(/unknown class "Robot"[^]*unknown class "Door"/);
});

function staleKeys(json: AnyMap): void {
  const types = json["propertyTypes"] as { name: string; values?: string[] }[];
  for (const type of types) if (type.name === "WorldKey") type.values = ["hub"];
}
