import { idOf, type Address } from "#shared/address.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
import type { Turn } from "../inbox.ts";
import { awaitPlayers, begin, pauseMs, queue, sendOn, tell } from "./route.ts";
import type { Got, Heir, In, World } from "./world.ts";

/** How one launch of a place takes over from another, under its players: upgrade, restart and rollback are the same. */

type Led = In<"open" | "closed">;
type Proven = Heir & { readonly endpoint: Endpoint };

/** A launch of what lies on the disk now begins beside the old one. */
export function replace(state: In<"open">, { noticeMs }: Got<"replace">, turn: Turn): World {
  return state.heir || isCrowded(state, turn)
    ? notNow(state, undefined, turn)
    : expectHeir(state, noticeMs, turn.from as Address<"operator">, turn);
}

/** The pack on offer is newer than the launch: whoever has it waits for one that fits. */
export function outdated(state: In<"open">, _: unknown, turn: Turn): World {
  const waiting = queue(state, undefined, turn);
  return state.heir ? waiting : renew({ ...state, wanted: waiting.wanted }, turn);
}

/** An heir begins by itself for those who wait for one; after some that failed it takes its time. */
function renew(state: In<"open">, turn: Turn): World {
  const { wanted, failedHeirs } = state;
  if (wanted.length === 0) return { ...state, wakeAt: undefined };
  if (failedHeirs && turn.now < failedHeirs.notBefore) return { ...state, wakeAt: failedHeirs.notBefore };
  if (!isCrowded(state, turn)) return expectHeir(state, turn.facts.limits.drainMs, undefined, turn);
  for (const travel of wanted) turn.send(travel, { type: "worldUnavailable", reason: "world_unavailable" });
  return { ...state, wanted: [], wakeAt: undefined };
}

/** Those that are emptied still run, and an heir would be one more. */
function isCrowded({ old = [] }: In<"open">, { facts }: Turn): boolean {
  return old.length + 2 > facts.limits.launchesPerWorld;
}

function expectHeir(
  state: In<"open">,
  noticeMs: number,
  operator: Address<"operator"> | undefined,
  turn: Turn,
): World {
  const launch = begin(turn, true);
  if (operator) turn.send(operator, { type: "progress", step: "starting", launch: idOf(launch) });
  return { ...state, heir: { launch, operator, noticeMs }, wakeAt: undefined };
}

/** It can run. Before it takes over it gets to know what the old one knows. */
export function proved(state: Led, { endpoint, pack }: Got<"proved">, turn: Turn): World {
  const { heir } = state;
  if (turn.from !== heir?.launch) return state;
  turn.send(state.launch, { type: "hand.over" });
  return { ...state, heir: { ...heir, endpoint, pack }, wakeAt: turn.now + turn.facts.limits.handoverMs };
}

export function handed(state: Led, { text }: Got<"handed">, turn: Turn): World {
  const { heir } = state;
  if (turn.from !== state.launch || !heir?.endpoint) return state;
  return flip(state, { ...heir, endpoint: heir.endpoint }, text, turn);
}

/** The old launch does not answer, and what it said last has to do; or it is time for the next heir. */
export function deadline(state: Led, _: unknown, turn: Turn): World {
  const { heir } = state;
  if (heir?.endpoint) return flip(state, { ...heir, endpoint: heir.endpoint }, undefined, turn);
  return heir || state.phase === "closed" ? { ...state, wakeAt: undefined } : renew(state, turn);
}

/** From this turn on newcomers go to the new launch, and the old one is emptied. */
function flip(state: Led, heir: Proven, text: string | undefined, turn: Turn): World {
  turn.send(state.launch, {
    type: "drain",
    target: idOf(turn.self),
    inMs: heir.noticeMs,
    isSucceeded: true,
  });
  const { old = [], launch: follows } = state;
  return enthrone({ ...state, old: [...old, follows] }, heir, { text, follows }, turn);
}

/** What the players who are still in the launch before do there. */
export function wentOn<S extends Led>(state: S, { text }: Got<"went.on">, turn: Turn): S {
  turn.send(state.launch, { type: "catch.up", text, of: turn.from as Address<"launch"> });
  return state;
}

export function enthrone(
  state: Led,
  heir: Proven,
  handed: { readonly text?: string | undefined; readonly follows?: Address<"launch"> },
  turn: Turn,
): World {
  const { launch, endpoint, pack, operator } = heir;
  awaitPlayers(launch, state, turn);
  turn.send(launch, { type: "take.over", ...handed });
  if (operator) turn.send(operator, { type: "done", launch: idOf(launch) });
  const open: In<"open"> = {
    phase: "open",
    launch,
    endpoint,
    pack,
    openedAt: turn.now,
    wanted: [],
    failures: 0,
    old: state.old,
  };
  tell(state.wanted, open, turn);
  return open;
}

export function failed(state: Led, { cause }: Got<"failed">, turn: Turn): World {
  const { heir } = state;
  return heir && turn.from === heir.launch ? withoutHeir(state, heir, cause, turn) : state;
}

/** Nothing has changed, but for those who have the new pack: they cannot enter the old launch, and get the next heir. */
export function withoutHeir(state: Led, heir: Heir, cause: string, turn: Turn): World {
  if (heir.operator) turn.send(heir.operator, { type: "failed", reason: "world_unavailable", cause });
  const { count, notBefore } = state.failedHeirs ?? { count: 0, notBefore: 0 };
  const isLongAgo = turn.now >= notBefore + turn.facts.limits.backoffForgetMs;
  const failures = isLongAgo ? 1 : count + 1;
  const failedHeirs = { count: failures, notBefore: turn.now + pauseMs(failures, turn) };
  const without = { ...state, heir: undefined, wakeAt: undefined, failedHeirs, cause };
  return without.phase === "open" ? renew(without, turn) : without;
}

/** The players go to another world; nobody comes until every launch has ended. */
export function evacuate(
  state: In<"open" | "closed" | "resting" | "cooling">,
  { target, noticeMs }: Got<"evacuate">,
  turn: Turn,
): World {
  const operator = turn.from as Address<"operator">;
  // Those it took over from as well: their players would come back into it.
  const launches = [...("launch" in state ? [state.launch] : []), ...(state.old ?? [])];
  const [launch, ...old] = launches;
  if (!launch) return nothingToReplace(state, undefined, turn);
  if ("heir" in state && state.heir) return notNow(state, undefined, turn);
  if (!turn.facts.worlds.has(target) || target === idOf(turn.self)) {
    turn.send(operator, { type: "failed", reason: "invalid_world" });
    return state;
  }
  for (const each of launches) turn.send(each, { type: "drain", target, inMs: noticeMs });
  turn.send(operator, { type: "progress", step: "draining", launch: idOf(launch), inMs: noticeMs });
  sendOn(state.wanted, target, turn);
  return { phase: "leaving", launch, old, operator, target, wanted: [], failures: state.failures };
}

/** No launch lives: the next one is of what lies on the disk by itself. */
export function nothingToReplace<S extends World | undefined>(state: S, _: unknown, turn: Turn): S {
  turn.send(turn.from as Address<"operator">, { type: "done" });
  return state;
}

export function notNow<S extends World>(state: S, _: unknown, turn: Turn): S {
  turn.send(turn.from as Address<"operator">, { type: "failed", reason: "try_later" });
  return state;
}
