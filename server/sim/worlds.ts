import type { WorldEntry } from "#shared/manifest.ts";

const keys = ["hub", "left_world", "right_world", "top_world"] as const;

/** Four worlds, each with a portal to each of the others. */
export function fourWorlds(): ReadonlyMap<string, WorldEntry> {
  return new Map(keys.map((key) => [key, worldOf(key)]));
}

function worldOf(key: string): WorldEntry {
  const others = keys.filter((other) => other !== key);
  return {
    key,
    name: key,
    capacity: 200,
    spawns: Object.fromEntries(
      ["default", ...others.map((other) => `to_${other}`)].map((name, index) => [
        name,
        { x: 100 * index, y: 100, facing: 0 },
      ]),
    ),
    portals: Object.fromEntries(
      others.map((other) => [`to_${other}`, { target: other, spawn: `to_${key}` }]),
    ),
    mapSha256: "0".repeat(64),
  };
}
