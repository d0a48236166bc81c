import { idOf, type Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import { player } from "./attach.ts";
import { depart, sourceOf, spawnAt } from "./depart.ts";
import { gone } from "./presence.ts";
import type { Admission, Attached, Got, InWorld, Lobby, Session, Travelling } from "./session.ts";

/** Leaving, arriving and failing to: the session's side of a journey. */

type LeaseRequest = Got<"lease.refresh"> | Got<"lease.redeem"> | Got<"lease.release">;

/** The initial world needs no lease, from nowhere. Every other way in is a portal. */
export function join(state: Attached, { id, world }: Got<"world.join">, turn: Turn): Attached {
  const deny = (reason: "invalid_world" | "missing_travel_lease"): Attached => {
    turn.send(player(turn), { type: "denied", re: id, reason });
    return state;
  };
  if (!turn.facts.worlds.has(world)) return deny("invalid_world");
  if (state.phase === "travelling") return underWay(state, id, turn);
  if (state.phase !== "lobby" || world !== turn.facts.initialWorld) return deny("missing_travel_lease");
  return depart(state, { cause: "first", target: spawnAt(world, "default", turn), re: id }, turn);
}

/** Back into the world the player is in, or was in last, where they stood. */
export function rejoin(state: Attached, { id, world }: Got<"world.rejoin">, turn: Turn): Attached {
  const deny = (reason: "invalid_world" | "not_active_world"): Attached => {
    turn.send(player(turn), { type: "denied", re: id, reason });
    return state;
  };
  if (!turn.facts.worlds.has(world)) return deny("invalid_world");
  if (state.phase === "travelling") return underWay(state, id, turn);
  if (state.place?.world !== world) return deny("not_active_world");
  // Whoever logged in since is not where the one they were stood.
  const here = "admission" in state ? state.admission : undefined;
  const isOwn = !here || here.identity.account === state.identity.account;
  const target = isOwn ? state.place : spawnAt(world, "default", turn);
  return depart(state, { cause: "rejoin", target, re: id }, turn);
}

/** A client that asks for a way while it has one has lost sight of it: it is told again. */
function underWay(state: Travelling, re: number, turn: Turn): Attached {
  turn.send(player(turn), { type: "denied", re, reason: "already_travelling" });
  turn.send(state.travel, { type: "repeat" });
  return state;
}

export function noLease<S extends Lobby | InWorld>(state: S, { id, lease }: LeaseRequest, turn: Turn): S {
  turn.send(player(turn), { type: "denied", re: id, lease, reason: "invalid_travel_lease" });
  return state;
}

/** Somebody else's lease, or an old one, is no lease. */
export function leaseRequest(state: Travelling, input: LeaseRequest, turn: Turn): Session {
  const { id, lease } = input;
  if (lease !== idOf(state.travel))
    turn.send(player(turn), { type: "denied", re: id, lease, reason: "invalid_travel_lease" });
  else if (input.type === "lease.refresh") turn.send(state.travel, { type: "refresh", re: id });
  else if (input.type === "lease.release") turn.send(state.travel, { type: "release", re: id });
  else turn.send(state.travel, { type: "redeem", re: id, world: input.world });
  return state;
}

/** S18: only the world that holds the committed admission may move the player. */
export function portal(state: Attached, input: Got<"portal">, turn: Turn): Session {
  const { admission, request, target, spawn } = input;
  const launch = turn.from as Address<"launch">;
  const here = "admission" in state ? state.admission : undefined;
  const deny = (reason: "not_joined" | "already_travelling" | "invalid_portal"): Attached => {
    turn.send(launch, { type: "unhold", admission, request, reason });
    return state;
  };
  if (here?.id !== admission || here.launch !== launch) return deny("not_joined");
  if (state.phase === "travelling") return deny("already_travelling");
  const goal = turn.facts.worlds.get(target);
  if (!goal || !Object.hasOwn(goal.spawns, spawn)) return deny("invalid_portal");
  return depart(state, { cause: "portal", target: spawnAt(target, spawn, turn), request }, turn);
}

/**
 * The commit: from this turn on the player is in the new world, and the commit is the save.
 * Nothing is taken from the old admission any more.
 */
export function committed(state: Attached, input: Got<"committed">, turn: Turn): Session {
  const travel = turn.from as Address<"travel">;
  const isDue = state.phase === "travelling" && state.travel === travel;
  const at = state.replaced?.indexOf(travel) ?? -1;
  if (!isDue && at < 0) return state;
  const { launch, place, identity } = input;
  if (identity.account) turn.send(identity.account, { type: "place", place });
  const admission = { id: input.admission, launch, world: place.world, identity, seq: 0 };
  const { overtaking, ...stay } = state;
  const isOver = overtaking?.launch === launch && overtaking.input.admission === admission.id;
  // What ended may be the avatar of a newer journey, whose commit is still to come.
  const awaited = overtaking && !isDue && !isOver ? { overtaking } : {};
  const arrived = { ...stay, ...awaited, place, settling: travel, durableAt: turn.now };
  const here = isDue ? inWorld(arrived, admission) : lateCommit(arrived, admission, at, turn);
  return isOver ? gone(here, overtaking.input, { ...turn, from: launch }) : here;
}

function inWorld(state: Attached, admission: Admission): InWorld {
  const { travel: _, cause: __, target: ___, tried: ____, replaced: _____, ...stay } = state as Travelling;
  return { ...stay, phase: "inWorld", admission };
}

/** Called off too late: between engines it had committed before it heard. A newer journey goes on from there. */
function lateCommit(state: Attached, admission: Admission, at: number, turn: Turn): Attached {
  const replaced = state.replaced?.slice(at + 1);
  if (state.phase !== "travelling") return { ...state, phase: "inWorld", admission, replaced };
  turn.send(state.travel, { type: "moved", source: sourceOf(admission) });
  return { ...state, admission, replaced };
}

/** The journey failed: the player plays on where they are, or goes where the next best world is. */
export function travelEnded(state: Travelling, { instead }: Got<"travelEnded">, turn: Turn): Session {
  if (turn.from !== state.travel) return state;
  const { travel: __, cause: ___, target, tried, admission, ...stay } = state;
  if (admission) return { ...stay, phase: "inWorld", admission };
  const lobby: Lobby = { ...stay, phase: "lobby" };
  const { worlds, initialWorld } = turn.facts;
  // Whose world went while they were leaving it goes back to where they stood, before anywhere else.
  const next = [state.place?.world, instead, worlds.get(target)?.fallback, initialWorld].find(
    (world) => world !== undefined && worlds.has(world) && world !== target && !tried.includes(world),
  );
  if (next === undefined || !state.client) return lobby;
  const place = next === state.place?.world ? state.place : spawnAt(next, "default", turn);
  return depart(lobby, { cause: "rejoin", target: place, tried: [...tried, target] }, turn);
}
