import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { worldIndex, worldManifest } from "#shared/manifest.ts";
import type { WorldMap } from "#shared/world-map.ts";
import { buildWorlds } from "./build.ts";
import { sha256 } from "./output.ts";
import { layerOf, plantWorlds } from "./planted-worlds.ts";
import { syncTiled } from "./sync-tiled.ts";

const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const mapOf = (outDir: string, key: string): WorldMap =>
  json(join(outDir, "server/worlds", key, "map.json")) as WorldMap;

test("a world is found by its folder, and its map's hash is in the index", async () => {
  using worlds = plantWorlds();
  await buildWorlds(worlds);
  const index = worldIndex.parse(json(join(worlds.outDir, "server/worlds.json")));
  expect(Object.keys(index)).toEqual(["hub", "left_world", "right_world", "top_world"]);
  for (const key of Object.keys(index)) {
    const dir = join(worlds.outDir, "server/worlds", key);
    expect(index[key]?.mapSha256).toBe(sha256(readFileSync(join(dir, "map.json"))));
    expect(worldManifest.parse(json(join(dir, "world.json"))).name).toBe(index[key]?.name);
    const files =
      key === "left_world" ? ["map.json", "module.mjs", "world.json"] : ["map.json", "world.json"];
    expect(readdirSync(dir).sort()).toEqual(files);
  }
});

test("every portal is a spawn, and is labelled with the name of where it leads", async () => {
  using worlds = plantWorlds();
  await buildWorlds(worlds);
  const { portals, spawns } = mapOf(worlds.outDir, "hub");
  expect(portals["LeftPortal"]).toMatchObject({ x: 170, y: 260, w: 64, h: 64, label: "To Left World" });
  expect(spawns["LeftPortal"]).toEqual({ x: 170, y: 260, facing: 0 });
});

test("what a map leaves out comes from its class in the project", async () => {
  using worlds = plantWorlds();
  worlds.edit("worlds.tiled-project", (project) => {
    const types = project["propertyTypes"] as { name: string; members: { name: string; value: unknown }[] }[];
    for (const { name, members } of types)
      for (const member of members ?? []) if (name === "Npc" && member.name === "speed") member.value = 2.5;
  });
  worlds.edit("hub/map.tmj", (map) => {
    for (const object of map.layers.flatMap(({ objects }) => objects ?? []))
      object.properties = (object.properties ?? []).filter(({ name }) => name !== "speed");
  });
  await buildWorlds(worlds);
  expect(mapOf(worlds.outDir, "hub").npcs[0]?.speed).toBe(2.5);
});

test("a map reads the same whether Tiled wrote the class as type or as class, and without propertytype", async () => {
  using worlds = plantWorlds();
  await buildWorlds(worlds);
  const before = mapOf(worlds.outDir, "hub");
  worlds.edit("hub/map.tmj", (map) => {
    for (const object of map.layers.flatMap(({ objects }) => objects ?? [])) {
      object["class"] = object["type"];
      delete object["type"];
      for (const property of object.properties ?? [])
        delete (property as { propertytype?: string }).propertytype;
    }
  });
  expect((await buildWorlds(worlds)).changed).toEqual([]);
  expect(mapOf(worlds.outDir, "hub")).toEqual(before);
});

test("a turned tile keeps its turns, and is as solid as the tile it is", async () => {
  using worlds = plantWorlds();
  const solidTile = 426 + 3 * 16 + 1;
  const turned = solidTile + 2 ** 31 + 2 ** 29;
  const at = 13 * 25 + 4;
  worlds.edit("hub/map.tmj", (map) => void (layerOf(map, "deco").data[at] = turned));
  await buildWorlds(worlds);
  const { layers, solid } = mapOf(worlds.outDir, "hub");
  expect(layers.deco[at]).toBe(turned);
  expect(isSolid(solid, at)).toBe(true);
  expect(isSolid(solid, at + 1)).toBe(false);
});

test("positions are rounded to a hundredth", async () => {
  using worlds = plantWorlds();
  worlds.edit("hub/map.tmj", (map) => {
    for (const object of layerOf(map, "objects").objects)
      if (object.name === "default") object.x = 400.123456;
  });
  await buildWorlds(worlds);
  expect(mapOf(worlds.outDir, "hub").spawns["default"]?.x).toBe(400.12);
});

