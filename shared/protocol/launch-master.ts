import { z } from "zod";
import { limits } from "../limits.ts";
import {
  chatText,
  displayName,
  id,
  place,
  refusal,
  remainingMs,
  spawnName,
  token,
  version,
  worldKey,
} from "./parts.ts";

const inside = z.strictObject({
  admission: id,
  session: id,
  active: z.boolean().describe("Visible and playing; false while it waits for `activate`"),
  hold: id.optional().describe("The journey that holds the player's portal use"),
});

/**
 * Who a world holds: re-asserted with every registration and heartbeat. Rosters decide.
 * One too long for a frame goes on in `roster.part`s (roster-parts.ts).
 */
export const roster = z.strictObject({
  inside: z.array(inside).max(limits.arrayItems),
  expected: z.array(id).max(limits.arrayItems).describe("Admissions whose ticket may still be shown"),
});

/** Grows with every start of a master over the same data; a process obeys only the newest it has met. */
const epoch = z.int().min(1);

/** JSON, as text: nobody but the world itself looks into it. */
const worldState = z.string().max(limits.worldStateLength);
/** What JSON never holds as it is would be six times as long on the wire, and fit into no order for the next launch. */
const saidState = worldState.regex(/^[ -\u{d7ff}\u{e000}-\u{10ffff}]*$/u);

const more = z
  .int()
  .min(1)
  .max(limits.rosterParts)
  .optional()
  .describe("How many `roster.part`s follow at once");

const save = z.strictObject({
  admission: id,
  seq: z.int().min(1).describe("Grows with every save of this admission"),
  place,
});

/** World process → master, on the private control listener. `register` is the first message. */
export const fromLaunch = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("register"),
    launch: id,
    token,
    world: worldKey,
    version,
    protocol: z.int().min(1),
    pid: z.int().min(1),
    endpoint: z.union([
      z.strictObject({ port: z.int().min(1).max(65535) }),
      z.strictObject({ socket: z.string().max(256) }),
    ]),
    roster,
    more,
    epoch: epoch.optional().describe("Of the newest master this process has obeyed; absent at first"),
  }),
  z.strictObject({
    type: z.literal("heartbeat"),
    roster: roster.optional().describe("Absent: the same as the last one of this connection"),
    more,
  }),
  z.strictObject({ type: z.literal("roster.part"), roster }),
  z.strictObject({ type: z.literal("acked"), admission: id }).describe("The ticket may be shown from now on"),
  z.strictObject({ type: z.literal("refused"), admission: id, reason: refusal }),
  z.strictObject({ type: z.literal("arrived"), admission: id }).describe("The ticket was shown and consumed"),
  z
    .strictObject({
      type: z.literal("departed"),
      admission: id,
      seq: z.int().min(1),
      place: place.optional(),
    })
    .describe("The avatar is gone; `place` is where it stood"),
  z
    .strictObject({ type: z.literal("left"), admission: id, seq: z.int().min(1), place })
    .describe("The player went by itself: socket lost for too long, or closed"),
  z.strictObject({ type: z.literal("saves"), saves: z.array(save).max(limits.arrayItems) }),
  z.strictObject({
    type: z.literal("portal"),
    admission: id,
    request: id.describe("The hold the world keeps until this is answered"),
    portal: spawnName,
    target: worldKey,
    spawn: spawnName,
  }),
  z
    .strictObject({ type: z.literal("state"), text: saidState.optional(), isFinal: z.boolean() })
    .describe(
      "What the world's rules want remembered; nothing when there is nothing. Final as the answer to `handover`, and before the exit",
    ),
  z
    .strictObject({ type: z.literal("tested"), fault: z.string().max(200).optional() })
    .describe("The answer to `test`; without a fault the launch may take players"),
  z.strictObject({ type: z.literal("stop.ready") }).describe("Empty, and the door is shut"),
  z.strictObject({ type: z.literal("stop.busy") }).describe("Somebody is inside or expected"),
]);

