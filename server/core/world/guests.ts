import type { Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import type { Got, Guest, In, Launch } from "./launch.ts";

/** Who a launch holds and expects: every word between a journey or a session and the process goes through here. */

/** Names nobody here knows are looked into a few at a time: the next roster tells them again. */
const strangersAtOnce = 16;

type Speaking = In<"running" | "closing" | "stopping">;

/** A new ticket. A full world refuses here, where expected and present are both known. */
export function expect<S extends Speaking>(state: S, input: Got<"expect">, turn: Turn): S {
  const { admission, forMs, session, ticketHash, name, guest, at } = input;
  const travel = turn.from as Address<"travel">;
  if (state.drain) {
    turn.send(travel, { type: "refused", admission, reason: "world_unavailable" });
    return state;
  }
  const capacity = turn.facts.worlds.get(state.world)?.capacity ?? 0;
  const others = Object.values(state.guests).filter((guest) => guest.session !== `session:${session}`);
  if (others.length >= capacity) {
    turn.send(travel, { type: "refused", admission, reason: "world_full" });
    return state;
  }
  say(state, { type: "expect", admission, ticketHash, session, name, guest, at, expiresMs: forMs }, turn);
  const newcomer: Guest = { session: `session:${session}`, travel, expectedUntil: turn.now + forMs };
  return { ...state, follows: undefined, guests: { ...state.guests, [admission]: newcomer } };
}

export function acked<S extends Speaking>(state: S, { admission }: Got<"acked">, turn: Turn): S {
  const guest = guestOf(state, admission, turn);
  if (guest) turn.send(guest.travel, { type: "acked", admission });
  return state;
}

export function refused<S extends Speaking>(state: S, { admission, reason }: Got<"refused">, turn: Turn): S {
  const guest = guestOf(state, admission, turn);
  // Whoever came through the door is there until they leave it.
  if (guest?.expectedUntil === undefined) return state;
  turn.send(guest.travel, { type: "refused", admission, reason });
  return without(state, admission);
}

export function arrived<S extends Speaking>(state: S, { admission }: Got<"arrived">, turn: Turn): S {
  if (turn.from !== linkOf(state)) return state;
  const guest = guestNamed(state, admission);
  if (!guest) {
    // S8: nobody sent them, or they were called back while on the threshold.
    say(state, { type: "kick", admission, reason: "admission_denied" }, turn);
    return state;
  }
  turn.send(guest.travel, { type: "arrived", admission });
  return { ...state, guests: { ...state.guests, [admission]: { ...guest, expectedUntil: undefined } } };
}

/** Somebody is to go: asked by their next journey, by their session, or because their ticket is off. */
export function leave<S extends Launch>(
  state: S,
  input: Got<"depart"> | Got<"kick"> | Got<"revoke">,
  turn: Turn,
): S {
  const { admission } = input;
  const isSaid = say(state, input, turn);
  const guest = guestNamed(state, admission);
  if (input.type === "depart") {
    const travel = turn.from as Address<"travel">;
    if (!isSaid) turn.send(travel, { type: "sourceGone", admission });
    else if (guest)
      return { ...state, guests: { ...state.guests, [admission]: { ...guest, departing: travel } } };
    return state;
  }
  // Whoever stands in the world is forgotten with their last save, which answers the kick, or with the world:
  // a process that did not hear of it still holds them, and their session is told when it ends.
  const stands = input.type === "kick" && guest?.expectedUntil === undefined;
  return guest && !stands ? without(state, admission) : state;
}

export function departed<S extends Speaking>(state: S, { admission, place }: Got<"departed">, turn: Turn): S {
  const guest = guestOf(state, admission, turn);
  if (!guest) return state;
  if (isOnlyExpected(guest)) return neverCame(state, admission, turn);
  // A world says where somebody stood in itself; of others it knows nothing (S17).
  const stood = place?.world === state.world ? place : undefined;
  if (guest.departing) turn.send(guest.departing, { type: "departed", admission, place: stood });
  // Nobody asked: whatever its process means by it, the player is not here any more.
  else turn.send(guest.session, { type: "gone", admission, reason: "left" });
  return without(state, admission);
}

export function left<S extends Speaking>(state: S, { admission, seq, place }: Got<"left">, turn: Turn): S {
  const guest = guestOf(state, admission, turn);
  if (!guest) return state;
  if (isOnlyExpected(guest)) return neverCame(state, admission, turn);
  turn.send(guest.session, { type: "saved", admission, seq, place, final: true });
  // A launch that is emptied sends away whoever could not be moved: they come back elsewhere.
  const isDrained = state.phase === "stopping" && state.reason === "drained";
  turn.send(guest.session, { type: "gone", admission, reason: isDrained ? "closed" : "left" });
  return without(state, admission);
}

function isOnlyExpected({ expectedUntil, departing }: Guest): boolean {
  return expectedUntil !== undefined && !departing;
}

/** Whatever its process means by it, the ticket is no good there any more: the journey hears of it at once. */
function neverCame<S extends Speaking>(state: S, admission: string, turn: Turn): S {
  return refused(state, { type: "refused", admission, reason: "ticket_unavailable" }, turn);
}

export function saves<S extends Speaking>(state: S, input: Got<"saves">, turn: Turn): S {
  for (const { admission, seq, place } of input.saves) {
    const guest = guestOf(state, admission, turn);
    if (guest) turn.send(guest.session, { type: "saved", admission, seq, place, final: false });
  }
  return state;
}

export function portal<S extends Speaking>(state: S, input: Got<"portal">, turn: Turn): S {
  const { admission, request } = input;
  const guest = guestOf(state, admission, turn);
  if (guest) turn.send(guest.session, input);
  else say(state, { type: "unhold", admission, request, reason: "not_joined" }, turn);
  return state;
}

export function activate<S extends Speaking>(state: S, input: Got<"activate">, turn: Turn): S {
  say(state, input, turn);
  const { admission } = input;
  const guest = guestNamed(state, admission);
  const leftMs = (state.drain?.by ?? 0) - turn.now;
  // Who was on the way when the others were told has not heard of it: until now this was not where they were.
  if (guest && state.drain && leftMs > 0)
    turn.send(guest.session, { type: "draining", admission, inMs: leftMs, target: elsewhere(state) });
  return state;
}

export function forward<S extends Speaking>(
  state: S,
  input: Got<"hold"> | Got<"unhold"> | Got<"bubble">,
  turn: Turn,
): S {
  say(state, input, turn);
  return state;
}

/** Where its players are moved, when that is not another launch of their world. */
export function elsewhere({ world, drain }: Launch): string | undefined {
  return drain?.target === world ? undefined : drain?.target;
}

/** Says something to the process; `false` when it has no connection to hear it. */
export function say(state: Launch, body: Parameters<Turn["send"]>[1], turn: Turn): boolean {
  const link = linkOf(state);
  if (link) turn.send(link, body as never);
  return link !== undefined;
}

export function linkOf(state: Launch): Address<"launch-link"> | undefined {
  return "link" in state ? state.link : undefined;
}

function guestOf(state: Speaking, admission: string, turn: Turn): Guest | undefined {
  return turn.from === linkOf(state) ? guestNamed(state, admission) : undefined;
}

/** A process may say any name, also one that every object inherits, such as `constructor`. */
function guestNamed({ guests }: Launch, admission: string): Guest | undefined {
  return Object.hasOwn(guests, admission) ? guests[admission] : undefined;
}

function without<S extends Launch>(state: S, admission: string): S {
  const { [admission]: _, ...guests } = state.guests;
  return { ...state, guests };
}

/** The process is gone, and everybody with it. */
export function scatter(state: Launch, reason: "crashed" | "left" | "closed", turn: Turn): void {
  for (const [admission, guest] of Object.entries(state.guests)) {
    if (guest.expectedUntil === undefined) turn.send(guest.session, { type: "gone", admission, reason });
    else turn.send(guest.travel, { type: "worldUnavailable", reason: "world_unavailable" });
    if (guest.departing) turn.send(guest.departing, { type: "sourceGone", admission });
  }
}

/** An audit says again what is known; with a registration comes what could not be said before it. */
export type Look = "hint" | "audit" | "registration";

/**
 * Messages hint, rosters decide: compares what the process holds with what is known here.
 *
 * @returns the very same guests when nothing is new, so that nothing has to be written
 */
export function compare(
  state: In<"running" | "closing">,
  roster: Got<"heartbeat">["roster"],
  look: Look,
  turn: Turn,
): Launch["guests"] {
  let strangers = 0;
  const guests = new Map<string, Guest>();
  for (const { admission, session, active } of roster.inside) {
    const known = guestNamed(state, admission);
    if (guests.has(admission) || (!known && ++strangers > strangersAtOnce)) continue;
    const guest = standing(known ?? { session: `session:${session}`, travel: "travel:unknown" });
    guests.set(admission, guest);
    if (look !== "hint" || guest !== known) turn.send(guest.session, { type: "seen", admission, active });
  }
  for (const [admission, guest] of Object.entries(state.guests)) {
    if (guests.has(admission)) continue;
    if (isAwaited(guest, look, turn)) guests.set(admission, guest);
    else if (guest.expectedUntil === undefined)
      turn.send(guest.session, { type: "gone", admission, reason: "left" });
  }
  const before = Object.entries(state.guests);
  const isSame = before.length === guests.size && before.every(([key, guest]) => guests.get(key) === guest);
  return isSame ? state.guests : Object.fromEntries(guests);
}

/**
 * A connection that ended may have taken a ticket with it, or the word that it is known: what the process says on the
 * next one answers for both, so that no journey waits for its deadline.
 */
export function answerTickets(
  state: Launch,
  { expected }: Got<"heartbeat">["roster"],
  turn: Turn,
): Launch["guests"] {
  const { guests } = state;
  const left = { ...guests };
  // Called back while nobody heard it: until it lapsed it would keep a place from somebody else.
  const forgotten = expected.filter((admission) => !guestNamed(state, admission));
  for (const admission of forgotten.slice(0, strangersAtOnce))
    say(state, { type: "revoke", admission }, turn);
  for (const [admission, { expectedUntil, travel }] of Object.entries(guests)) {
    if (expectedUntil === undefined) continue;
    if (expected.includes(admission)) turn.send(travel, { type: "acked", admission });
    else {
      turn.send(travel, { type: "refused", admission, reason: "ticket_unavailable" });
      delete left[admission];
    }
  }
  return left;
}

/** Where somebody left while there was no master follows the registration: the roster after it judges who has not. */
function isAwaited({ expectedUntil }: Guest, look: Look, { now }: Turn): boolean {
  return expectedUntil === undefined ? look === "registration" : expectedUntil > now;
}

function standing(guest: Guest): Guest {
  return guest.expectedUntil === undefined ? guest : { ...guest, expectedUntil: undefined };
}
