import { z } from "zod";
import { chatText, refusal, requestId, spawnName, token, worldKey } from "./parts.ts";

const entityId = z.int().min(1).max(65535).describe("Unique within one launch");

/** Client → world, text frames. `enter` is the first message. Movement travels in binary frames (commands.ts). */
export const fromPlayer = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("enter"), id: requestId, protocol: z.int().min(1), ticket: token }),
  z.strictObject({ type: z.literal("portal.use"), id: requestId, portal: spawnName }),
  z
    .strictObject({ type: z.literal("interact"), id: requestId, entity: entityId })
    .describe("Speaks to or touches what is in reach; answered by `interacted` or `interact.denied`"),
  z
    .strictObject({ type: z.literal("state"), id: requestId })
    .describe("Asks for a full snapshot: the last one continued from a state the client does not have"),
  z.strictObject({ type: z.literal("ping"), id: requestId }),
]);

/** World → client, text frames. State travels in binary frames (snapshot-layout.ts). */
export const toPlayer = z.discriminatedUnion("type", [
  z
    .strictObject({
      type: z.literal("entered"),
      re: requestId,
      world: worldKey,
      map: z.string().length(64).describe("sha256 of the compiled map the world plays on"),
      entity: entityId.describe("The player's own entity"),
      tickMs: z.number().min(1).describe("The length of a tick"),
      ticksPerSend: z.int().min(1).describe("Ticks from one snapshot to the next"),
    })
    .describe("The ticket was good. The first binary snapshot follows when the master has committed"),
  z
    .strictObject({ type: z.literal("rejected"), re: requestId.optional(), reason: refusal })
    .describe("The socket closes after it; without `re` when the frame could not be read"),
  z.strictObject({ type: z.literal("portal.asked"), re: requestId, portal: spawnName }),
  z.strictObject({
    type: z.literal("portal.denied"),
    re: requestId.optional(),
    portal: spawnName,
    reason: refusal,
  }),
  z
    .strictObject({
      type: z.literal("bubble"),
      entity: entityId,
      text: chatText,
    })
    .describe("What an entity in view says, to be drawn over its head for a while"),
  z.strictObject({ type: z.literal("interacted"), re: requestId, entity: entityId }),
  z.strictObject({ type: z.literal("interact.denied"), re: requestId, entity: entityId, reason: refusal }),
  z
    .strictObject({ type: z.literal("departed") })
    .describe("The player is in another world now; this socket closes soon"),
  z.strictObject({ type: z.literal("pong"), re: requestId }),
]);

export type FromPlayer = z.infer<typeof fromPlayer>;
export type ToPlayer = z.infer<typeof toPlayer>;
