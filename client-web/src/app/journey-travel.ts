import { limits } from "#shared/limits.ts";
import type { ToClient } from "#shared/protocol/client-master.ts";
import type { Refusal } from "#shared/refusal.ts";
import { backoff, complain, request } from "./journey-ask.ts";
import type { Entering, Journey, JourneyInput, Lease, Travel, Turn } from "./journey-state.ts";
import type { Problem } from "./view.ts";

/** One journey: lease, pack, redeem, ticket, and back again when it fails. */

type Got<T extends JourneyInput["type"]> = Extract<JourneyInput, { type: T }>;
type Heard<T extends ToClient["type"]> = Extract<ToClient, { type: T }>;

/** A moment for the master to offer a way by itself, before it is asked. */
const strandedMs = 1_000;

/** In no world, and on the way to none. */
export function strand(journey: Journey, turn: Turn): Journey {
  const wait = journey.tries === 0 ? strandedMs : backoff(journey.tries, turn.luck);
  return { ...journey, travel: { phase: "stranded", at: turn.now + wait } };
}

/** A lease makes every other journey of this player an old one. The same lease may be told twice. */
export function leased(journey: Journey, message: Heard<"lease">, turn: Turn): Journey {
  const { travel } = journey;
  const { lease: id, cause, world, name, pack, hardMs } = message;
  if (travel && "lease" in travel && travel.lease.id === id) return repacked(journey, travel, message, turn);
  if (journey.givenBack?.lease === id) return giveBack(journey, id, turn);
  return prepare(journey, { id, cause, world, name, pack, hardAt: turn.now + hardMs }, turn);
}

function prepare(journey: Journey, lease: Lease, turn: Turn): Journey {
  const { id, world, name, pack: info } = lease;
  const pack = turn.id();
  const free = drop(journey, turn);
  turn.effects.push({ type: "pack.prepare", pack, info, world, name });
  const refreshAt = refresh(journey, id, turn);
  return { ...free, portal: undefined, travel: { phase: "preparing", lease, pack, refreshAt } };
}

/** The world has another pack since: whoever has no ticket yet makes that one ready, and redeems again. */
function repacked(
  journey: Journey,
  travel: Extract<Travel, { lease: Lease }>,
  { pack, hardMs }: Heard<"lease">,
  turn: Turn,
): Journey {
  if (travel.lease.pack.sha256 === pack.sha256) return journey;
  const lease = { ...travel.lease, pack, hardAt: turn.now + hardMs };
  // The ticket is for a launch of the pack in hand; only a next attempt leads to another.
  return travel.phase === "entering"
    ? { ...journey, travel: { ...travel, lease } }
    : prepare(journey, lease, turn);
}

function refresh(journey: Journey, lease: string, turn: Turn): number {
  request(journey, { type: "lease.refresh", lease }, turn);
  return turn.now + limits.leaseRefreshMs;
}

export function refreshed(
  journey: Journey,
  { lease: id, hardMs }: Heard<"lease.refreshed">,
  turn: Turn,
): Journey {
  const { travel } = journey;
  if (travel?.phase !== "preparing" || travel.lease.id !== id) return journey;
  return { ...journey, travel: { ...travel, lease: { ...travel.lease, hardAt: turn.now + hardMs } } };
}

export function packReady(journey: Journey, { pack }: Got<"pack.ready">, turn: Turn): Journey {
  const { travel } = journey;
  if (travel?.phase !== "preparing" || travel.pack !== pack) return journey;
  return redeem(journey, { ...travel.lease, ready: travel.lease.pack.sha256 }, 1, turn);
}

export function packFailed(journey: Journey, { pack, reason }: Got<"pack.failed">, turn: Turn): Journey {
  const { travel } = journey;
  if (travel?.phase !== "preparing" || travel.pack !== pack) return journey;
  const { world } = travel.lease;
  return retreat(journey, { about: "pack", reason, world }, turn);
}

function redeem(journey: Journey, lease: Lease, attempt: number, turn: Turn): Journey {
  if (lease.ready !== lease.pack.sha256) return prepare(journey, lease, turn);
  const re = request(journey, { type: "lease.redeem", lease: lease.id, world: lease.world }, turn);
  if (re === undefined) return { ...journey, travel: { phase: "pausing", lease, attempt, until: turn.now } };
  const until = turn.now + limits.clientRedeemMs;
  return { ...journey, travel: { phase: "redeeming", lease, re, attempt, until } };
}

