import { z } from "zod";
import { displayName, refusal, requestId, spawnName, token, worldKey } from "./parts.ts";

/** Client → world, text frames. `enter` is the first message. Movement travels in binary frames (commands.ts). */
export const fromPlayer = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("enter"), id: requestId, protocol: z.int().min(1), ticket: token }),
  z.strictObject({ type: z.literal("portal.use"), id: requestId, portal: spawnName }),
  z.strictObject({ type: z.literal("ping"), id: requestId }),
]);

export const entity = z.strictObject({
  id: z.int().min(1).max(65535).describe("Unique within one launch"),
  kind: z.enum(["player", "npc"]),
  name: displayName,
  guest: z.boolean(),
  sprite: z.string().max(64),
});

/** World → client, text frames. State travels in binary frames (snapshot.ts). */
export const toPlayer = z.discriminatedUnion("type", [
  z
    .strictObject({
      type: z.literal("entered"),
      re: requestId,
      world: worldKey,
      map: z.string().length(64).describe("sha256 of the compiled map the world plays on"),
      entity: z.int().min(1).max(65535).describe("The player's own entity"),
    })
    .describe("The ticket was good. The first binary snapshot follows when the master has committed"),
  z
    .strictObject({ type: z.literal("rejected"), re: requestId.optional(), reason: refusal })
    .describe("The socket closes after it; without `re` when the frame could not be read"),
  z.strictObject({ type: z.literal("entities"), enter: z.array(entity), leave: z.array(z.int()) }),
  z.strictObject({ type: z.literal("portal.asked"), re: requestId, portal: spawnName }),
  z.strictObject({
    type: z.literal("portal.denied"),
    re: requestId.optional(),
    portal: spawnName,
    reason: refusal,
  }),
  z
    .strictObject({ type: z.literal("departed") })
    .describe("The player is in another world now; this socket closes soon"),
  z.strictObject({ type: z.literal("pong"), re: requestId }),
]);

export type FromPlayer = z.infer<typeof fromPlayer>;
export type ToPlayer = z.infer<typeof toPlayer>;
export type EntityInfo = z.infer<typeof entity>;
