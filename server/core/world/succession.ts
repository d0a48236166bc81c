import type { Turn } from "../inbox.ts";
import { alarm } from "./alarm.ts";
import { say } from "./guests.ts";
import type { Drain, Got, In, Launch } from "./launch.ts";
import { kill, stop } from "./stopping.ts";

/** One launch takes over from another: proofs, what is handed on, and how the old one is emptied. */

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

/** What the world wants remembered. Of two launches of a world only the one that takes newcomers is believed. */
export function remember(
  state: In<"running" | "closing" | "stopping">,
  { text, isFinal }: Got<"state">,
  turn: Turn,
): Launch {
  if (turn.from !== state.link) return state;
  keep(state, text, turn);
  if (state.phase !== "running" || !state.isAsked || !isFinal) return state;
  turn.send(`world:${state.world}`, { type: "handed", text });
  return { ...state, isAsked: undefined };
}

function keep({ world, drain }: Launch, text: string | undefined, turn: Turn): void {
  if (text !== undefined && drain?.target !== world) turn.send(`memory:${world}`, { type: "keep", text });
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

/** From now on nobody is let in; whoever is here is told, and moved on when the time has come. */
export function drain<S extends In<"running" | "suspect" | "closing">>(
  state: S,
  { target, inMs }: Got<"drain">,
  turn: Turn,
): S {
  const draining = { ...state, drain: { target, by: turn.now + inMs, told: 0 } as const };
  return state.phase === "running" ? { ...draining, wakeAt: turn.now } : draining;
}

/** Tells the players, moves them on at the deadline, and ends with those who could not be moved. */
export function goOnDraining(state: In<"running"> & { drain: Drain }, turn: Turn): Launch {
  const { drain, guests } = state;
  const { drainWarningMs, evacuationMs } = turn.facts.limits;
  const leftMs = drain.by - turn.now;
  if (drain.isOver)
    return leftMs + evacuationMs > 0
      ? alarm(state, turn)
      : stop(state, { type: "stop", reason: "drained" }, turn);
  const present = Object.entries(guests).filter(([, { expectedUntil }]) => expectedUntil === undefined);
  if (leftMs <= 0) {
    for (const [admission, { session }] of present)
      turn.send(session, { type: "evacuate", admission, target: drain.target });
    return alarm({ ...state, drain: { ...drain, isOver: true } }, turn);
  }
  const isLast = leftMs <= drainWarningMs;
  if (drain.told === 2 || (drain.told === 1 && !isLast)) return alarm(state, turn);
  for (const [admission, { session }] of present)
    turn.send(session, { type: "draining", admission, inMs: leftMs });
  return alarm({ ...state, drain: { ...drain, told: isLast ? 2 : 1 } }, turn);
}
