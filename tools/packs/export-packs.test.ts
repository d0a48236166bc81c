import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { expect, onTestFinished, test, vi } from "vitest";
import { packIndex } from "#shared/manifest.ts";
import type { PackIndex } from "#shared/manifest.ts";
import { buildWorlds, compileWorlds } from "#tools/worlds/build.ts";
import { plantWorlds } from "#tools/worlds/planted-worlds.ts";
import type { Planted } from "#tools/worlds/planted-worlds.ts";
import { exportPacks } from "./export-packs.ts";
import type { ExportedPack } from "./export-packs.ts";

// Whole packs are written and read back: slow on a busy machine, and nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 });

type Choice = { only?: readonly string[]; previous?: string };

const exportAll = ({ worldsDir, outDir }: Planted, choice: Choice = {}): Promise<readonly ExportedPack[]> =>
  exportPacks({ worlds: compileWorlds(worldsDir), worldsDir, outDir, ...choice });
const indexIn = (dir: string): PackIndex["packs"] =>
  packIndex.parse(JSON.parse(readFileSync(join(dir, "index.json"), "utf8"))).packs;
const packsOf = ({ outDir }: Planted): string => join(outDir, "world_packs");
const unpacked = (worlds: Planted, key: string): Record<string, Uint8Array> =>
  unzipSync(readFileSync(join(packsOf(worlds), `${key}.zip`)));
const seconds = (path: string): number => statSync(path).mtimeMs / 1000;
const license = JSON.stringify({ author: "A", license: "MIT", source: "here" });

function planted(): Planted {
  const worlds = plantWorlds();
  onTestFinished(() => worlds[Symbol.dispose]());
  return worlds;
}

test("a pack holds the world's description, map and pictures, and who made them", async () => {
  const worlds = planted();
  await exportAll(worlds);
  await buildWorlds(worlds);
  const files = unpacked(worlds, "hub");
  expect(Object.keys(files)).toEqual([
    "LICENSES.json",
    "map.json",
    "sprites/arcade-host.png",
    "sprites/player.png",
    "sprites/portal-glow.png",
    "sprites/portal.png",
    "tiles/ground.png",
    "tiles/props.png",
    "world.json",
  ]);
  const index = JSON.parse(readFileSync(join(worlds.outDir, "server/worlds.json"), "utf8")) as Record<
    string,
    { mapSha256: string }
  >;
  const description = {
    schema: 1,
    key: "hub",
    name: "Hub",
    map: "map.json",
    mapSha256: index["hub"]?.mapSha256,
  };
  expect(JSON.parse(strFromU8(files["world.json"] ?? new Uint8Array()))).toEqual(description);
  expect(Buffer.from(files["map.json"] ?? "")).toEqual(
    readFileSync(join(worlds.outDir, "server/worlds/hub/map.json")),
  );
  const licensed = Object.keys(JSON.parse(strFromU8(files["LICENSES.json"] ?? new Uint8Array())) as object);
  expect(licensed).toEqual(Object.keys(files).filter((path) => path.endsWith(".png")));
});

test("the index tells size, time and hash of every file, and the web folder mirrors them", async () => {
  const worlds = planted();
  await exportAll(worlds);
  const mirror = join(worlds.outDir, "web/world_packs");
  expect(readdirSync(packsOf(worlds)).sort()).toEqual([
    "hub.zip",
    "index.json",
    "left_world.zip",
    "right_world.zip",
    "top_world.zip",
  ]);
  for (const record of Object.values(indexIn(packsOf(worlds))))
    for (const dir of [packsOf(worlds), mirror]) {
      expect(statSync(join(dir, record.file)).size).toBe(record.size);
      expect(seconds(join(dir, record.file))).toBe(record.mtime);
    }
  expect(indexIn(mirror)).toEqual(indexIn(packsOf(worlds)));
});

test("what is unchanged is not put together again, and keeps its file and its time", async () => {
  const worlds = planted();
  await exportAll(worlds);
  const before = readFileSync(join(packsOf(worlds), "index.json"), "utf8");
  const inode = statSync(join(packsOf(worlds), "hub.zip")).ino;
  const again = await exportAll(worlds);
  expect(again.some(({ changed, rebuilt }) => changed || rebuilt)).toBe(false);
  expect(readFileSync(join(packsOf(worlds), "index.json"), "utf8")).toBe(before);
  expect(statSync(join(packsOf(worlds), "hub.zip")).ino).toBe(inode);
});

