import type { Facts } from "#core/facts.ts";
import type { WorldEntry } from "#shared/manifest.ts";

export const roomy = 200;
const keys = ["hub", "left_world", "right_world", "top_world"] as const;

/** Four worlds, each with a portal to each of the others. The first one has room for everybody. */
export function fourWorlds(capacity: number): ReadonlyMap<string, WorldEntry> {
  return new Map(keys.map((key) => [key, worldOf(key, key === "hub" ? roomy : capacity)]));
}

/** Stands for the hash of a pack. */
export function packNumber(number: number): string {
  return String(number).padStart(64, "0");
}

function worldOf(key: string, capacity: number): WorldEntry {
  const others = keys.filter((other) => other !== key);
  return {
    key,
    name: key,
    capacity,
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

/** Of every other pack there is a copy when newer ones have come; the offer is always the newest. */
const isKept = (sha256: string): boolean => Number(sha256) % 2 === 0;

/** What a master knows without being told. */
export function factsOf({
  packs,
  ...rest
}: Pick<Facts, "version" | "worlds" | "limits" | "epoch" | "masterEpoch"> & {
  readonly packs: ReadonlyMap<string, string>;
}): Facts {
  const offerOf: Facts["offerOf"] = (world, sha256 = packs.get(world)) => {
    if (sha256 === undefined || (sha256 !== packs.get(world) && !isKept(sha256))) return undefined;
    return { url: `/world_packs/${world}.zip`, size: 1, mtime: 1, sha256 };
  };
  return {
    ...rest,
    initialWorld: "hub",
    packOf: (world) => offerOf(world),
    offerOf,
    urlOf: (_, endpoint) => `sim:${"port" in endpoint ? endpoint.port : 0}`,
  };
}
