import { idOf } from "#shared/address.ts";
import type { PackInfo } from "#shared/protocol/parts.ts";
import type { Refusal } from "#shared/refusal.ts";
import { refusals } from "#shared/refusal.ts";
import type { Turn } from "../inbox.ts";
import type { Got, In, Journey, Lease, Travel } from "./travel.ts";

/** From the lease to the redeem, and every way a journey can end before it commits. */

export function begin(_: undefined, { journey, re }: Got<"begin">, turn: Turn): Travel | undefined {
  const { leaseHardMs } = turn.facts.limits;
  const offer = turn.facts.offerOf(journey.target.world);
  if (offer === undefined) {
    turn.send(journey.player, { type: "denied", re, reason: "world_pack_unavailable", final: true });
    return over(journey, "world_pack_unavailable", turn);
  }
  const lease = extend({ softBy: 0, hardBy: turn.now + leaseHardMs }, turn);
  hold(journey, turn);
  const pack = offer.sha256;
  const state: Travel = { phase: "leased", journey, lease, pack, failures: 0, wakeAt: lease.softBy };
  grant(state, offer, re, turn);
  return state;
}

/** The launch has another pack: the client gets that one ready before it comes. */
export function repack({ journey, lease, failures }: Travel, offer: PackInfo, turn: Turn): Travel {
  const fresh = extend(lease, turn);
  hold(journey, turn);
  const pack = offer.sha256;
  const state: Travel = { phase: "leased", journey, lease: fresh, pack, failures, wakeAt: fresh.softBy };
  grant(state, offer, undefined, turn);
  return state;
}

/**
 * A client that resumed may have lost the grant, or everything it had prepared. Should the pack be another by now,
 * whatever was prepared with the old one is off (S27).
 */
export function repeat(state: Exclude<Travel, { phase: "departing" }>, _: unknown, turn: Turn): Travel {
  const offer = turn.facts.offerOf(state.journey.target.world);
  if (!offer) return state;
  if (offer.sha256 !== state.pack) {
    letGo(state, turn);
    const repacked = repack(state, offer, turn);
    if ("door" in state) callBack(state, turn);
    return repacked;
  }
  grant(state, offer, undefined, turn);
  if (state.phase === "leased" && state.failures > 0) callBack(state, turn);
  return state;
}

/** L6: the client may still stand at a door with its last ticket, and have missed that it is good no more. */
function callBack({ journey }: Travel, turn: Turn): void {
  const reason = "ticket_unavailable";
  turn.send(journey.player, { type: "denied", lease: idOf(turn.self), reason, final: false });
}

export function refresh<S extends Exclude<Travel, { phase: "departing" }>>(
  state: S,
  { re }: Got<"refresh">,
  turn: Turn,
): S {
  const lease = extend(state.lease, turn);
  hold(state.journey, turn);
  turn.send(state.journey.player, {
    type: "lease.refreshed",
    re,
    lease: idOf(turn.self),
    softMs: lease.softBy - turn.now,
    hardMs: lease.hardBy - turn.now,
  });
  return { ...state, lease, wakeAt: state.phase === "leased" ? lease.softBy : state.wakeAt };
}

/** The player, the session or a newer journey calls it off; nobody is left waiting. */
export function release(
  state: Travel,
  { re, reason = "travel_cancelled" }: Got<"release">,
  turn: Turn,
): undefined {
  if (re !== undefined) turn.send(state.journey.player, { type: "ok", re });
  else turn.send(state.journey.player, { type: "denied", lease: idOf(turn.self), reason, final: true });
  return abandon(state, reason, turn);
}

export function expired(state: In<"leased">, _: unknown, turn: Turn): undefined {
  turn.send(state.journey.player, {
    type: "denied",
    lease: idOf(turn.self),
    reason: "travel_lease_expired",
    final: true,
  });
  return abandon(state, "travel_lease_expired", turn);
}

/** A redeem led nowhere. What may help is tried again under the same lease, a few times. */
export function fails(
  state: Exclude<Travel, { phase: "departing" }>,
  reason: Refusal,
  turn: Turn,
  instead?: string,
): Travel | undefined {
  const failures = state.failures + 1;
  const { journey, lease, pack } = state;
  const isOver =
    refusals[reason] !== "now" || failures >= turn.facts.limits.travelAttempts || turn.now >= lease.hardBy;
  turn.send(journey.player, { type: "denied", lease: idOf(turn.self), reason, final: isOver });
  if (isOver) return abandon(state, reason, turn, instead);
  letGo(state, turn);
  const fresh = extend(lease, turn);
  return { phase: "leased", journey, lease: fresh, pack, failures, wakeAt: fresh.softBy };
}

/** Takes back whatever the target was promised. */
export function letGo(state: Travel, turn: Turn): void {
  if ("door" in state) turn.send(state.door.launch, { type: "revoke", admission: state.door.admission });
  if (state.phase === "starting") turn.send(`world:${state.journey.target.world}`, { type: "release" });
}

function abandon(state: Travel, reason: Refusal, turn: Turn, instead?: string): undefined {
  letGo(state, turn);
  return over(state.journey, reason, turn, instead);
}

function over({ session, source }: Journey, reason: Refusal, turn: Turn, instead?: string): undefined {
  if (source?.request) {
    const { launch, admission, request } = source;
    turn.send(launch, { type: "unhold", admission, request, reason });
  }
  turn.send(session, { type: "travelEnded", reason, instead });
  return undefined;
}

function grant({ journey, lease }: Travel, pack: PackInfo, re: number | undefined, turn: Turn): void {
  const { world } = journey.target;
  turn.send(journey.player, {
    type: "lease",
    re,
    lease: idOf(turn.self),
    cause: journey.cause,
    world,
    name: turn.facts.worlds.get(world)?.name ?? world,
    pack,
    softMs: lease.softBy - turn.now,
    hardMs: lease.hardBy - turn.now,
  });
}

/** S3: holds are short and re-asserted with every refresh, so that one that is forgotten lapses by itself. */
function hold({ source }: Journey, turn: Turn): void {
  if (!source?.request) return;
  const { launch, admission, request } = source;
  turn.send(launch, { type: "hold", admission, request, forMs: turn.facts.limits.holdMs });
}

function extend({ hardBy }: Lease, turn: Turn): Lease {
  return { hardBy, softBy: Math.min(turn.now + turn.facts.limits.leaseSoftMs, hardBy) };
}