/** Approved: the second world socket is opened while the first still plays. */
export function ticketed(journey: Journey, message: Heard<"ticket">, turn: Turn): Journey {
  const { travel } = journey;
  if (!travel || !("attempt" in travel) || travel.lease.id !== message.lease) return journey;
  if (travel.phase === "entering" && (travel.isCommitted || travel.ticket === message.ticket)) return journey;
  const { lease, attempt } = travel;
  const dial = turn.id();
  if (travel.phase === "entering") turn.effects.push({ type: "close.world", dial: travel.dial });
  turn.effects.push({ type: "dial.world", dial, url: message.url, world: lease.world });
  const entering: Entering = {
    phase: "entering",
    lease,
    attempt,
    dial,
    ticket: message.ticket,
    until: turn.now + limits.ticketMs,
    isCommitted: false,
    isLive: false,
  };
  return { ...journey, travel: entering };
}

/** Committed. A player who had given the journey up is over there all the same, and follows. */
export function arrived(journey: Journey, { lease, world: key }: Heard<"arrived">, turn: Turn): Journey {
  const { travel, world } = journey;
  const home = { ...journey, home: key };
  if (travel?.phase === "entering" && travel.lease.id === lease)
    return { ...home, travel: { ...travel, isCommitted: true } };
  if (world?.lease === lease) return home;
  const isMine = travel && "lease" in travel && travel.lease.id === lease;
  const left = { ...home, world: world && { ...world, isLive: false } };
  return isMine ? drop(left, turn) : left;
}

export function denied(journey: Journey, message: Heard<"denied">, turn: Turn): Journey {
  const { travel } = journey;
  const { re, reason } = message;
  const about = re === undefined ? undefined : journey.asked.get(re);
  if (re !== undefined && about) {
    const asked = new Map(journey.asked);
    asked.delete(re);
    return complain({ ...journey, asked }, { about, reason }, turn);
  }
  if (travel?.phase === "asking" && travel.re === re) return notThere(journey, reason, turn);
  return travel && "lease" in travel ? leaseDenied(journey, travel, message, turn) : journey;
}

/** Only the newest request of the journey under way, or its lease, can be refused: the rest is an old story. */
function leaseDenied(
  journey: Journey,
  travel: Extract<Travel, { lease: Lease }>,
  { re, lease, reason, final }: Heard<"denied">,
  turn: Turn,
): Journey {
  const { world, id } = travel.lease;
  // Whoever has arrived is there: a redeem that was said again came too late.
  if (travel.phase === "entering" && travel.isCommitted) return journey;
  // A refusal without a request is the master's own: what it granted last is off.
  const isOff = re === undefined && lease === id;
  const isAnswer =
    travel.phase === "redeeming" ? travel.re === re || isOff : isWaitingToEnter(travel) && isOff;
  const isOver = final === true || reason === "invalid_travel_lease" || reason === "travel_lease_expired";
  if (isOver && (isAnswer || lease === id)) return end(journey, { about: "travel", reason, world }, turn);
  return isAnswer ? fail(journey, reason, turn) : journey;
}

function isWaitingToEnter(travel: Travel): boolean {
  return travel.phase === "entering" && !travel.isCommitted;
}

/** The way asked for is closed; the next attempt takes another. */
function notThere(journey: Journey, reason: Refusal, turn: Turn): Journey {
  const home = reason === "not_active_world" || reason === "invalid_world" ? undefined : journey.home;
  return strand({ ...journey, home }, turn);
}

/** One attempt of the journey failed: once more under the same lease if that can help, else back. */
export function fail(journey: Journey, reason: Refusal, turn: Turn): Journey {
  const { travel } = journey;
  if (!travel || !("attempt" in travel)) return journey;
  const { lease, attempt } = travel;
  if (travel.phase === "entering") turn.effects.push({ type: "close.world", dial: travel.dial });
  if (travel.phase === "entering" && travel.isCommitted)
    return { ...journey, travel: undefined, world: journey.world && { ...journey.world, isLive: false } };
  const isTransient = reason === "world_unavailable" || reason === "ticket_unavailable";
  if (!isTransient || attempt >= limits.travelAttempts)
    return retreat(
      { ...journey, travel: { ...travel } },
      { about: "travel", reason, world: lease.world },
      turn,
    );
  const until = turn.now + limits.travelRetryMs;
  return { ...journey, travel: { phase: "pausing", lease, attempt: attempt + 1, until } };
}

