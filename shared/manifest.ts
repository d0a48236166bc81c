import { z } from "zod";
import { limits } from "./limits.ts";
import { displayName, spawnName, worldKey } from "./protocol/parts.ts";
import { defaults, tickRates } from "./world-settings.ts";
import type { Ring } from "./world-settings.ts";

const units = z.number().max(1e6);

const isFartherThanLast = ({ beyond }: Ring, index: number, rings: readonly Ring[]): boolean =>
  index === 0 || beyond > (rings[index - 1]?.beyond ?? 0);

/** Who a player hears of (world-settings.ts). `rings` lowers the rate of what is far: `true` for the usual two. */
const interest = z
  .strictObject({
    radius: units.min(32).default(defaults.interest.radius),
    hysteresis: units.min(0).default(defaults.interest.hysteresis),
    most: z.int().min(1).max(limits.worldPlayers).default(defaults.interest.most),
    rings: z
      .union([
        z.boolean(),
        z.array(z.strictObject({ beyond: units.min(0), every: z.int().min(2).max(20) })).max(8),
      ])
      .default(defaults.interest.rings),
  })
  .refine(({ rings }) => typeof rings === "boolean" || rings.every(isFartherThanLast), {
    path: ["rings"],
    error: "each ring must begin farther out than the one before",
  });

/** `worlds/<key>/world.json`: what a world is called, how many it holds and how fast it runs. The map says the rest. */
export const worldManifest = z
  .strictObject({
    schema: z.literal(1),
    name: displayName,
    capacity: z.int().min(1).max(limits.worldPlayers).default(defaults.capacity),
    fallback: worldKey.optional().describe("Where players go when this world cannot be started"),
    module: z
      .string()
      .regex(/^[a-z0-9-]+\.ts$/)
      .optional()
      .describe("The world's own rules, beside this file"),
    tickRate: z.literal(tickRates).optional().describe("Ticks a second: 20 unless said"),
    sendRate: z.int().min(1).optional().describe("Snapshots a second; divides `tickRate`"),
    interest: interest.optional(),
    bytesPerSecond: z
      .int()
      .min(2048)
      .max(2 ** 24)
      .optional()
      .describe("What the snapshots of one player may take"),
  })
  .refine(({ tickRate = defaults.tickRate, sendRate = tickRate }) => tickRate % sendRate === 0, {
    path: ["sendRate"],
    error: "must divide tickRate",
  });

export type WorldManifest = z.infer<typeof worldManifest>;

/**
 * What the master knows of each world at run time: `builds/server/worlds.json`, an object from key to this,
 * written by the world build. Spawns include one for every portal.
 */
export const worldEntry = z.strictObject({
  key: worldKey,
  name: displayName,
  capacity: z.int().min(1),
  fallback: worldKey.optional(),
  spawns: z.record(
    spawnName,
    z.strictObject({ x: z.number(), y: z.number(), facing: z.int().min(0).max(3) }),
  ),
  portals: z.record(spawnName, z.strictObject({ target: worldKey, spawn: spawnName })),
  mapSha256: z.string().length(64),
});
export const worldIndex = z.record(worldKey, worldEntry);
export type WorldEntry = z.infer<typeof worldEntry>;

/** `index.json` beside the packs. */
export const packIndex = z.strictObject({
  schema: z.literal(1),
  packs: z.record(
    worldKey,
    z.strictObject({
      file: z.string().regex(/^[a-z0-9_-]+\.zip$/),
      size: z.int().min(1),
      mtime: z.int().min(1),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type PackIndex = z.infer<typeof packIndex>;
