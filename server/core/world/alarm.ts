import type { Turn } from "../inbox.ts";
import type { In } from "./launch.ts";

/** When a launch has to be looked at again, should it say nothing. */
export function alarm(state: In<"running">, turn: Turn): In<"running"> {
  const { suspectMs, idleMs } = turn.facts.limits;
  const idleBy = (state.idleSince ?? Infinity) + idleMs;
  return { ...state, wakeAt: Math.min(state.heardAt + suspectMs, idleBy, drainWake(state, turn)) };
}

/** When a draining launch has to be looked at again. */
function drainWake({ drain, guests }: In<"running">, { now, facts }: Turn): number {
  if (!drain) return Infinity;
  if (Object.keys(guests).length === 0) return now;
  const { drainWarningMs, evacuationMs } = facts.limits;
  if (drain.isOver) return drain.by + evacuationMs;
  return drain.told < 2 ? Math.max(now, drain.by - drainWarningMs) : drain.by;
}
