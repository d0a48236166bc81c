import { dirname, join, resolve } from "node:path";
import type { Ground } from "#shared/step-player.ts";
import type { MapPortal, WorldMap } from "#shared/world-map.ts";
import { findPicture, sharedFolder, shownPath } from "./discover.ts";
import type { WorldSource } from "./discover.ts";
import { colorOf, placeObjects } from "./objects.ts";
import type { Placed, Sited } from "./objects.ts";
import { complainAbout } from "./problem.ts";
import type { Complain, Problem } from "./problem.ts";
import { readMap, tileSide } from "./tiled-map.ts";
import type { TiledMap } from "./tiled-map.ts";
import type { TiledProject } from "./tiled-project.ts";
import { readTileset } from "./tileset.ts";
import type { Tileset } from "./tileset.ts";

/** A world by itself; whether it fits the others is `crossChecks`' to say. */
export interface CompiledWorld extends WorldSource {
  readonly map: WorldMap;
  readonly placed: Placed;
  readonly ground: Ground;
  /** How its map is named in messages. */
  readonly file: string;
  readonly tilesets: readonly Tileset[];
}

type Numbered = Tileset & { readonly firstgid: number };
const gidBits = 0x1fffffff;

/** Compiles one world's `map.tmj`; `undefined` when it cannot even be read, problems for whatever is wrong. */
export function compileWorld(
  source: WorldSource,
  worldsDir: string,
  project: TiledProject,
  problems: Problem[],
): CompiledWorld | undefined {
  const path = join(source.dir, "map.tmj");
  const file = shownPath(worldsDir, path);
  const tiled = readMap(path, file, problems);
  if (!tiled) return undefined;
  const complain = complainAbout(file, problems);
  const tilesets = readTilesets(tiled, path, worldsDir, problems);
  const solid = solidTiles(tiled, tilesets, complain);
  const placed = placeObjects(tiled, project, complain);
  checkSprites(placed, source, complain);
  const layer = (name: string): number[] => [...(tiled.tiles.get(name) ?? solid.map(() => 0))];
  const map: WorldMap = {
    v: 1,
    key: source.key,
    name: source.manifest.name,
    w: tiled.width,
    h: tiled.height,
    tile: tileSide,
    layers: { ground: layer("ground"), deco: layer("deco"), above: layer("above") },
    solid: bits(solid).toString("base64"),
    spawns: things(placed.spawns),
    portals: things(placed.portals),
    npcs: placed.npcs.map(({ thing }) => thing),
    zones: placed.zones,
    signs: placed.signs,
    tilesets: tilesets.map(({ image, firstgid, columns, count }) => ({ image, firstgid, columns, count })),
    theme: { backdrop: themeColor("backdrop"), accent: themeColor("accent") },
  };
  return { ...source, map, placed, ground: groundOf(tiled, solid), file, tilesets };

  function themeColor(name: string): string {
    const value = tiled?.properties.get(name);
    const color = typeof value === "string" ? colorOf(value) : undefined;
    if (!color) complain(`the map property "${name}" must be an opaque colour`);
    return color ?? "#000000";
  }
}

/** Replaces empty labels by "To <World name>". */
export function labelled(portal: MapPortal, names: ReadonlyMap<string, string>): MapPortal {
  return portal.label ? portal : { ...portal, label: `To ${names.get(portal.target) ?? portal.target}` };
}

function readTilesets(
  map: TiledMap,
  path: string,
  worldsDir: string,
  problems: Problem[],
): readonly Numbered[] {
  const complain = complainAbout(shownPath(worldsDir, path), problems);
  const homes = [join(dirname(path), "tiles"), join(worldsDir, sharedFolder, "tiles")].map((home) =>
    resolve(home),
  );
  const images = new Set<string>();
  return map.tilesets.flatMap(({ firstgid, source }) => {
    const target = resolve(dirname(path), source);
    if (!source.endsWith(".tsj") || !homes.includes(dirname(target))) {
      complain(`tileset "${source}" must be a .tsj in the world's tiles/ or in ${sharedFolder}/tiles/`);
      return [];
    }
    const tileset = readTileset(target, shownPath(worldsDir, target), problems);
    if (!tileset) return [];
    if (images.has(tileset.image)) complain(`two tilesets use the image "${tileset.image}"`);
    images.add(tileset.image);
    return [{ ...tileset, firstgid }];
  });
}

/** Which tiles block: all of `collision`, and those whose tileset says `solid`. */
function solidTiles(map: TiledMap, tilesets: readonly Numbered[], complain: Complain): readonly boolean[] {
  const solid = Array.from({ length: map.width * map.height }, () => false);
  const ordered = [...tilesets].sort((a, b) => b.firstgid - a.firstgid);
  for (const [layer, data] of map.tiles)
    for (const [index, gid] of data.entries()) {
      const id = gid & gidBits;
      if (id === 0) continue;
      const tileset = ordered.find(({ firstgid }) => firstgid <= id);
      const known = tileset !== undefined && id < tileset.firstgid + tileset.count;
      if (!known)
        complain(
          `tile ${id} at column ${index % map.width}, row ${Math.floor(index / map.width)} is in no tileset`,
          { layer },
        );
      else if (layer === "collision" || tileset.solid.has(id - tileset.firstgid)) solid[index] = true;
    }
  return solid;
}

function bits(solid: readonly boolean[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(solid.length / 8));
  for (const [index, isSolid] of solid.entries())
    if (isSolid) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes;
}

const groundOf = ({ width, height }: TiledMap, solid: readonly boolean[]): Ground => ({
  tile: tileSide,
  isSolid: (column, row) =>
    column < 0 || row < 0 || column >= width || row >= height || solid[row * width + column] === true,
});

function checkSprites({ npcs }: Placed, { dir }: WorldSource, complain: Complain): void {
  for (const { thing, at } of npcs)
    if (!/^[a-z0-9_-]+$/.test(thing.sprite) || !findPicture(dir, join("sprites", `${thing.sprite}.png`)))
      complain(`sprite "${thing.sprite}": there is no sprites/${thing.sprite}.png`, at);
}

const things = <T>(sited: ReadonlyMap<string, Sited<T>>): Record<string, T> =>
  Object.fromEntries([...sited].map(([name, { thing }]) => [name, thing]));
