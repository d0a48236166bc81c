import type { Turn } from "../inbox.ts";
import { alarm } from "./alarm.ts";
import { say } from "./guests.ts";
import type { Got, In, Launch } from "./launch.ts";
import { kill } from "./stopping.ts";

/** One launch takes over from another: proofs, and what is handed on. */

/** An heir has rehearsed, or says what went wrong. */
export function tested(state: In<"testing">, { fault }: Got<"tested">, turn: Turn): Launch {
  if (turn.from !== state.link) return state;
  if (fault !== undefined) return failed(state, `test_failed: ${fault}`, turn);
  const { endpoint, pack } = state;
  turn.send(`world:${state.world}`, { type: "proved", endpoint, pack });
  return alarm({ ...state, phase: "running", heardAt: turn.now, auditedAt: turn.now }, turn);
}

export function untested(state: In<"testing">, _: unknown, turn: Turn): Launch {
  return failed(state, "test_timeout", turn);
}

function failed(state: In<"testing">, cause: string, turn: Turn): Launch {
  turn.send(`world:${state.world}`, { type: "failed", cause });
  return kill(cause)(state, undefined, turn);
}

/** Its world wants to know its state, for the launch that takes over. */
export function handOver(state: In<"running">, _: unknown, turn: Turn): Launch {
  say(state, { type: "handover" }, turn);
  return { ...state, isAsked: true };
}

/** Nobody can be asked: what is remembered already has to do. */
export function notNow<S extends Launch>(state: S, _: unknown, turn: Turn): S {
  turn.send(`world:${state.world}`, { type: "handed" });
  return state;
}

/** It is about to say what its world wants remembered anyhow. */
export function waitForState(state: In<"stopping">, _: unknown, turn: Turn): Launch {
  return state.link ? { ...state, isAsked: true } : notNow(state, undefined, turn);
}

/** Another launch has taken over from one that was stopping anyhow: what it still says of its world is old. */
export function succeeded(
  state: In<"stopping">,
  { target, inMs, isSucceeded }: Got<"drain">,
  turn: Turn,
): Launch {
  return isSucceeded ? { ...state, drain: { target, isSucceeded, by: turn.now + inMs, told: 2 } } : state;
}

/** From now on it is the one that takes newcomers, and knows what the one before it knew. */
export function takeOver<S extends In<"running" | "suspect" | "closing">>(
  state: S,
  { text, follows }: Got<"take.over">,
  turn: Turn,
): S {
  const taken = { ...state, isHeir: undefined, follows };
  if (text !== undefined) return handOn({ ...taken, inherits: text }, turn);
  turn.send(`memory:${state.world}`, { type: "recall" });
  return taken;
}

/** Those who have stayed in the launch before go on there: what they do is not lost while nobody has done anything here. */
export function catchUp<S extends In<"running" | "suspect" | "closing">>(
  state: S,
  { text, of }: Got<"catch.up">,
  turn: Turn,
): S {
  if (state.follows !== of) return state;
  turn.send(`memory:${state.world}`, { type: "keep", text });
  const next = { ...state, inherits: text };
  // Of two answers under way nobody could tell which is which.
  const isAsked = state.inherits !== undefined || ("isAsked" in state && state.isAsked);
  return isAsked ? { ...next, isUntold: true } : handOn(next, turn);
}

/** Told again with every registration until the world's answer shows that it knows; it listens once to each. */
export function handOn<S extends Launch>(state: S, turn: Turn): S {
  if (state.inherits === undefined) return state;
  say(state, { type: "restore", text: state.inherits }, turn);
  say(state, { type: "handover" }, turn);
  return { ...state, isUntold: undefined };
}

/** Whoever is still in the launch before comes here by then, and not to another that has proved nothing. */
export function awaitPlayers<S extends In<"running" | "suspect" | "closing">>(
  state: S,
  { forMs }: Got<"await">,
  turn: Turn,
): S {
  const awaiting = { ...state, awaitsUntil: turn.now + forMs };
  return state.phase === "running" ? { ...awaiting, wakeAt: turn.now } : awaiting;
}

/** The old launch could not be asked: what it said last has to do. */
export function recollect<S extends In<"running" | "suspect" | "closing">>(
  state: S,
  { text }: Got<"recalled">,
  turn: Turn,
): S {
  const isKnown = text === undefined || state.inherits !== undefined;
  return isKnown ? state : handOn({ ...state, inherits: text }, turn);
}

/** What the world wants remembered. Of two launches of a world the one that takes newcomers decides. */
export function remember(
  state: In<"running" | "closing" | "stopping">,
  { text, isFinal }: Got<"state">,
  turn: Turn,
): Launch {
  if (turn.from !== state.link) return state;
  if (isFinal && state.isUntold) return handOn(state, turn);
  const known = isFinal ? { ...state, inherits: undefined } : state;
  keep(known, text, turn);
  if (known.phase === "closing" || !known.isAsked || !isFinal) return known;
  turn.send(`world:${state.world}`, { type: "handed", text });
  return { ...known, isAsked: undefined };
}

function keep({ world, drain, isHeir, inherits }: Launch, text: string | undefined, turn: Turn): void {
  if (text === undefined || isHeir || inherits !== undefined) return;
  if (drain?.isSucceeded) turn.send(`world:${world}`, { type: "went.on", text });
  else turn.send(`memory:${world}`, { type: "keep", text });
}

/** What a process wrote down while it had no master, and died before it could say. */
export function lastWords<S extends Launch>(
  state: S,
  { saves, state: text }: Got<"lastWords">,
  turn: Turn,
): S {
  for (const { admission, seq, place } of saves) {
    const guest = Object.hasOwn(state.guests, admission) ? state.guests[admission] : undefined;
    if (guest) turn.send(guest.session, { type: "saved", admission, seq, place, final: false });
  }
  keep(state, text, turn);
  return state;
}
