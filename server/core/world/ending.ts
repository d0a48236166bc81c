import { idOf, type Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import { enthrone, withoutHeir } from "./heir.ts";
import { pauseMs, rest, start } from "./route.ts";
import type { Got, Heir, In, World } from "./world.ts";

/** How a place loses its launch, and when it gets the next one. */

/** Its launch lets nobody in for now: asked whether it is empty, silent, or cut off. */
export function closed(state: In<"open" | "closed">, _: unknown, turn: Turn): World {
  const { launch, openedAt, wanted, failures, cause, heir, old, wakeAt, failedHeirs } = state;
  if (heir && turn.from === heir.launch) {
    turn.send(heir.launch, { type: "stop", reason: "stopped" });
    return withoutHeir(state, heir, "closed", turn);
  }
  if (turn.from !== launch) return state;
  return { phase: "closed", launch, openedAt, wanted, failures, cause, heir, old, wakeAt, failedHeirs };
}

/** Journeys that wait for this very end are not called off by it: they get the next launch (H9). */
export function ended(state: World, { cause }: Got<"ended">, turn: Turn): World | undefined {
  if (state.old?.includes(turn.from as Address<"launch">)) return withoutOld(state, turn);
  const heir = "heir" in state ? state.heir : undefined;
  if (heir && turn.from === heir.launch && "openedAt" in state)
    return withoutHeir(state, heir, cause ?? "stopped", turn);
  if (!("launch" in state) || turn.from !== state.launch) return state;
  if (state.phase === "leaving") return emptied(state, turn);
  if (state.phase === "starting" && state.operator)
    turn.send(state.operator, { type: "failed", reason: "world_unavailable", cause });
  if (heir) return succeed(state, heir, turn);
  return next(state, cause, turn);
}

/** One of those it had taken over from is empty. */
function withoutOld(state: World, turn: Turn): World | undefined {
  const old = state.old?.filter((launch) => launch !== turn.from);
  // Nobody is to come from there any more.
  if ("openedAt" in state && !old?.length) turn.send(state.launch, { type: "await", forMs: 0 });
  const isAsleep = state.phase === "resting" && state.failures === 0 && !old?.length;
  return isAsleep ? undefined : { ...state, old };
}

/** The evacuation goes on until those it had taken over from have ended too. */
function emptied(state: In<"leaving">, turn: Turn): World | undefined {
  const [launch, ...old] = state.old ?? [];
  if (launch) {
    turn.send(state.operator, { type: "progress", step: "draining", launch: idOf(launch) });
    return { ...state, launch, old };
  }
  turn.send(state.operator, { type: "done" });
  return undefined;
}

/** The old launch is gone before the new one took over: there is nothing left to prove it against. */
function succeed(state: In<"starting" | "open" | "closed">, heir: Heir, turn: Turn): World {
  const { wanted, failures, cause, old } = state;
  if (heir.endpoint && "openedAt" in state)
    return enthrone(state, { ...heir, endpoint: heir.endpoint }, {}, turn);
  return { phase: "starting", launch: heir.launch, operator: heir.operator, wanted, failures, cause, old };
}

function next(
  state: In<"starting" | "open" | "closed">,
  cause: string | undefined,
  turn: Turn,
): World | undefined {
  const { backoffForgetMs } = turn.facts.limits;
  const { wanted, old } = state;
  if (cause === undefined) {
    if (wanted.length > 0) return start({ wanted, failures: 0, old }, turn);
    return old?.length ? rest({ failures: 0, old }, 0, turn) : undefined;
  }
  // Staying up is the proof; a launch that dies of its first player failed like one that never came up.
  const isProven = state.phase !== "starting" && turn.now >= state.openedAt + backoffForgetMs;
  const failures = isProven ? 1 : state.failures + 1;
  const waitMs = pauseMs(failures, turn);
  if (wanted.length === 0) return rest({ failures, cause, old }, waitMs, turn);
  if (waitMs === 0) return start({ wanted, failures, cause, old }, turn);
  return { phase: "cooling", wanted, failures, cause, old, wakeAt: turn.now + waitMs };
}
