import { z } from "zod";
import { limits } from "../limits.ts";
import {
  chatText,
  coordinate,
  displayName,
  id,
  pack,
  refusal,
  remainingMs,
  requestId,
  token,
  version,
  worldKey,
} from "./parts.ts";

/** Why a journey began. Every cause makes the same kind of journey. */
export const cause = z.enum(["first", "portal", "login", "logout", "rejoin", "drain"]);

const chatLine = z.strictObject({
  line: z.int().min(1).describe("Grows by one per line of the channel"),
  name: displayName,
  text: chatText,
});

/** Client → master, one JSON object per text frame. `hello` is the first message and comes once. */
export const fromClient = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("hello"),
    id: requestId,
    protocol: z.strictObject({ oldest: z.int().min(1), newest: z.int().min(1) }),
    version,
    resume: z
      .strictObject({ token: z.string().max(256), epoch: id, seq: z.int().min(0) })
      .optional()
      .describe("The newest resume token, with the epoch and number of the last push received"),
  }),
  z.strictObject({ type: z.literal("login"), id: requestId, name: z.string().max(128) }),
  z.strictObject({ type: z.literal("logout"), id: requestId }),
  z.strictObject({ type: z.literal("chat.send"), id: requestId, text: z.string().max(1024) }),
  z
    .strictObject({ type: z.literal("world.join"), id: requestId, world: worldKey })
    .describe("For a session that is in no world: the initial world only"),
  z
    .strictObject({ type: z.literal("world.rejoin"), id: requestId, world: worldKey })
    .describe("After losing the world socket: only the world the session is in, or was in last"),
  z.strictObject({ type: z.literal("lease.refresh"), id: requestId, lease: id }),
  z.strictObject({
    type: z.literal("lease.redeem"),
    id: requestId,
    lease: id,
    world: worldKey.optional().describe("When given it must be the lease's own target"),
  }),
  z.strictObject({ type: z.literal("lease.release"), id: requestId, lease: id }),
  z.strictObject({ type: z.literal("ping"), id: requestId }),
]);

const seq = z.int().min(1).describe("Grows with every push of this master; gaps are normal");
const re = requestId.optional().describe("The request this answers");

export const leaseFields = {
  lease: id,
  cause,
  world: worldKey,
  name: displayName.describe("The world's display name"),
  pack,
  softMs: remainingMs.describe("Refresh before this"),
  hardMs: remainingMs.describe("The lease cannot outlive this"),
};

/** Master → client. Receivers ignore fields they do not know. */
export const toClient = z.discriminatedUnion("type", [
  // Answers on a connection that has no session yet; these carry no `seq`.
  z.strictObject({
    type: z.literal("rejected"),
    re,
    reason: refusal,
    server: version.optional(),
    client: version.optional(),
  }),
  z.strictObject({
    type: z.literal("welcome"),
    re,
    epoch: id.describe("Changes when the master restarts; `seq` counts within one epoch"),
    seq: z.int().min(0),
    session: id,
    resume: z.string().max(256).describe("Show it in a later hello; it replaces every earlier one"),
    resumed: z.boolean(),
    complete: z.boolean().describe("False when a resume could not replay every push missed"),
    protocol: z.int().min(1),
    version,
    name: displayName,
    guest: z.boolean(),
    worlds: z.array(z.strictObject({ key: worldKey, name: displayName })).max(limits.arrayItems),
    initial: worldKey,
    admission: z
      .strictObject({ admission: id, world: worldKey })
      .optional()
      .describe("The world the session is in, when resumed"),
    chat: z.array(chatLine).max(limits.chatHistory),
  }),
  // Pushes.
  z.strictObject({ type: z.literal("ok"), seq, re: requestId }),
  z.strictObject({
    type: z.literal("denied"),
    seq,
    re,
    lease: id.optional(),
    reason: refusal,
    final: z.boolean().optional().describe("True when the lease ended with this refusal"),
  }),
  z.strictObject({ type: z.literal("identity"), seq, re, name: displayName, guest: z.boolean() }),
  z
    .strictObject({ type: z.literal("lease"), seq, re, ...leaseFields })
    .describe("Make the pack ready, then redeem. Sent again after a resume while the journey lasts"),
  z.strictObject({
    type: z.literal("lease.refreshed"),
    seq,
    re,
    lease: id,
    softMs: remainingMs,
    hardMs: remainingMs,
  }),
  z.strictObject({
    type: z.literal("ticket"),
    seq,
    lease: id,
    admission: id,
    ticket: token,
    url: z.string().max(2048).describe("The only address to dial for this world"),
    world: worldKey,
    expiresMs: remainingMs,
  }),
  z
    .strictObject({
      type: z.literal("arrived"),
      seq,
      lease: id,
      admission: id,
      world: worldKey,
      x: coordinate,
      y: coordinate,
    })
    .describe("Committed: the session is in the new world"),
  z.strictObject({
    type: z.literal("world.lost"),
    seq,
    world: worldKey,
    reason: z.enum(["crashed", "left", "removed", "closed"]),
  }),
  z.strictObject({ type: z.literal("chat.line"), seq, ...chatLine.shape }),
  z.strictObject({
    type: z.literal("notice"),
    seq,
    notice: z.enum([
      "saving_paused",
      "saving_resumed",
      "update_available",
      "shutting_down",
      "pack_changed",
      "world_draining",
    ]),
    version: version.optional(),
    backMs: remainingMs.optional().describe("When to come back"),
    inMs: remainingMs.optional().describe("When whoever is still in `world` is moved on"),
    world: worldKey.optional(),
    target: worldKey.optional().describe("Where they are moved, when it is another world"),
    pack: pack.optional(),
  }),
  z.strictObject({ type: z.literal("pong"), re: requestId }),
]);

export type FromClient = z.infer<typeof fromClient>;
export type ToClient = z.infer<typeof toClient>;
export type Cause = z.infer<typeof cause>;
export type ChatLine = z.infer<typeof chatLine>;
/** A push before its number is known. */
export type Push = DistributiveOmit<Extract<ToClient, { seq: number }>, "seq">;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
