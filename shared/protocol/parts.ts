import { z } from "zod";
import { limits } from "../limits.ts";
import { refusalCodes } from "../refusal.ts";

/** Reserved because the public port answers them itself. */
export const reservedWorldKeys = [
  "status",
  "metrics",
  "healthz",
  "readyz",
  "admin",
  "api",
  "assets",
  "world_packs",
] as const;

export const worldKey = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,30}$/)
  .describe("World key");
export const requestId = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
  .describe("Chosen by the sender; the reply echoes it as `re`");
export const id = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
export const token = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/);
export const refusal = z.enum(refusalCodes);
export const remainingMs = z.number().min(0).describe("Milliseconds from now; never a wall-clock instant");
export const coordinate = z.number().min(-1e6).max(1e6);
export const spawnName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const chatText = z.string().min(1).max(limits.chatLength);
export const displayName = z.string().min(1).max(32);
export const version = z.string().regex(/^(0|[1-9][0-9]*)\.[0-9]$/);

export const place = z
  .strictObject({ world: worldKey, x: coordinate, y: coordinate, facing: z.int().min(0).max(3) })
  .describe("Where a player stands: world units, y down; facing 0 down, 1 left, 2 right, 3 up");

export const pack = z
  .strictObject({
    url: z.string().max(2048),
    size: z.int().min(1),
    mtime: z.int().min(1).describe("Unix seconds"),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .describe("The asset pack of a world, as the master vouches for it");

export type Place = z.infer<typeof place>;
export type PackInfo = z.infer<typeof pack>;
