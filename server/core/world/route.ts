import { idOf, type Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import type { In, World } from "./world.ts";

/** Whom a place sends where. */

type Past = Pick<World, "failures" | "cause" | "old">;

export function start(
  { wanted, failures, cause, old }: Past & Pick<World, "wanted">,
  turn: Turn,
  isHeir?: true,
): In<"starting"> {
  return { phase: "starting", launch: begin(turn, isHeir), wanted, failures, cause, old };
}

/** @returns a launch that has been told to begin; an heir proves itself before anybody is sent to it */
export function begin(turn: Turn, isHeir?: true): Address<"launch"> {
  const launch: Address<"launch"> = `launch:${turn.newId("l")}`;
  turn.send(launch, { type: "begin", world: idOf(turn.self), ...(isHeir && { isHeir }) });
  return launch;
}

export function rest({ failures, cause, old }: Past, waitMs: number, turn: Turn): World {
  const { now, facts } = turn;
  const wakeAt = now + facts.limits.backoffForgetMs;
  return { phase: "resting", wanted: [], failures, cause, old, notBefore: now + waitMs, wakeAt };
}

/** The first failure is forgiven at once; from the second on whatever keeps failing waits, ever longer. */
export function pauseMs(failures: number, { facts }: Turn): number {
  const { backoffFirstMs, backoffMaxMs } = facts.limits;
  return failures === 1 ? 0 : Math.min(backoffFirstMs * 2 ** (failures - 2), backoffMaxMs);
}

export function queue<S extends World>(state: S, _: unknown, turn: Turn): S {
  const from = turn.from as Address<"travel">;
  return state.wanted.includes(from) ? state : { ...state, wanted: [...state.wanted, from] };
}

/** Those it has taken over from end by then, and say so: until that it is not stopped for being empty. */
export function awaitPlayers(launch: Address<"launch">, { old }: Past, turn: Turn): void {
  const { drainMostMs, evacuationMs } = turn.facts.limits;
  if (old?.length) turn.send(launch, { type: "await", forMs: drainMostMs + evacuationMs });
}

/** Says where the open launch is to those who want in. */
export function tell(wanted: World["wanted"], { launch, endpoint, pack }: In<"open">, turn: Turn): void {
  for (const travel of wanted)
    turn.send(travel, { type: "worldReady", launch, endpoint, pack, route: idOf(turn.self) });
}

/** Nobody is let in here for now: whoever has nowhere to stay goes where everybody else goes. */
export function sendOn(wanted: World["wanted"], instead: string, turn: Turn): void {
  for (const travel of wanted)
    turn.send(travel, { type: "worldUnavailable", reason: "world_draining", instead });
}
