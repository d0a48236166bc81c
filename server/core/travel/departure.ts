import { idOf } from "#shared/address.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Turn } from "../inbox.ts";
import type { Got, In, Travel } from "./travel.ts";

/** The commit and what follows it: the source lets go, then the target shows the player. */

export function arrive(state: In<"expecting" | "admitted" | "departing">, turn: Turn): Travel | undefined {
  if (state.phase === "departing") return state;
  const { journey, lease, pack, failures, door } = state;
  const { session, player, target, identity, source } = journey;
  turn.send(session, {
    type: "committed",
    admission: door.admission,
    launch: door.launch,
    place: target,
    identity,
  });
  turn.send(player, {
    type: "arrived",
    lease: idOf(turn.self),
    admission: door.admission,
    world: target.world,
    x: target.x,
    y: target.y,
  });
  if (!source) return settle(state, undefined, turn);
  turn.send(source.launch, { type: "depart", admission: source.admission });
  return {
    phase: "departing",
    journey,
    lease,
    pack,
    failures,
    door,
    wakeAt: turn.now + turn.facts.limits.departMs,
  };
}

/** S2: the new avatar appears once the old one is gone, or the source has been silent too long. */
export function departed(
  state: In<"departing">,
  { admission, place }: Got<"departed">,
  turn: Turn,
): Travel | undefined {
  const { source } = state.journey;
  return source?.admission === admission && turn.from === source.launch ? settle(state, place, turn) : state;
}

export function settle(
  state: In<"expecting" | "admitted" | "departing">,
  place: Place | undefined,
  turn: Turn,
): undefined {
  const { journey, door } = state;
  const { cause, source, identity, target } = journey;
  // Somebody who comes back into the world they stand in stands where they stood a moment ago.
  const isBack = (cause === "rejoin" || cause === "drain") && source?.account === identity.account;
  const at = isBack && place?.world === target.world ? place : undefined;
  turn.send(door.launch, { type: "activate", admission: door.admission, at });
  turn.send(journey.session, { type: "settled", place, account: source?.account, at });
  return undefined;
}
