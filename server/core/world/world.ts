import { idOf, type Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
import type { Turn } from "../inbox.ts";
import { awaitPlayers, queue, rest, sendOn, start, tell } from "./route.ts";
import { closed, ended } from "./ending.ts";
import {
  deadline,
  evacuate,
  failed,
  handed,
  nothingToReplace,
  notNow,
  outdated,
  proved,
  replace,
  wentOn,
} from "./heir.ts";

/** A launch that is to take over, once it has proved itself. */
export interface Heir {
  readonly launch: Address<"launch">;
  /** Who asked for it; nobody when a new pack did. */
  readonly operator?: Address<"operator"> | undefined;
  /** How long the players of the old launch have to leave on their own. */
  readonly noticeMs: number;
  /** Since it has proved itself: only the old one's state is still waited for. */
  readonly endpoint?: Endpoint | undefined;
  readonly pack?: string | undefined;
}

/**
 * A place, `world:<key>`: which launch of it lets newcomers in, and which journeys wait for one.
 * At most one launch of a key accepts newcomers (S19).
 */
export type World = {
  /** Journeys to be told when a launch is open. */
  wanted: readonly Address<"travel">[];
  /** Launches in a row that failed, and why the last one did. */
  failures: number;
  cause?: string | undefined;
  /** Launches that were taken over from and still have players, whatever becomes of the one that took over. */
  old?: readonly Address<"launch">[] | undefined;
  /** Heirs in a row that failed, and until when none is begun by itself. */
  failedHeirs?: { readonly count: number; readonly notBefore: number } | undefined;
} & (
  | {
      phase: "starting";
      launch: Address<"launch">;
      operator?: Address<"operator"> | undefined;
      wakeAt?: undefined;
    }
  | {
      phase: "open";
      launch: Address<"launch">;
      endpoint: Endpoint;
      pack?: string | undefined;
      openedAt: number;
      heir?: Heir | undefined;
      wakeAt?: number | undefined;
    }
  | {
      phase: "closed";
      launch: Address<"launch">;
      openedAt: number;
      heir?: Heir | undefined;
      wakeAt?: number | undefined;
    }
  /** Its players are being moved to another world; nobody comes until every launch of it has ended. */
  | {
      phase: "leaving";
      launch: Address<"launch">;
      operator: Address<"operator">;
      /** The world its players are moved to. */
      target: string;
      wakeAt?: undefined;
    }
  /** Nobody wants it; it only remembers its failures, and the launches that are still being emptied. */
  | { phase: "resting"; notBefore: number; wakeAt: number }
  /** Wanted, but it failed so often that it must wait. */
  | { phase: "cooling"; wakeAt: number }
);

export type WorldInput =
  // From travels. `outdated`: the pack on offer is newer than the launch.
  | { type: "require" }
  | { type: "release" }
  | { type: "outdated" }
  // From its launches. Without a cause the end was wanted.
  | { type: "opened"; endpoint: Endpoint; pack?: string | undefined }
  | { type: "closing" }
  | { type: "ended"; cause?: string | undefined }
  | { type: "proved"; endpoint: Endpoint; pack?: string | undefined }
  | { type: "failed"; cause: string }
  | { type: "handed"; text?: string | undefined }
  | { type: "went.on"; text: string }
  // From operators (`operator:<request>`): another launch of it takes over, or its players go to another world.
  | { type: "replace"; noticeMs: number }
  | { type: "evacuate"; noticeMs: number; target: string };

export type In<P extends World["phase"]> = Extract<World, { phase: P }>;
export type Got<T extends WorldInput["type"]> = Extract<WorldInput, { type: T }>;

export const world: Table<World, WorldInput, Turn> = {
  absent: {
    require: first,
    outdated: first,
    replace: nothingToReplace,
    evacuate: nothingToReplace,
  },
  resting: {
    require: wake,
    outdated: wake,
    ended,
    replace: replaceNothing,
    evacuate,
    deadline: forget,
  },
  cooling: {
    require: queue,
    outdated: queue,
    release,
    ended,
    replace: tryNow,
    evacuate,
    deadline: tryAgain,
  },
  starting: {
    require: queue,
    release,
    opened,
    proved: opened,
    ended,
    outdated: queue,
    replace: notNow,
    evacuate: notNow,
  },
  open: {
    require: welcome,
    release,
    closing: closed,
    ended,
    outdated,
    replace,
    proved,
    failed,
    handed,
    "went.on": wentOn,
    evacuate,
    deadline,
  },
  closed: {
    require: queue,
    release,
    opened,
    closing: closed,
    ended,
    outdated: queue,
    replace: notNow,
    proved,
    failed,
    handed,
    "went.on": wentOn,
    evacuate,
    deadline,
  },
  leaving: { require: refuse, outdated: refuse, ended, replace: notNow, evacuate: notNow },
};

function first(_: undefined, __: unknown, turn: Turn): World {
  return start({ wanted: [turn.from as Address<"travel">], failures: 0 }, turn);
}

function wake(state: In<"resting">, _: unknown, turn: Turn): World {
  const wanted = [turn.from as Address<"travel">];
  const { failures, cause, old } = state;
  if (turn.now >= state.notBefore) return start({ wanted, failures, cause, old }, turn);
  return { phase: "cooling", wanted, failures, cause, old, wakeAt: state.notBefore };
}

/** Whoever wanted it may have gone elsewhere meanwhile: no process starts for nobody. */
function tryAgain(state: In<"cooling">, _: unknown, turn: Turn): World {
  return state.wanted.length > 0 ? start(state, turn) : rest(state, 0, turn);
}

/** What an operator has just replaced may be what made it fail; the next one proves that it does not. */
function tryNow(state: In<"cooling" | "resting">, _: unknown, turn: Turn): World {
  return { ...start(state, turn, true), operator: turn.from as Address<"operator"> };
}

/**
 * The next launch is of what lies on the disk then, and has not failed yet. Where others are still being emptied
 * their players come into it, and it is proved now.
 */
function replaceNothing(state: In<"resting">, _: unknown, turn: Turn): World | undefined {
  const { old = [] } = state;
  if (old.length === 0) return forget(nothingToReplace(state, undefined, turn), undefined, turn);
  const isCrowded = old.length + 1 > turn.facts.limits.launchesPerWorld;
  return isCrowded ? notNow(state, undefined, turn) : tryNow(state, undefined, turn);
}

/** What it failed of is long ago; those that are still being emptied are not. */
function forget({ old }: In<"resting">, _: unknown, turn: Turn): World | undefined {
  return old?.length ? rest({ failures: 0, old }, 0, turn) : undefined;
}

function refuse(state: In<"leaving">, _: unknown, turn: Turn): World {
  sendOn([turn.from as Address<"travel">], state.target, turn);
  return state;
}

function release<S extends World>(state: S, _: unknown, turn: Turn): S {
  const wanted = state.wanted.filter((travel) => travel !== turn.from);
  return wanted.length === state.wanted.length ? state : { ...state, wanted };
}

function welcome(state: In<"open">, _: unknown, turn: Turn): World {
  tell([turn.from as Address<"travel">], state, turn);
  return state;
}

/** The launch takes newcomers; also an heir whose predecessor went before it had proved itself. */
function opened(
  state: In<"starting" | "closed">,
  { type, endpoint, pack }: Got<"opened" | "proved">,
  turn: Turn,
): World {
  if (turn.from !== state.launch) return state;
  const { launch, failures, cause, old, wanted, failedHeirs } = state;
  if (state.phase === "starting") awaitPlayers(launch, state, turn);
  if (type === "proved") turn.send(launch, { type: "take.over" });
  // A launch that was closed for a moment opens again; it has been up all the time.
  const was =
    state.phase === "closed"
      ? { openedAt: state.openedAt, heir: state.heir, wakeAt: state.wakeAt }
      : { openedAt: turn.now };
  if (state.phase === "starting" && state.operator)
    turn.send(state.operator, { type: "done", launch: idOf(launch) });
  const open: In<"open"> = {
    phase: "open",
    launch,
    endpoint,
    pack,
    wanted: [],
    failures,
    cause,
    old,
    failedHeirs,
    ...was,
  };
  tell(wanted, open, turn);
  return open;
}
