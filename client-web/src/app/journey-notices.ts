import { limits } from "#shared/limits.ts";
import type { ToClient } from "#shared/protocol/client-master.ts";
import type { Journey, Turn } from "./journey-state.ts";

/** What the master says of itself and of worlds, unasked. */

type Notice = Extract<ToClient, { type: "notice" }>;

export function noticed(journey: Journey, message: Notice, turn: Turn): Journey {
  const { notice, version, world, pack } = message;
  switch (notice) {
    case "saving_paused":
      return { ...journey, isSavingPaused: true };
    case "saving_resumed":
      return { ...journey, isSavingPaused: false };
    case "update_available":
      return { ...journey, update: version };
    case "pack_changed":
      if (world !== undefined && pack) turn.effects.push({ type: "pack.changed", world, info: pack });
      return journey;
    case "shutting_down":
      return { ...journey, backAt: backAt(message, turn) };
    case "world_draining":
      return draining(journey, message, turn);
  }
}

/** A session does not outlive a longer absence. */
function backAt({ backMs }: Notice, { now }: Turn): number | undefined {
  return backMs === undefined ? undefined : now + Math.min(backMs, limits.detachGraceMs);
}

function draining(journey: Journey, { world, inMs, target }: Notice, { now }: Turn): Journey {
  const { lease, key } = here(journey) ?? {};
  if (lease === undefined || key !== world || inMs === undefined) return journey;
  // What is replayed after a resume was true when it was first said: it can only be later than the truth.
  const known = journey.draining?.lease === lease ? journey.draining.by : Infinity;
  return { ...journey, draining: { lease, by: Math.min(known, now + inMs), target } };
}

/** Where the master has the player: in the world being entered, as soon as that is committed. */
function here({ world, travel }: Journey): { lease: string; key: string } | undefined {
  if (travel?.phase === "entering" && travel.isCommitted)
    return { lease: travel.lease.id, key: travel.lease.world };
  return world;
}