test("files whose bytes stay the same are not touched", async () => {
  using worlds = plantWorlds();
  expect((await buildWorlds(worlds)).changed).toHaveLength(4);
  const inode = (key: string): number => statSync(join(worlds.outDir, "server/worlds", key, "map.json")).ino;
  const before = [inode("hub"), inode("left_world")];
  worlds.edit("hub/map.tmj", (map) => void (layerOf(map, "collision").data[13 * 25 + 4] = 1));
  expect((await buildWorlds(worlds)).changed).toEqual(["hub"]);
  expect(inode("hub")).not.toBe(before[0]);
  expect(inode("left_world")).toBe(before[1]);
});

test("of the worlds asked for, only those are written", async () => {
  using worlds = plantWorlds();
  await buildWorlds({ ...worlds, only: ["hub"] });
  expect(readdirSync(join(worlds.outDir, "server/worlds"))).toEqual(["hub"]);
});

test("a world that is gone leaves no built folder behind", async () => {
  using worlds = plantWorlds();
  worlds.write("caves/world.json", JSON.stringify({ schema: 1, name: "Caves" }));
  worlds.write("caves/map.tmj", readFileSync(join(worlds.worldsDir, "left_world/map.tmj")));
  for (const name of ["ground.png", "ground.tsj", "props.png", "props.tsj"])
    worlds.write(`caves/tiles/${name}`, readFileSync(join(worlds.worldsDir, "left_world/tiles", name)));
  worlds.write(
    "caves/sprites/blue-quartermaster.png",
    readFileSync(join(worlds.worldsDir, "left_world/sprites/blue-quartermaster.png")),
  );
  expect(syncTiled(worlds.worldsDir)).toBe(true);
  expect((await buildWorlds(worlds)).changed).toContain("caves");
  worlds.remove("caves");
  expect(syncTiled(worlds.worldsDir)).toBe(true);
  await buildWorlds(worlds);
  expect(readdirSync(join(worlds.outDir, "server/worlds"))).not.toContain("caves");
});

test("bringing the list of worlds up to date changes nothing else in the project", () => {
  using worlds = plantWorlds();
  const path = join(worlds.worldsDir, "worlds.tiled-project");
  const before = readFileSync(path, "utf8");
  expect(syncTiled(worlds.worldsDir)).toBe(false);
  worlds.write("worlds.tiled-project", before.replace(/\s*"left_world",/, ""));
  expect(syncTiled(worlds.worldsDir)).toBe(true);
  expect(readFileSync(path, "utf8")).toBe(before);
});

test.each(["../left_world/tide.ts", "../../outside.ts"])(
  "rules that need code of another are refused: %s",
  async (stranger) => {
    using worlds = plantWorlds();
    worlds.edit("hub/world.json", (manifest) => void (manifest["module"] = "rules.ts"));
    worlds.write("hub/rules.ts", `export { tide } from ${JSON.stringify(stranger)};`);
    worlds.write(join("hub", stranger), "export const tide = Math.random();");
    await expect(buildWorlds(worlds)).rejects.toThrow(
      /^worlds\/hub\/rules\.ts: needs (worlds\/left_world\/tide|outside)\.ts; a world's code may need its own folder/,
    );
  },
);

test("a world's own rules become one module, its imports within", async () => {
  using worlds = plantWorlds();
  worlds.edit("hub/world.json", (manifest) => void (manifest["module"] = "rules.ts"));
  worlds.write(
    "hub/rules.ts",
    'import { greeting } from "./words.ts";\nexport default (name: string): string => `${greeting}, ${name}`;\n',
  );
  worlds.write("hub/words.ts", 'export const greeting: string = "Welcome";\n');
  await buildWorlds(worlds);
  const built = join(worlds.outDir, "server/worlds/hub/module.mjs");
  const module = (await import(pathToFileURL(built).href)) as { default(name: string): string };
  expect(module.default("Ada")).toBe("Welcome, Ada");
  worlds.edit("hub/world.json", (manifest) => void delete manifest["module"]);
  await buildWorlds(worlds);
  expect(readdirSync(join(worlds.outDir, "server/worlds/hub"))).not.toContain("module.mjs");
});

const isSolid = (solid: string, index: number): boolean =>
  (((Buffer.from(solid, "base64")[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
