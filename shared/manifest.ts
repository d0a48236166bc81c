import { z } from "zod";
import { limits } from "./limits.ts";
import { displayName, spawnName, worldKey } from "./protocol/parts.ts";

/** `worlds/<key>/world.json`: what a world is called and how many it holds. The map says the rest. */
export const worldManifest = z.strictObject({
  schema: z.literal(1),
  name: displayName,
  capacity: z.int().min(1).max(limits.arrayItems).default(200),
  fallback: worldKey.optional().describe("Where players go when this world cannot be started"),
  module: z
    .string()
    .regex(/^[a-z0-9-]+\.ts$/)
    .optional()
    .describe("The world's own rules, beside this file"),
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
