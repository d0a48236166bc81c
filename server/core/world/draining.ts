import type { Turn } from "../inbox.ts";
import { alarm, askedHere, drainEnd } from "./alarm.ts";
import { elsewhere, say } from "./guests.ts";
import type { Drain, Got, In, Launch } from "./launch.ts";
import { stop } from "./stopping.ts";

/** How a launch is emptied under its players: told, told again, moved on, and ended whoever is left. */

/** From now on nobody is let in; whoever is here is told, and moved on when the time has come. */
export function drain<S extends In<"running" | "suspect" | "closing">>(
  state: S,
  { target, inMs, isSucceeded = state.drain?.isSucceeded }: Got<"drain">,
  turn: Turn,
): S {
  const draining = { ...state, drain: { target, isSucceeded, by: turn.now + inMs, told: 0 } as const };
  return state.phase === "running" ? { ...draining, wakeAt: turn.now } : draining;
}

/** The next step of a drain. Its end does not depend on what the process says of itself (L12). */
export function goOnDraining(state: In<"running"> & { drain: Drain }, turn: Turn): Launch {
  const { drain } = state;
  const asked = askedHere(drain, turn);
  const here = present(state);
  // Compared as `alarm` adds them: a fraction of a millisecond apart, and this would be asked again at once, for ever.
  if (turn.now >= drainEnd(drain, turn) && (asked || here.length === 0))
    return stop(state, { type: "stop", reason: "drained" }, turn);
  const leftMs = drain.by - turn.now;
  if (leftMs <= 0) return moveOn(state, here, turn);
  const isLast = turn.now >= drain.by - turn.facts.limits.drainWarningMs;
  if (drain.told === 2 || (drain.told === 1 && !isLast)) return alarm(state, turn);
  for (const [admission, { session }] of here)
    turn.send(session, { type: "draining", admission, inMs: leftMs, target: elsewhere(state) });
  return alarm({ ...state, drain: { ...drain, told: isLast ? 2 : 1 } }, turn);
}

/** They are asked to go, and asked again after a while. */
function moveOn(state: In<"running"> & { drain: Drain }, here: Present, turn: Turn): Launch {
  const { drain } = state;
  const asked = askedHere(drain, turn);
  if (asked && turn.now < asked.last + turn.facts.limits.evacuateAgainMs) return alarm(state, turn);
  // What they have done here goes before them.
  if (!asked && drain.isSucceeded) say(state, { type: "handover" }, turn);
  for (const [admission, { session }] of here)
    turn.send(session, { type: "evacuate", admission, target: drain.target });
  const now = { first: asked?.first ?? turn.now, last: turn.now, epoch: turn.facts.masterEpoch };
  return alarm({ ...state, drain: { ...drain, asked: now } }, turn);
}

type Present = readonly [string, Launch["guests"][string]][];

function present({ guests }: Launch): Present {
  return Object.entries(guests).filter(([, { expectedUntil }]) => expectedUntil === undefined);
}
