import type { ToPlayer } from "#shared/protocol/client-world.ts";
import { admissionOf, put, type Door, type DoorInput, type DoorStep, type Moment } from "./door-state.ts";

type Got<T extends DoorInput["type"]> = Extract<DoorInput, { type: T }>;

export function usePortal(door: Door, use: Got<"usePortal">, { now }: Moment): DoorStep {
  const { connection, re, request, portal, target, spawn } = use;
  const admission = admissionOf(door, connection);
  const inside = admission === undefined ? undefined : door.inside.get(admission);
  if (admission === undefined || !inside?.isActive)
    return denyPortal(door, connection, { portal, re }, "not_joined");
  if (inside.hold && inside.hold.until > now)
    return denyPortal(door, connection, { portal, re }, "already_travelling");
  const held = {
    ...inside,
    hold: { request, until: now + door.options.limits.holdMs, asked: { portal, re } },
  };
  return {
    door: { ...door, inside: put(door.inside, admission, held) },
    effects: [
      { type: "tell", message: { type: "portal", admission, request, portal, target, spawn } },
      { type: "say", connection, message: { type: "portal.asked", re, portal } },
    ],
  };
}

export function hold(door: Door, { admission, request, forMs }: Got<"hold">, { now }: Moment): DoorStep {
  const inside = door.inside.get(admission);
  if (!inside) return { door, effects: [] };
  const held = { ...inside, hold: { request, until: now + forMs } };
  return { door: { ...door, inside: put(door.inside, admission, held) }, effects: [] };
}

export function unhold(door: Door, { admission, request, reason }: Got<"unhold">): DoorStep {
  const inside = door.inside.get(admission);
  // Another request's end is not this one's: only the hold it names is released.
  if (!inside?.hold || inside.hold.request !== request) return { door, effects: [] };
  const free = { ...door, inside: put(door.inside, admission, { ...inside, hold: undefined }) };
  const { asked } = inside.hold;
  if (!reason || !asked || inside.connection === undefined) return { door: free, effects: [] };
  return denyPortal(free, inside.connection, asked, reason);
}

function denyPortal(
  door: Door,
  connection: string,
  asked: { portal: string; re: number },
  reason: Extract<ToPlayer, { type: "portal.denied" }>["reason"],
): DoorStep {
  return {
    door,
    effects: [{ type: "say", connection, message: { type: "portal.denied", ...asked, reason } }],
  };
}