/** Gives the lease back: the player stays where they are, and is told why. */
export function retreat(journey: Journey, problem: Omit<Problem, "key">, turn: Turn): Journey {
  const { travel } = journey;
  const free = travel && "lease" in travel ? giveBack(journey, travel.lease.id, turn) : journey;
  return end(free, problem, turn);
}

function end(journey: Journey, problem: Omit<Problem, "key">, turn: Turn): Journey {
  return complain(drop(journey, turn), problem, turn);
}

/** The player changed their mind: possible while there is a world to stay in and nothing is committed. */
export function cancel(journey: Journey, turn: Turn): Journey {
  const { travel, world } = journey;
  if (!world?.isLive || !travel || !("lease" in travel)) return journey;
  if (travel.phase === "entering" && travel.isCommitted) return journey;
  return drop(giveBack(journey, travel.lease.id, turn), turn);
}

/** Said until the master has heard it: a lease it still believes in would keep every portal shut. */
function giveBack(journey: Journey, lease: string, turn: Turn): Journey {
  const re = request(journey, { type: "lease.release", lease }, turn);
  return { ...journey, givenBack: { lease, re, until: turn.now + limits.portalReplyMs } };
}

/** The master has answered, or the lease is over. A master that cannot save now is asked again. */
export function taken(journey: Journey, answer: Heard<"ok"> | Heard<"denied">): Journey {
  const { givenBack } = journey;
  if (!givenBack) return journey;
  const isRefusal = answer.type === "denied";
  const isAnswer =
    answer.re !== undefined && answer.re === givenBack.re && !(isRefusal && answer.reason === "try_later");
  const isOver = isRefusal && answer.final === true && answer.lease === givenBack.lease;
  return isAnswer || isOver ? { ...journey, givenBack: undefined } : journey;
}

export function wakeGivenBack(journey: Journey, turn: Turn): Journey {
  const { givenBack, control } = journey;
  if (!givenBack || control.phase !== "up" || givenBack.until > turn.now) return journey;
  return giveBack(journey, givenBack.lease, turn);
}

/** Forgets the journey under way and whatever was being made ready for it. */
export function drop(journey: Journey, turn: Turn): Journey {
  const { travel } = journey;
  if (travel?.phase === "preparing") turn.effects.push({ type: "pack.cancel", pack: travel.pack });
  if (travel?.phase === "entering") turn.effects.push({ type: "close.world", dial: travel.dial });
  return travel ? { ...journey, travel: undefined } : journey;
}

/** When the journey wants to be woken; what needs the master waits for it. */
export function travelWakeAt({ travel, control }: Journey): number | undefined {
  if (travel?.phase === "preparing") {
    const graceAt = travel.lease.hardAt - limits.leaseGraceMs;
    return control.phase === "up" ? Math.min(travel.refreshAt, graceAt) : graceAt;
  }
  if (!travel || control.phase !== "up") return undefined;
  // Let in or not, only the master opens the world: one that was killed finds us at its door, and commits.
  if (travel.phase === "entering") return travel.isLive ? undefined : travel.until;
  return travel.phase === "stranded" ? travel.at : travel.until;
}

export function wakeTravel(journey: Journey, turn: Turn): Journey {
  const { travel } = journey;
  if (!travel || (travelWakeAt(journey) ?? Infinity) > turn.now) return journey;
  switch (travel.phase) {
    case "stranded":
      return askForWorld(journey, turn);
    case "asking":
      return strand(journey, turn);
    case "preparing":
      return keepLease(journey, travel, turn);
    case "pausing":
      return redeem(journey, travel.lease, travel.attempt, turn);
    case "redeeming":
      return fail(journey, "ticket_unavailable", turn);
    case "entering":
      return fail(journey, "world_unavailable", turn);
  }
}

function askForWorld(journey: Journey, turn: Turn): Journey {
  const { home, session, tries } = journey;
  const world = home ?? session?.initial ?? "";
  const re = request(journey, { type: home === undefined ? "world.join" : "world.rejoin", world }, turn);
  if (re === undefined) return journey;
  return {
    ...journey,
    tries: tries + 1,
    travel: { phase: "asking", re, until: turn.now + limits.portalReplyMs },
  };
}

function keepLease(journey: Journey, travel: Extract<Travel, { phase: "preparing" }>, turn: Turn): Journey {
  const { id, world, hardAt } = travel.lease;
  if (hardAt - limits.leaseGraceMs <= turn.now)
    return retreat(journey, { about: "travel", reason: "travel_lease_expired", world }, turn);
  return { ...journey, travel: { ...travel, refreshAt: refresh(journey, id, turn) } };
}
