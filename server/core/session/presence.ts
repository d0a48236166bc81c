import type { Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import { player } from "./attach.ts";
import { depart, moveOn } from "./depart.ts";
import type { Admission, Attached, Got, InWorld, Session } from "./session.ts";

/** What worlds say about this player. Only the committed admission counts; any other avatar must go. */

function isHere(
  state: Attached,
  admission: string,
  turn: Turn,
): state is Attached & { admission: Admission } {
  return "admission" in state && state.admission?.id === admission && state.admission.launch === turn.from;
}

/** A save counts only from the committed admission, in order, for the identity that admission was given. */
export function saved<S extends Attached>(state: S, input: Got<"saved">, turn: Turn): S {
  const { admission, seq, place, final } = input;
  if (!isHere(state, admission, turn) || seq <= state.admission.seq || place.world !== state.admission.world)
    return state;
  const { account } = state.admission.identity;
  const isDue = final || turn.now >= state.durableAt + turn.facts.limits.durablePlaceMs;
  if (account && isDue) turn.send(account, { type: "place", place });
  return {
    ...state,
    place,
    durableAt: isDue ? turn.now : state.durableAt,
    admission: { ...state.admission, seq },
  };
}

/** Rosters decide: a lost `arrived` or `activate` is made good here, and a stray avatar is sent away. */
export function seen<S extends Attached>(state: S, { admission, active }: Got<"seen">, turn: Turn): S {
  const launch = turn.from as Address<"launch">;
  if (isHere(state, admission, turn)) {
    if (!active && !state.settling) turn.send(launch, { type: "activate", admission });
  } else if (state.phase === "travelling") turn.send(state.travel, { type: "seen", admission, launch });
  else turn.send(launch, { type: "kick", admission, reason: "removed" });
  return state;
}

export function notHere(_: undefined, { admission }: Got<"seen">, turn: Turn): undefined {
  turn.send(turn.from as Address<"launch">, { type: "kick", admission, reason: "session_expired" });
}

/** The avatar is no more. After a crash everybody goes back to where they stood. */
export function gone(state: Attached, input: Got<"gone">, turn: Turn): Session {
  const { admission, reason } = input;
  if (!isHere(state, admission, turn)) {
    if (state.phase !== "travelling" && !state.replaced) return state;
    return { ...state, overtaking: { launch: turn.from, input } };
  }
  const { world, identity } = state.admission;
  if (identity.account && state.place) turn.send(identity.account, { type: "place", place: state.place });
  turn.send(player(turn), { type: "world.lost", world, reason });
  const place = identity.account === state.identity.account ? state.place : undefined;
  if (state.phase === "travelling") {
    turn.send(state.travel, { type: "sourceGone", admission });
    return { ...state, place, admission: undefined };
  }
  const { admission: _, ...stay } = state;
  const lobby: Attached = { ...stay, place, phase: "lobby" };
  if (reason === "left" || !state.client || !place) return lobby;
  return depart(lobby, { cause: "rejoin", target: place }, turn);
}

/** The launch this player is in will be emptied. */
export function draining<S extends Attached>(
  state: S,
  { admission, inMs, target }: Got<"draining">,
  turn: Turn,
): S {
  if (!isHere(state, admission, turn)) return state;
  const { world } = state.admission;
  turn.send(player(turn), { type: "notice", notice: "world_draining", world, target, inMs });
  const drain = { by: turn.now + inMs, target };
  return { ...state, admission: { ...state.admission, drain, summons: undefined } };
}

/**
 * It is time: an ordinary journey leads on. Whoever is away goes when they come back, as everybody does whose master was
 * killed; whoever has been away for longer than a launch waits is saved, and comes back later.
 */
export function evacuate(state: Attached, { admission, target }: Got<"evacuate">, turn: Turn): Session {
  if (state.phase !== "inWorld" || !isHere(state, admission, turn)) return state;
  if (state.client) return moveOn(state, target, turn);
  const { detachGraceMs, evacuationMs } = turn.facts.limits;
  const awayMs = turn.now + detachGraceMs - (state.wakeAt ?? turn.now);
  if (awayMs < evacuationMs) return summon(state, target);
  turn.send(state.admission.launch, { type: "kick", admission, reason: "world_draining" });
  return state;
}

function summon(state: InWorld, world: string): InWorld {
  return state.admission.summons === world
    ? state
    : { ...state, admission: { ...state.admission, summons: world } };
}