test("a newer time of the inputs alone changes nothing", async () => {
  const worlds = planted();
  const [hub] = await exportAll(worlds);
  const later = (hub?.mtime ?? 0) + 5000;
  utimesSync(join(worlds.worldsDir, "hub/map.tmj"), later, later);
  expect((await exportAll(worlds))[0]).toMatchObject({ changed: false, mtime: hub?.mtime });
});

test("when one world changed, only that one is built, and its time moves on", async () => {
  const worlds = planted();
  const before = await exportAll(worlds);
  worlds.edit("left_world/world.json", (manifest) => void (manifest["name"] = "Isle"));
  const after = await exportAll(worlds);
  const changed = after.filter(({ rebuilt }) => rebuilt).map(({ key }) => key);
  // Its neighbours' portals carry its name.
  expect(changed).toEqual(["hub", "left_world", "right_world", "top_world"]);
  worlds.edit(
    "left_world/LICENSES.json",
    (list) => void (list["tiles/ground.png"] = { author: "Ada", license: "CC0-1.0", source: "here" }),
  );
  const last = await exportAll(worlds);
  expect(last.filter(({ rebuilt }) => rebuilt).map(({ key, changed }) => [key, changed])).toEqual([
    ["left_world", true],
  ]);
  expect(last[1]?.mtime).toBeGreaterThan(after[1]?.mtime ?? Infinity);
  expect(last[0]).toMatchObject({ mtime: after[0]?.mtime, sha256: after[0]?.sha256 });
  expect(after[0]?.mtime).toBeGreaterThan(before[0]?.mtime ?? Infinity);
});

test("of the packs asked for, only those are exported; the others stay in the index", async () => {
  const worlds = planted();
  await exportAll(worlds);
  worlds.edit(
    "hub/map.tmj",
    (map) =>
      void (map["properties"] = [
        { name: "accent", value: "#123456" },
        { name: "backdrop", value: "#123456" },
      ]),
  );
  const exported = await exportAll(worlds, { only: ["hub"] });
  expect(exported.map(({ key, changed }) => [key, changed])).toEqual([["hub", true]]);
  expect(Object.keys(indexIn(packsOf(worlds)))).toHaveLength(4);
});

test("a pack that is damaged is put back with the time it had, though size and time look right", async () => {
  const worlds = planted();
  const [hub] = await exportAll(worlds);
  const path = join(packsOf(worlds), "hub.zip");
  const whole = readFileSync(path);
  writeFileSync(path, whole.toReversed());
  utimesSync(path, hub?.mtime ?? 0, hub?.mtime ?? 0);
  expect((await exportAll(worlds))[0]).toMatchObject({
    changed: false,
    sha256: hub?.sha256,
    mtime: hub?.mtime,
  });
  expect(readFileSync(path).equals(whole)).toBe(true);
  expect(seconds(path)).toBe(hub?.mtime);
});

test("a pack put together again with the same bytes leaves the file alone", async () => {
  const worlds = planted();
  await exportAll(worlds);
  const inode = statSync(join(packsOf(worlds), "hub.zip")).ino;
  rmSync(join(worlds.outDir, ".stamps"), { recursive: true });
  expect((await exportAll(worlds))[0]).toMatchObject({ rebuilt: true, changed: false });
  expect(statSync(join(packsOf(worlds), "hub.zip")).ino).toBe(inode);
});

test("what players have now decides the time, not what was built here before", async () => {
  const worlds = planted();
  await exportAll(worlds);
  const live = Object.entries(indexIn(packsOf(worlds))).map(([key, pack]) => [key, { ...pack, mtime: 1234 }]);
  const previous = join(worlds.outDir, "live.json");
  writeFileSync(previous, JSON.stringify({ schema: 1, packs: Object.fromEntries(live) }));
  const exported = await exportAll(worlds, { previous });
  expect(exported.every(({ mtime, changed }) => mtime === 1234 && !changed)).toBe(true);
  expect(seconds(join(worlds.outDir, "web/world_packs/hub.zip"))).toBe(1234);
});

