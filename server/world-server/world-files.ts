import { existsSync, readFileSync } from "node:fs";
import type { WorldMap } from "#shared/world-map.ts";
import { settingsOf, tickRates } from "#shared/world-settings.ts";
import type { SettingsGiven, WorldSettings } from "#shared/world-settings.ts";
import { bool, either, int, list, number, optional, record, shape, text } from "./checks.ts";
import { sha256 } from "./digest.ts";

/** A world as its process needs it: `builds/server/worlds/<key>/`. */
export interface World extends WorldSettings {
  readonly key: string;
  readonly map: WorldMap;
  readonly mapSha256: string;
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
const ring = shape({ beyond: number(0), every: int(2) });
/** `manifest.ts` says the same with zod and refuses more; this keeps a file that was edited from doing harm. */
const isManifest = shape({
  capacity: optional(int(1)),
  tickRate: optional((rate) => (tickRates as readonly unknown[]).includes(rate)),
  sendRate: optional(int(1)),
  interest: optional(
    shape({
      radius: optional(number(1)),
      hysteresis: optional(number(0)),
      most: optional(int(1)),
      rings: optional(either(bool, list(ring, 8))),
    }),
  ),
  bytesPerSecond: optional(int(1)),
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
  let mapSha256: string | undefined;
  return {
    key,
    map: map as WorldMap,
    // The first player waits for it, not the start of the world.
    get mapSha256() {
      return (mapSha256 ??= sha256(bytes));
    },
    ...settingsIn(home),
  };
}

function settingsIn(home: URL): WorldSettings {
  const manifest: unknown = JSON.parse(readFileSync(new URL("world.json", home), "utf8"));
  const settings = isManifest(manifest) ? settingsOf(manifest as SettingsGiven) : undefined;
  if (!settings || !Number.isInteger(settings.rates.ticksPerSend))
    throw new TypeError("world.json does not say how the world runs");
  return settings;
}
