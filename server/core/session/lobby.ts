import type { Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Turn } from "../inbox.ts";

/** The front desk, `lobby:main`: numbers guests and counts who is in. */
export type Lobby = { phase: "open"; next: number; inside: number };

export type LobbyInput = { type: "enter" } | { type: "leave" } | { type: "rename"; re: number };

export const lobby: Table<Lobby, LobbyInput, Turn> = {
  absent: {
    enter: (_, __, turn) => enter({ phase: "open", next: 1, inside: 0 }, turn),
    rename: (_, input, turn) => rename({ phase: "open", next: 1, inside: 0 }, input.re, turn),
  },
  open: {
    enter: (state, _, turn) => enter(state, turn),
    leave: (state) => ({ ...state, inside: Math.max(0, state.inside - 1) }),
    rename: (state, { re }, turn) => rename(state, re, turn),
  },
};

function enter(state: Lobby, turn: Turn): Lobby {
  if (state.inside >= turn.facts.limits.playersTotal) {
    turn.send(turn.from as Address<"session">, { type: "full" });
    return state;
  }
  turn.send(turn.from as Address<"session">, { type: "named", number: state.next });
  return { ...state, next: state.next + 1, inside: state.inside + 1 };
}

/** A guest who logs out gets a new number: the old name may stand in somebody's chat. */
function rename(state: Lobby, re: number, turn: Turn): Lobby {
  turn.send(turn.from as Address<"session">, { type: "named", number: state.next, re });
  return { ...state, next: state.next + 1 };
}
