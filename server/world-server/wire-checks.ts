import { limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import type { Check } from "#shared/protocol/frame.ts";
import type { LaunchOrder, ToLaunch } from "#shared/protocol/launch-master.ts";
import { refusalCodes } from "#shared/refusal.ts";
import {
  bool,
  checkOf,
  either,
  exactly,
  int,
  list,
  messageCheck,
  number,
  oneOf,
  optional,
  record,
  shape,
  text,
  upTo,
} from "./checks.ts";

/**
 * What zod says of these messages (shared/protocol), said by hand: a world starts before zod would be loaded.
 * Strict on what a player sends; a field of the master's that we do not know is ignored.
 */
const id = text(/^[A-Za-z0-9_.-]{1,64}$/);
const token = text(/^[A-Za-z0-9_-]{16,128}$/);
const entityId = int(1, 65_535);
const requestId = int(1, 2 ** 31 - 1);
const spawnName = text(/^[A-Za-z0-9_-]{1,64}$/);
const worldKey = text(/^[a-z][a-z0-9_-]{0,30}$/);
const displayName = text(/^[^]{1,32}$/u);
const chatText = text(new RegExp(`^[^]{1,${limits.chatLength}}$`));
const word = text(/^[^]{0,64}$/u);
const anyText = text(/^/);
const version = text(/^(0|[1-9][0-9]*)\.[0-9]$/);
const refusal = oneOf(refusalCodes);
const remainingMs = number(0);
const epoch = int(1);
const worldState = upTo(limits.worldStateLength);
const coordinate = number(-1e6, 1e6);
const place = shape({ world: worldKey, x: coordinate, y: coordinate, facing: int(0, 3) });

export const fromPlayerCheck: Check<FromPlayer> = messageCheck<FromPlayer>(
  {
    enter: { id: requestId, protocol: int(1), ticket: token },
    "portal.use": { id: requestId, portal: spawnName },
    interact: { id: requestId, entity: entityId },
    state: { id: requestId },
    ping: { id: requestId },
  },
  exactly,
);

export const toLaunchCheck: Check<ToLaunch> = messageCheck<ToLaunch>(
  {
    registered: { heartbeatMs: number(), epoch },
    "registration.delayed": { epoch },
    unsaved: {},
    "registration.refused": { reason: oneOf(["version_mismatch", "not_wanted"]), epoch },
    expect: {
      admission: id,
      ticketHash: text(/^[^]{64}$/u),
      session: id,
      name: displayName,
      guest: bool,
      at: place,
      expiresMs: remainingMs,
    },
    revoke: { admission: id },
    hold: { admission: id, request: id, forMs: remainingMs },
    unhold: { admission: id, request: id, reason: optional(refusal) },
    depart: { admission: id },
    activate: { admission: id, at: optional(place) },
    kick: { admission: id, reason: refusal },
    bubble: { admission: id, text: chatText },
    test: {},
    handover: {},
    restore: { text: worldState },
    "stop.prepare": {},
    stop: { reason: word },
  },
  shape,
);

export const launchOrderCheck: Check<LaunchOrder> = checkOf(
  shape({
    launch: id,
    token,
    world: worldKey,
    version,
    masterUrl: text(/^[^]{0,512}$/u),
    listen: either(shape({ host: anyText, port: int(0, 65_535) }), shape({ socket: text(/^[^]{0,256}$/u) })),
    origins: list(anyText, limits.arrayItems),
    tls: optional(shape({ cert: anyText, key: anyText })),
    limits: record(number()),
    logLevel: anyText,
    state: optional(worldState),
  }),
);
