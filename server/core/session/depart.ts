import type { Address } from "#shared/address.ts";
import type { Cause } from "#shared/protocol/client-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Turn } from "../inbox.ts";
import { player } from "./attach.ts";
import type { Source } from "../travel/travel.ts";
import type { Admission, Attached, InWorld } from "./session.ts";

/** Whoever calls off more journeys on their way is not followed into the oldest. */
const replacedKept = 4;

interface Plan {
  readonly cause: Cause;
  readonly target: Place;
  readonly re?: number | undefined;
  /** The hold the source world keeps on this player's portals. */
  readonly request?: string | undefined;
  readonly tried?: readonly string[];
}

/** The one way to begin a journey; one that is still under way gives way. */
export function depart(
  state: Attached,
  { cause, target, re, request, tried = [] }: Plan,
  turn: Turn,
): Attached {
  if (state.phase === "travelling") turn.send(state.travel, { type: "release", reason: "travel_cancelled" });
  const replaced =
    state.phase === "travelling"
      ? [...(state.replaced ?? []), state.travel].slice(-replacedKept)
      : state.replaced;
  const travel: Address<"travel"> = `travel:${turn.newId("t")}`;
  const admission = "admission" in state ? state.admission : undefined;
  turn.send(travel, {
    type: "begin",
    re,
    journey: {
      session: turn.self as Address<"session">,
      player: player(turn),
      cause,
      target,
      identity: state.identity,
      source: admission && sourceOf(admission, request),
    },
  });
  return { ...state, phase: "travelling", travel, cause, target: target.world, tried, admission, replaced };
}

/** Out of a launch that is emptied: where they stood, when that is in this world, or its entrance. */
export function moveOn(state: InWorld, world: string, turn: Turn): Attached {
  // Whoever logged in since is not where the one they were stood.
  const isOwn = state.admission.identity.account === state.identity.account;
  const target = isOwn && state.place?.world === world ? state.place : spawnAt(world, "default", turn);
  const asked = { ...state, admission: { ...state.admission, summons: undefined } };
  return depart(asked, { cause: "drain", target }, turn);
}

/** What a journey has to know of where it leads from. */
export function sourceOf({ launch, id, world, identity }: Admission, request?: string): Source {
  return { launch, admission: id, world, account: identity.account, request };
}

/** A named spawn of a world; its default one when there is none of that name. */
export function spawnAt(world: string, spawn: string, turn: Turn): Place {
  const spawns = turn.facts.worlds.get(world)?.spawns;
  const at = spawns?.[spawn] ?? spawns?.["default"] ?? { x: 0, y: 0, facing: 0 };
  return { world, x: at.x, y: at.y, facing: at.facing };
}
