import type { Turn } from "../inbox.ts";
import type { In } from "./launch.ts";

/** When a launch has to be looked at again, should it say nothing. */
export function alarm(state: In<"running">, turn: Turn): In<"running"> {
  const wakeAt = Math.min(
    state.heardAt + turn.facts.limits.suspectMs,
    idleBy(state, turn),
    drainWake(state, turn),
  );
  return { ...state, wakeAt };
}

/** When a launch that stays empty is asked whether it is; one that is drained serves nobody else. */
export function idleBy(
  { idleSince = Infinity, drain, awaitsUntil = 0 }: In<"running">,
  { facts }: Turn,
): number {
  if (drain) return idleSince + facts.limits.heartbeatMs;
  return Math.max(idleSince + facts.limits.idleMs, awaitsUntil);
}

/** When a draining launch has to be looked at again. */
function drainWake({ drain, guests }: In<"running">, { now, facts }: Turn): number {
  if (!drain) return Infinity;
  const { drainWarningMs, evacuationMs, evacuateAgainMs } = facts.limits;
  const endsAt = drain.by + evacuationMs;
  if (Object.keys(guests).length === 0) return endsAt;
  // Whoever was not reached before the deadline is not told of it any more, but moved.
  if (now >= drain.by)
    return Math.min(endsAt, drain.askedAt === undefined ? now : drain.askedAt + evacuateAgainMs);
  const noticeAt = [now, Math.max(now, drain.by - drainWarningMs), drain.by];
  return noticeAt[drain.told] ?? drain.by;
}