/** Master → world process. */
export const toLaunch = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("registered"), heartbeatMs: z.number(), epoch }),
  z
    .strictObject({ type: z.literal("registration.delayed"), epoch })
    .describe("The master cannot save for now: keep the connection, the answer comes when it can"),
  z
    .strictObject({ type: z.literal("unsaved") })
    .describe("The master has heard you, but cannot save for now: keep what you said a while longer"),
  z.strictObject({
    type: z.literal("registration.refused"),
    reason: z.enum(["version_mismatch", "not_wanted"]),
    epoch,
  }),
  z.strictObject({
    type: z.literal("expect"),
    admission: id,
    ticketHash: z.string().length(64),
    session: id,
    name: displayName,
    guest: z.boolean(),
    at: place,
    expiresMs: remainingMs,
  }),
  z.strictObject({ type: z.literal("revoke"), admission: id }),
  z.strictObject({ type: z.literal("hold"), admission: id, request: id, forMs: remainingMs }),
  z.strictObject({ type: z.literal("unhold"), admission: id, request: id, reason: refusal.optional() }),
  z.strictObject({ type: z.literal("depart"), admission: id }),
  z.strictObject({ type: z.literal("activate"), admission: id, at: place.optional() }),
  z.strictObject({ type: z.literal("kick"), admission: id, reason: refusal }),
  z
    .strictObject({ type: z.literal("bubble"), admission: id, text: chatText })
    .describe("What the player has just said in the chat, for those who see them"),
  z
    .strictObject({ type: z.literal("test") })
    .describe("Prove that you can run: only a launch that succeeds another"),
  z
    .strictObject({ type: z.literal("handover") })
    .describe("Another launch of this world takes over: say your state now"),
  z
    .strictObject({ type: z.literal("restore"), text: worldState })
    .describe("The state of the launch before; comes before anybody is sent"),
  z.strictObject({ type: z.literal("stop.prepare") }),
  z.strictObject({ type: z.literal("stop"), reason: z.string().max(64) }),
]);

/** What a new world process reads, one JSON line, from the pipe it inherits. */
export const launchOrder = z.strictObject({
  launch: id,
  token,
  world: worldKey,
  version,
  masterUrl: z.string().max(512).describe("`ws+unix:/path:/` or `ws://127.0.0.1:port/`"),
  listen: z.union([
    z.strictObject({ host: z.string(), port: z.int().min(0).max(65535) }),
    z.strictObject({ socket: z.string().max(256) }),
  ]),
  origins: z
    .array(z.string())
    .max(limits.arrayItems)
    .describe("Allowed Origin values; empty allows any loopback"),
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  limits: z.record(z.string(), z.number()).describe("Bounds that differ from the built-in ones"),
  logLevel: z.string(),
  state: worldState.optional().describe("What an earlier launch of this world wanted remembered"),
});

/**
 * What a launch leaves behind while it has no master, in the file it inherits as fd 4: written anew every few
 * seconds, and emptied once a master has heard it all.
 */
export const lastWords = z.strictObject({
  launch: id,
  saves: z.array(save).max(limits.worldPlayers),
  state: saidState.optional(),
});

export type LastWords = z.infer<typeof lastWords>;
export type Roster = z.infer<typeof roster>;
/** What one frame of a launch says. */
export type LaunchFrame = z.infer<typeof fromLaunch>;
/** What a launch says, its rosters whole. */
export type FromLaunch =
  | Exclude<LaunchFrame, { type: "register" | "heartbeat" | "roster.part" }>
  | Omit<Extract<LaunchFrame, { type: "register" }>, "more">
  | { type: "heartbeat"; roster: Roster };
export type ToLaunch = z.infer<typeof toLaunch>;
export type LaunchOrder = z.infer<typeof launchOrder>;
export type Endpoint = Extract<FromLaunch, { type: "register" }>["endpoint"];
