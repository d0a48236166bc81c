import { idOf, type Address } from "#shared/address.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { Turn } from "../inbox.ts";
import { arrive } from "./departure.ts";
import { fails, letGo, repack } from "./lease.ts";
import type { Door, Got, In, Travel } from "./travel.ts";

/** From the redeem to the arrival: world, ticket, acknowledgement, ticket shown. */

/** A lease leads to its own world: a redeem that names another is refused, whatever the first one has set off. */
export function toOwnWorld<S extends Travel>(
  redeem: (state: S, turn: Turn) => Travel,
): (state: S, input: Got<"redeem">, turn: Turn) => Travel {
  return (state, { re, world }, turn) => {
    const { target, player } = state.journey;
    if (world === undefined || world === target.world) return redeem(state, turn);
    turn.send(player, { type: "denied", re, lease: idOf(turn.self), reason: "travel_lease_target_mismatch" });
    return state;
  };
}

/** The client lost its ticket, or changed its mind about waiting: a new one revokes the old (S15). */
export function redeemAgain(state: In<"expecting" | "admitted">, turn: Turn): Travel {
  letGo(state, turn);
  return redeem(state, turn);
}

export function redeem({ journey, lease, pack, failures }: Travel, turn: Turn): Travel {
  turn.send(`world:${journey.target.world}`, { type: "require" });
  const by = Math.min(turn.now + turn.facts.limits.redeemMs, lease.hardBy);
  return { phase: "starting", journey, lease, pack, failures, by, wakeAt: by };
}

/**
 * S27: nobody enters a launch with another pack than its own. The client gets the launch's ready first; a launch whose
 * pack is not to be had any more is replaced first.
 */
export function enter(state: In<"starting">, input: Got<"worldReady">, turn: Turn): Travel {
  const { world } = state.journey.target;
  if (input.pack === undefined || input.pack === state.pack) return expect(state, input, turn);
  const offer = turn.facts.offerOf(world, input.pack);
  if (offer) return repack(state, offer, turn);
  turn.send(`world:${world}`, { type: "outdated" });
  return state;
}

function expect(state: In<"starting">, { launch, endpoint, route }: Got<"worldReady">, turn: Turn): Travel {
  const { ticketAckMs, ticketMs, ticketSpareMs } = turn.facts.limits;
  const { journey, lease, pack, failures, by, asked } = state;
  const ackBy = Math.min(by, turn.now + ticketAckMs);
  const { token, hash } = turn.newSecret();
  const door: Door = {
    launch,
    admission: turn.newId("a"),
    url: turn.facts.urlOf(route, endpoint),
    secretTicket: token,
  };
  turn.send(launch, {
    type: "expect",
    admission: door.admission,
    ticketHash: hash,
    session: idOf(journey.session),
    name: journey.identity.name,
    guest: journey.identity.account === undefined,
    at: journey.target,
    // S13: its clock goes on while the master stands still. Before that the ticket is called back.
    forMs: ackBy - turn.now + ticketMs + ticketSpareMs,
  });
  const passed = asked === undefined ? {} : { asked };
  return { phase: "expecting", journey, lease, pack, failures, by, ...passed, door, wakeAt: ackBy };
}

/**
 * S14: the client hears of the ticket only after the launch that holds it said so. S13: and not so late, with a
 * database that was busy, that its door has forgotten the ticket before it lapses here.
 */
export function acked(state: In<"expecting">, { admission }: Got<"acked">, turn: Turn): Travel | undefined {
  const { door, journey, lease, pack, failures } = state;
  if (!isDoor(door, admission, turn)) return state;
  const { secretTicket, ...kept } = door;
  if (secretTicket === undefined || turn.now > state.wakeAt) return fails(state, "ticket_unavailable", turn);
  const { ticketMs } = turn.facts.limits;
  turn.send(journey.player, {
    type: "ticket",
    lease: idOf(turn.self),
    admission,
    ticket: secretTicket,
    url: door.url,
    world: journey.target.world,
    expiresMs: ticketMs,
  });
  return { phase: "admitted", journey, lease, pack, failures, door: kept, wakeAt: turn.now + ticketMs };
}

export function refused(
  state: In<"expecting" | "admitted">,
  { admission, reason }: Got<"refused">,
  turn: Turn,
): Travel | undefined {
  if (!isDoor(state.door, admission, turn)) return state;
  const isGone = state.phase === "expecting" && reason === "world_unavailable";
  return isGone ? askAgain(state, reason, turn) : fails(state, reason, turn);
}

/** One redeem wants its world so often: a process that refuses everybody is not asked for ever. */
const mostAsked = 3;

/**
 * The launch ended, or stopped to let people in, before it could say that it knows the ticket. The client has heard
 * of neither, and waits for the next one.
 */
export function askAgain(state: In<"expecting">, reason: Refusal, turn: Turn): Travel | undefined {
  const { journey, lease, pack, failures, by, asked = 1 } = state;
  if (asked >= mostAsked || turn.now >= by) return fails(state, reason, turn);
  turn.send(`world:${journey.target.world}`, { type: "require" });
  return { phase: "starting", journey, lease, pack, failures, by, asked: asked + 1, wakeAt: by };
}

export function arrived(
  state: In<"expecting" | "admitted">,
  { admission }: Got<"arrived">,
  turn: Turn,
): Travel | undefined {
  return isDoor(state.door, admission, turn)
    ? arrive(state, turn)
    : stray(state, { type: "arrived", admission }, turn);
}

/** The target's roster shows the player: the word "arrived" was lost, the fact was not. */
export function seen(state: Travel, { admission, launch }: Got<"seen">, turn: Turn): Travel | undefined {
  if (turn.from !== state.journey.session) return state;
  if ("door" in state && state.door.admission === admission && state.door.launch === launch)
    return arrive(state, turn);
  turn.send(launch, { type: "kick", admission, reason: "travel_cancelled" });
  return state;
}

/** S8: whoever came through a door that is no longer open must leave again. */
export function stray<S extends Travel | undefined>(state: S, { admission }: Got<"arrived">, turn: Turn): S {
  turn.send(turn.from as Address<"launch">, { type: "kick", admission, reason: "travel_cancelled" });
  return state;
}

function isDoor(door: Door, admission: string, turn: Turn): boolean {
  return door.admission === admission && door.launch === turn.from;
}
