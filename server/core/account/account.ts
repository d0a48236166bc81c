import type { Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Turn } from "../inbox.ts";

/**
 * A player's lasting name and place, `account:<folded name>`. Live in at most one session: a second
 * log-in first takes it from the first, and learns where the first one stood.
 */
export type Account = {
  name: string;
  place?: Place | undefined;
  /** Instants of the take-overs of the last minute. */
  takeovers: readonly number[];
} & (
  | { phase: "free"; wakeAt?: undefined }
  | { phase: "live"; session: Address<"session">; wakeAt?: undefined }
  | {
      phase: "handing";
      session: Address<"session">;
      claimant: Address<"session">;
      re: number;
      wakeAt: number;
    }
);

export type AccountInput =
  | { type: "claim"; re: number; name: string }
  | { type: "place"; place: Place }
  | { type: "release"; place?: Place | undefined };

type In<P extends Account["phase"]> = Extract<Account, { phase: P }>;
type Got<T extends AccountInput["type"]> = Extract<AccountInput, { type: T }>;

const minuteMs = 60_000;
const handOverMs = 2000;

export const account: Table<Account, AccountInput, Turn> = {
  absent: { claim: create },
  free: { claim: (state, { re }, turn) => grant(state, turn.from as Address<"session">, re, turn) },
  live: { claim: takeOver, place, release },
  handing: {
    claim: refuse,
    place,
    release: handOver,
    deadline: (state, _, turn) => grant(state, state.claimant, state.re, turn),
  },
};

function create(_: undefined, { re, name }: Got<"claim">, turn: Turn): Account {
  return grant({ name, takeovers: [] }, turn.from as Address<"session">, re, turn);
}

function grant(
  { name, place, takeovers }: Pick<Account, "name" | "place" | "takeovers">,
  session: Address<"session">,
  re: number,
  turn: Turn,
): Account {
  turn.send(session, { type: "claimed", re, name, place });
  return { name, place, takeovers, phase: "live", session };
}

function takeOver(state: In<"live">, { re }: Got<"claim">, turn: Turn): Account {
  const claimant = turn.from as Address<"session">;
  if (claimant === state.session) return grant(state, claimant, re, turn);
  const takeovers = state.takeovers.filter((at) => at > turn.now - minuteMs);
  if (takeovers.length >= turn.facts.limits.takeoversPerMinute) {
    turn.send(claimant, { type: "claimRefused", re, reason: "takeover_limit" });
    return state;
  }
  turn.send(state.session, { type: "takenOver" });
  return {
    ...state,
    phase: "handing",
    claimant,
    re,
    takeovers: [...takeovers, turn.now],
    wakeAt: turn.now + handOverMs,
  };
}

function refuse(state: In<"handing">, { re }: Got<"claim">, turn: Turn): Account {
  turn.send(turn.from as Address<"session">, { type: "claimRefused", re, reason: "try_later" });
  return state;
}

/** The first session has let go. One that is gone without a word is waited for no longer than `handOverMs`. */
function handOver(state: In<"handing">, input: Got<"release">, turn: Turn): Account {
  if (turn.from !== state.session) return state;
  return grant({ ...state, place: input.place ?? state.place }, state.claimant, state.re, turn);
}

function place<S extends In<"live" | "handing">>(state: S, input: Got<"place">, turn: Turn): S {
  return turn.from === state.session ? { ...state, place: input.place } : state;
}

function release(state: In<"live">, input: Got<"release">, turn: Turn): Account {
  if (turn.from !== state.session) return state;
  const { name, takeovers } = state;
  return { phase: "free", name, place: input.place ?? state.place, takeovers };
}
