import { limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { ToClient } from "#shared/protocol/client-master.ts";
import type { ToPlayer } from "#shared/protocol/client-world.ts";
import { protocol } from "#shared/version.ts";
import { complain } from "./journey-ask.ts";
import type { Entering, Journey, JourneyInput, Turn } from "./journey-state.ts";
import { fail } from "./journey-travel.ts";

/** The world sockets: the one on screen, and for a moment the one being entered. Portals are used through them. */

type Got<T extends JourneyInput["type"]> = Extract<JourneyInput, { type: T }>;

/** The journey's second socket, if `dial` is it. */
function entering({ travel }: Journey, dial: number): Entering | undefined {
  return travel?.phase === "entering" && travel.dial === dial ? travel : undefined;
}

export function worldOpened(journey: Journey, { dial }: Got<"world.opened">, turn: Turn): Journey {
  const travel = entering(journey, dial);
  if (!travel) return journey;
  const { ticket } = travel;
  turn.effects.push({
    type: "send.world",
    dial,
    message: { type: "enter", id: turn.id(), protocol: protocol.newest, ticket },
  });
  return journey;
}

export function worldLive(journey: Journey, { dial }: Got<"world.live">): Journey {
  const travel = entering(journey, dial);
  if (!travel) return journey;
  // A world shows itself only to those the master has committed.
  return { ...journey, home: travel.lease.world, travel: { ...travel, isCommitted: true, isLive: true } };
}

/** The new world is on screen: only now the old one may go. */
export function worldDrawn(journey: Journey, { dial }: Got<"world.drawn">, turn: Turn): Journey {
  const travel = entering(journey, dial);
  if (!travel?.isLive) return journey;
  if (journey.world) turn.effects.push({ type: "close.world", dial: journey.world.dial });
  const { id: lease, world: key, name } = travel.lease;
  const draining = journey.draining?.lease === lease ? journey.draining : undefined;
  const world = { dial, lease, key, name, isLive: true };
  return { ...journey, world, travel: undefined, tries: 0, draining, lost: undefined };
}

export function worldClosed(journey: Journey, { dial, code }: Got<"world.closed">, turn: Turn): Journey {
  if (entering(journey, dial))
    return fail(
      journey,
      code === closeCodes.admissionDenied.code ? "ticket_unavailable" : "world_unavailable",
      turn,
    );
  return journey.world?.dial === dial ? gone(journey) : journey;
}

export function worldHeard(journey: Journey, { dial, message }: Got<"world.heard">, turn: Turn): Journey {
  if (entering(journey, dial))
    return message.type === "rejected" ? fail(journey, "ticket_unavailable", turn) : journey;
  if (journey.world?.dial !== dial) return journey;
  const { portal } = journey;
  if (message.type === "departed") return gone(journey);
  if (message.type === "portal.denied") return portalDenied(journey, message, turn);
  if (message.type === "interact.denied")
    return complain(journey, { about: "touch", reason: message.reason }, turn);
  if (message.type !== "portal.asked" || !portal) return journey;
  return { ...journey, portal: { ...portal, until: turn.now + limits.portalReplyMs } };
}

function portalDenied(
  journey: Journey,
  message: Extract<ToPlayer, { type: "portal.denied" }>,
  turn: Turn,
): Journey {
  const { re, reason } = message;
  if (!journey.portal || (re !== undefined && re !== journey.portal.re)) return journey;
  return complain({ ...journey, portal: undefined }, { about: "travel", reason }, turn);
}

/** The master says that the player is in this world no longer. */
export function worldLost(
  journey: Journey,
  { world: key, reason: lost }: Extract<ToClient, { type: "world.lost" }>,
  turn: Turn,
): Journey {
  if (journey.world?.key !== key) return journey;
  turn.effects.push({ type: "close.world", dial: journey.world.dial });
  return { ...gone(journey), lost };
}

/** The picture stays; the place does not. */
function gone(journey: Journey): Journey {
  return { ...journey, portal: undefined, world: journey.world && { ...journey.world, isLive: false } };
}

export function usePortal(journey: Journey, { portal }: Got<"usePortal">, turn: Turn): Journey {
  const { world, travel } = journey;
  if (!world?.isLive || travel || journey.portal) return journey;
  const re = turn.id();
  turn.effects.push({
    type: "send.world",
    dial: world.dial,
    message: { type: "portal.use", id: re, portal },
  });
  return { ...journey, portal: { re, until: turn.now + limits.portalReplyMs } };
}

/** Speaks to or touches something; what comes of it is seen, and only a no has to be told. */
export function interact(journey: Journey, { entity }: Got<"interact">, turn: Turn): Journey {
  const { world } = journey;
  if (!world?.isLive) return journey;
  const message = { type: "interact" as const, id: turn.id(), entity };
  turn.effects.push({ type: "send.world", dial: world.dial, message });
  return journey;
}

export function wakePortal(journey: Journey, turn: Turn): Journey {
  if (!journey.portal || journey.portal.until > turn.now) return journey;
  return complain({ ...journey, portal: undefined }, { about: "travel", reason: "master_unreachable" }, turn);
}
