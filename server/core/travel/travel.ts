import { idOf, type Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Cause } from "#shared/protocol/client-master.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { Turn } from "../inbox.ts";
import type { Identity } from "../session/session.ts";
import {
  acked,
  arrived,
  askAgain,
  enter,
  redeem,
  redeemAgain,
  refused,
  seen,
  stray,
  toOwnWorld,
} from "./admission.ts";
import { departed, settle } from "./departure.ts";
import { begin, expired, fails, refresh, release, repeat } from "./lease.ts";

/** Where the player is until the journey commits. */
export interface Source {
  readonly launch: Address<"launch">;
  readonly admission: string;
  readonly world: string;
  /** Whose avatar stands there; absent for a guest's. */
  readonly account?: Address<"account"> | undefined;
  /** The hold the source world keeps on the player's portals. */
  readonly request?: string | undefined;
}

export interface Journey {
  readonly session: Address<"session">;
  readonly player: Address<"player">;
  readonly cause: Cause;
  readonly target: Place;
  /** Frozen here: whoever the session becomes meanwhile, this is who arrives. */
  readonly identity: Identity;
  readonly source?: Source | undefined;
}

/** The right to prepare a journey: to be refreshed before `softBy`, never good after `hardBy`. */
export interface Lease {
  readonly softBy: number;
  readonly hardBy: number;
}

/** One door that is being opened for the player. */
export interface Door {
  readonly launch: Address<"launch">;
  readonly admission: string;
  readonly url: string;
  /** Only until the client has it; a restart loses it, and the journey tries again. */
  readonly secretTicket?: string | undefined;
}

interface Common {
  readonly journey: Journey;
  readonly lease: Lease;
  /** Of the pack the client was told to get ready. */
  readonly pack: string;
  /** Redeems that led nowhere. */
  readonly failures: number;
  readonly wakeAt: number;
}

/** One journey of one player, from the portal to the far side. */
export type Travel =
  | (Common & { phase: "leased" })
  /** The target world is wanted. `by` ends the whole of redeem to ticket; `asked`: how often it was wanted for it. */
  | (Common & { phase: "starting"; by: number; asked?: number })
  /** A launch has been told of the ticket and has not yet said that it knows it. */
  | (Common & { phase: "expecting"; by: number; asked?: number; door: Door })
  /** The client has the ticket. */
  | (Common & { phase: "admitted"; door: Door })
  /** Committed. The source takes its avatar away before the target shows its own. */
  | (Common & { phase: "departing"; door: Door });

export type TravelInput =
  | { type: "begin"; journey: Journey; re?: number | undefined }
  | { type: "repeat" }
  | { type: "refresh"; re: number }
  | { type: "redeem"; re: number; world?: string | undefined }
  | { type: "release"; re?: number | undefined; reason?: Refusal | undefined }
  | {
      type: "worldReady";
      launch: Address<"launch">;
      endpoint: Endpoint;
      route: string;
      pack?: string | undefined;
    }
  // `instead`: where the players of that world go meanwhile.
  | { type: "worldUnavailable"; reason: Refusal; instead?: string | undefined }
  | { type: "acked"; admission: string }
  | { type: "refused"; admission: string; reason: Refusal }
  | { type: "arrived"; admission: string }
  | { type: "seen"; admission: string; launch: Address<"launch"> }
  | { type: "departed"; admission: string; place?: Place | undefined }
  | { type: "sourceGone"; admission: string }
  | { type: "moved"; source: Source };

export type In<P extends Travel["phase"]> = Extract<Travel, { phase: P }>;
export type Got<T extends TravelInput["type"]> = Extract<TravelInput, { type: T }>;

/** Until the commit the player may prepare, call it off, or lose the world behind them. */
const uncommitted = { repeat, refresh, release, seen, sourceGone, moved } as const;

/** While a door is open for the player. */
const atTheDoor = {
  redeem: toOwnWorld(redeemAgain),
  refused,
  arrived,
  worldUnavailable: unavailable,
  deadline: (state: In<"expecting" | "admitted">, _: unknown, turn: Turn) =>
    fails(state, "ticket_unavailable", turn),
} as const;

export const travel: Table<Travel, TravelInput, Turn> = {
  absent: { begin, arrived: stray, refresh: tooLate, redeem: tooLate, release: tooLate },
  leased: { ...uncommitted, redeem: toOwnWorld(redeem), arrived: stray, deadline: expired },
  starting: {
    ...uncommitted,
    redeem: toOwnWorld((state) => state),
    worldReady: enter,
    worldUnavailable: unavailable,
    arrived: stray,
    deadline: (state, _, turn) => fails(state, "world_unavailable", turn),
  },
  expecting: { ...uncommitted, ...atTheDoor, acked },
  admitted: { ...uncommitted, ...atTheDoor },
  departing: {
    departed,
    sourceGone: (state, { admission }, turn) =>
      isSource(state, admission) ? settle(state, undefined, turn) : state,
    refresh: tooLate,
    redeem: tooLate,
    release: tooLate,
    deadline: (state, _, turn) => settle(state, undefined, turn),
  },
};

/** What a client asks of a journey that has ended, or was committed, before its session knew of that. */
function tooLate<S extends In<"departing"> | undefined>(
  state: S,
  { re }: { re?: number | undefined },
  turn: Turn,
): S {
  if (re !== undefined)
    turn.send(`player:${idOf(turn.from)}`, { type: "denied", re, reason: "invalid_travel_lease" });
  return state;
}

/** Only of the world that is asked, or of the launch whose door is open: others are of an earlier try. */
function unavailable(
  state: In<"starting" | "expecting" | "admitted">,
  { reason, instead }: Got<"worldUnavailable">,
  turn: Turn,
): Travel | undefined {
  const asked = "door" in state ? state.door.launch : `world:${state.journey.target.world}`;
  if (turn.from !== asked) return state;
  return state.phase === "expecting" ? askAgain(state, reason, turn) : fails(state, reason, turn, instead);
}

/** The world behind the player closed: if this journey fails, there is nowhere to stay. */
function sourceGone<S extends Travel>(state: S, { admission }: Got<"sourceGone">): S {
  return isSource(state, admission) ? { ...state, journey: { ...state.journey, source: undefined } } : state;
}

/** An earlier journey had committed after all: the player stands where it led, until this one commits. */
function moved<S extends Travel>(state: S, { source }: Got<"moved">): S {
  return { ...state, journey: { ...state.journey, source } };
}

function isSource(state: Travel, admission: string): boolean {
  return state.journey.source?.admission === admission;
}
