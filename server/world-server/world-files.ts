import { existsSync, readFileSync } from "node:fs";
import type { WorldMap } from "#shared/world-map.ts";
import type { WorldRules } from "#shared/world-rules.ts";
import { int, record, shape, text } from "./checks.ts";
import { sha256 } from "./digest.ts";

/** A world as its process needs it: `builds/server/worlds/<key>/`. */
export interface World {
  readonly key: string;
  readonly map: WorldMap;
  readonly mapSha256: string;
  readonly capacity: number;
}

/** The folder of a world is missing or is not one. */
export class UnknownWorld extends Error {
  override readonly name = "UnknownWorld";
}

const isWorldKey = text(/^[a-z][a-z0-9_-]{0,30}$/);
const spot = { x: Number.isFinite, y: Number.isFinite };
const isMap = shape({
  v: int(1, 1),
  w: int(1, 4096),
  h: int(1, 4096),
  tile: int(1, 4096),
  solid: text(/^[A-Za-z0-9+/=]*$/),
  spawns: record(shape({ ...spot, facing: int(0, 3) })),
  portals: record(shape({ ...spot, target: isWorldKey, spawn: text(/^/) })),
  npcs: Array.isArray,
});

/** @throws UnknownWorld, or the reason why its files cannot be read. */
export function loadWorld(folder: URL, key: string): World {
  const home = new URL(`${key}/`, folder);
  if (!isWorldKey(key) || !existsSync(home))
    throw new UnknownWorld(`there is no world ${JSON.stringify(key)}`);
  const bytes = readFileSync(new URL("map.json", home));
  const map: unknown = JSON.parse(bytes.toString());
  if (!isMap(map) || (map as WorldMap).key !== key)
    throw new TypeError(`map.json is not a compiled map of ${key}`);
  const manifest = JSON.parse(readFileSync(new URL("world.json", home), "utf8")) as { capacity?: number };
  return { key, map: map as WorldMap, mapSha256: sha256(bytes), capacity: manifest.capacity ?? 200 };
}

/** The world's own rules, if it has any. @throws whatever its module throws. */
export async function loadRules(folder: URL, key: string): Promise<WorldRules | undefined> {
  const file = new URL(`${key}/module.mjs`, folder);
  if (!existsSync(file)) return undefined;
  const module = (await import(file.href)) as { rules?: WorldRules };
  return module.rules;
}
