import type { Turn } from "../inbox.ts";
import type { Drain, In } from "./launch.ts";

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

/** When whoever is still in a draining launch goes with its process, as far as is known yet. */
export function drainEnd(drain: Drain, turn: Turn): number {
  return (askedHere(drain, turn)?.first ?? drain.by) + turn.facts.limits.evacuationMs;
}

/** How this master has asked them to go, if it has. */
export function askedHere({ asked }: Drain, { facts }: Turn): Drain["asked"] {
  return asked?.epoch === facts.masterEpoch ? asked : undefined;
}

/** When a draining launch has to be looked at again. */
function drainWake({ drain, guests }: In<"running">, turn: Turn): number {
  if (!drain) return Infinity;
  const { now } = turn;
  const { drainWarningMs, evacuateAgainMs } = turn.facts.limits;
  const endsAt = drainEnd(drain, turn);
  if (Object.keys(guests).length === 0) return endsAt;
  // Whoever was not reached before the deadline is not told of it any more, but moved.
  const asked = askedHere(drain, turn);
  if (now >= drain.by) return asked ? Math.min(endsAt, asked.last + evacuateAgainMs) : now;
  const noticeAt = [now, Math.max(now, drain.by - drainWarningMs), drain.by];
  return noticeAt[drain.told] ?? drain.by;
}