test("a changed pack is newer than the one before it, whatever the clocks say", async () => {
  const worlds = planted();
  await exportAll(worlds);
  const future = 4_000_000_000;
  const live = Object.entries(indexIn(packsOf(worlds))).map(([key, pack]) => [
    key,
    { ...pack, mtime: future, sha256: "0".repeat(64) },
  ]);
  const previous = join(worlds.outDir, "live.json");
  writeFileSync(previous, JSON.stringify({ schema: 1, packs: Object.fromEntries(live) }));
  expect((await exportAll(worlds, { previous })).map(({ mtime }) => mtime)).toEqual(
    Array(4).fill(future + 1),
  );
});

test("a world that is gone takes its pack along", async () => {
  const worlds = planted();
  await exportAll(worlds);
  const left = compileWorlds(worlds.worldsDir).filter(({ key }) => key !== "top_world");
  await exportPacks({ worlds: left, worldsDir: worlds.worldsDir, outDir: worlds.outDir });
  expect(Object.keys(indexIn(packsOf(worlds)))).not.toContain("top_world");
  for (const dir of ["world_packs", "web/world_packs"])
    expect(readdirSync(join(worlds.outDir, dir))).not.toContain("top_world.zip");
});

test("a world's own drawing becomes one module, its imports within", async () => {
  const worlds = planted();
  worlds.write(
    "hub/client.ts",
    'import { color } from "./palette.ts";\nexport default () => ({ drawBelow: () => color });\n',
  );
  worlds.write("hub/palette.ts", 'export const color: string = "#abcdef";\n');
  await exportAll(worlds);
  const files = unpacked(worlds, "hub");
  const code = strFromU8(files["client.js"] ?? new Uint8Array());
  expect(code).toContain("#abcdef");
  expect(code).not.toMatch(/import|palette/);
  expect(JSON.parse(strFromU8(files["world.json"] ?? new Uint8Array()))).toMatchObject({
    client: "client.js",
  });
});

test.for<[string, (worlds: Planted) => void, string]>([
  [
    "an asset nobody vouches for",
    (worlds) => worlds.write("hub/sprites/cat.png", "x"),
    'world "hub": sprites/cat.png: has no entry in LICENSES.json',
  ],
  [
    "a file that is no asset",
    (worlds) => worlds.write("hub/sprites/cat.psd", "x"),
    "sprites/cat.psd: not a kind of file that sprites/ may hold",
  ],
  [
    "a source map",
    (worlds) => worlds.write("hub/audio/a.js.map", "x"),
    "audio/a.js.map: not a kind of file that audio/ may hold",
  ],
  [
    "a name that is not plain",
    withLicense("hub/sprites/Cat.png", "sprites/Cat.png"),
    "sprites/Cat.png: a path is made of",
  ],
  [
    "a link",
    (worlds) => symlinkSync("/etc/hostname", join(worlds.worldsDir, "hub/sprites/cat.png")),
    "links are not packed",
  ],
  [
    "a linked folder",
    (worlds) => symlinkSync("/etc", join(worlds.worldsDir, "hub/audio")),
    "links are not packed",
  ],
  [
    "a missing picture that every world needs",
    (worlds) => worlds.remove("_shared/sprites/player.png"),
    "sprites/player.png: shown in the world but not there",
  ],
  [
    "a licence that says too little",
    (worlds) => worlds.write("hub/LICENSES.json", '{"tiles/ground.png":{"author":"A"}}'),
    "must map each asset to its author, license and source",
  ],
  ["more than a pack may weigh", (worlds) => heavy(worlds), "bytes; at most"],
])("%s is refused", async ([, spoil, says]) => {
  const worlds = planted();
  spoil(worlds);
  await expect(exportAll(worlds)).rejects.toThrow(says);
});

function withLicense(file: string, path: string) {
  return (worlds: Planted): void => {
    worlds.write(file, "x");
    worlds.edit("hub/LICENSES.json", (list) => void (list[path] = JSON.parse(license)));
  };
}

function heavy(worlds: Planted): void {
  worlds.write("hub/sprites/big.png", new Uint8Array(65 * 1024 * 1024));
  worlds.edit("hub/LICENSES.json", (list) => void (list["sprites/big.png"] = JSON.parse(license)));
}
