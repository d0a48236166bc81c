import { idOf, type Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
import type { Turn } from "../inbox.ts";

/**
 * A place, `world:<key>`: which launch of it lets newcomers in, and which journeys wait for one.
 * At most one launch of a key accepts newcomers (S19).
 */
export type World = {
  /** Journeys to be told when a launch is open. */
  wanted: readonly Address<"travel">[];
  /** Launches in a row that failed. */
  failures: number;
} & (
  | { phase: "starting"; launch: Address<"launch">; wakeAt?: undefined }
  | { phase: "open"; launch: Address<"launch">; endpoint: Endpoint; openedAt: number; wakeAt?: undefined }
  | { phase: "closed"; launch: Address<"launch">; openedAt: number; wakeAt?: undefined }
  /** Nobody wants it; it only remembers its failures. */
  | { phase: "resting"; notBefore: number; wakeAt: number }
  /** Wanted, but it failed so often that it must wait. */
  | { phase: "cooling"; wakeAt: number }
);

export type WorldInput =
  // From travels.
  | { type: "require" }
  | { type: "release" }
  // From its launch.
  | { type: "opened"; endpoint: Endpoint }
  | { type: "closing" }
  | { type: "ended"; failed: boolean };

type In<P extends World["phase"]> = Extract<World, { phase: P }>;
type Got<T extends WorldInput["type"]> = Extract<WorldInput, { type: T }>;

export const world: Table<World, WorldInput, Turn> = {
  absent: { require: (_, __, turn) => start([turn.from as Address<"travel">], 0, turn) },
  resting: { require: wake, deadline: () => undefined },
  cooling: {
    require: queue,
    release,
    deadline: tryAgain,
  },
  starting: { require: queue, release, opened, ended },
  open: { require: welcome, release, closing, ended },
  closed: { require: queue, release, opened, ended },
};

function start(wanted: World["wanted"], failures: number, turn: Turn): World {
  const launch: Address<"launch"> = `launch:${turn.newId("l")}`;
  turn.send(launch, { type: "begin", world: idOf(turn.self) });
  return { phase: "starting", launch, wanted, failures };
}

function wake(state: In<"resting">, _: unknown, turn: Turn): World {
  const wanted = [turn.from as Address<"travel">];
  if (turn.now >= state.notBefore) return start(wanted, state.failures, turn);
  return { phase: "cooling", wanted, failures: state.failures, wakeAt: state.notBefore };
}

/** Whoever wanted it may have gone elsewhere meanwhile: no process starts for nobody. */
function tryAgain({ wanted, failures }: In<"cooling">, _: unknown, turn: Turn): World {
  return wanted.length > 0 ? start(wanted, failures, turn) : rest(failures, 0, turn);
}

function rest(failures: number, waitMs: number, { now, facts }: Turn): World {
  const wakeAt = now + facts.limits.backoffForgetMs;
  return { phase: "resting", wanted: [], failures, notBefore: now + waitMs, wakeAt };
}

function queue<S extends World>(state: S, _: unknown, turn: Turn): S {
  const from = turn.from as Address<"travel">;
  return state.wanted.includes(from) ? state : { ...state, wanted: [...state.wanted, from] };
}

function release<S extends World>(state: S, _: unknown, turn: Turn): S {
  const wanted = state.wanted.filter((travel) => travel !== turn.from);
  return wanted.length === state.wanted.length ? state : { ...state, wanted };
}

function welcome(state: In<"open">, _: unknown, turn: Turn): World {
  tell([turn.from as Address<"travel">], state, turn);
  return state;
}

function opened(state: In<"starting" | "closed">, { endpoint }: Got<"opened">, turn: Turn): World {
  if (turn.from !== state.launch) return state;
  const { launch, failures, wanted } = state;
  // A launch that was closed for a moment opens again; it has been up all the time.
  const openedAt = state.phase === "closed" ? state.openedAt : turn.now;
  const open: In<"open"> = { phase: "open", launch, endpoint, openedAt, wanted: [], failures };
  tell(wanted, open, turn);
  return open;
}

function closing(state: In<"open">, _: unknown, turn: Turn): World {
  const { launch, openedAt, wanted, failures } = state;
  if (turn.from !== launch) return state;
  return { phase: "closed", launch, openedAt, wanted, failures };
}

/** Journeys that wait for this very end are not called off by it: they get the next launch (H9). */
function ended(
  state: In<"starting" | "open" | "closed">,
  { failed }: Got<"ended">,
  turn: Turn,
): World | undefined {
  if (turn.from !== state.launch) return state;
  const { backoffFirstMs, backoffMaxMs, backoffForgetMs } = turn.facts.limits;
  if (!failed) return state.wanted.length > 0 ? start(state.wanted, 0, turn) : undefined;
  // Staying up is the proof; a launch that dies of its first player failed like one that never came up.
  const isProven = state.phase !== "starting" && turn.now >= state.openedAt + backoffForgetMs;
  const failures = isProven ? 1 : state.failures + 1;
  // The first failure is forgiven at once; from the second on a key that keeps failing waits, ever longer.
  const waitMs = failures === 1 ? 0 : Math.min(backoffFirstMs * 2 ** (failures - 2), backoffMaxMs);
  if (state.wanted.length === 0) return rest(failures, waitMs, turn);
  if (waitMs === 0) return start(state.wanted, failures, turn);
  return { phase: "cooling", wanted: state.wanted, failures, wakeAt: turn.now + waitMs };
}

function tell(wanted: World["wanted"], { launch, endpoint }: In<"open">, turn: Turn): void {
  for (const travel of wanted)
    turn.send(travel, { type: "worldReady", launch, endpoint, route: idOf(turn.self) });
}
