import {
  attached,
  cells,
  otherLimits,
  type PlantedBug,
  type State,
  swallow,
  tier,
  where,
  whereHabits,
} from "../planting.ts";

/** Mistakes about who a player is and where. */

const placeOf = (input: object): unknown => (input as { place?: unknown }).place;

export const sessionBugs: readonly PlantedBug[] = [
  {
    name: "a save counts whoever it is from",
    law: "S4",
    row: "H11",
    code: () =>
      cells("session", attached, {
        saved: () => (state, input) => state && { ...state, place: placeOf(input) },
      }),
  },
  {
    name: "saves count in any order",
    law: "S23",
    change: where({ lying: 0.6 }),
    code: () =>
      cells("session", attached, {
        saved: (real) => (state, input, turn) => {
          const admission = state?.["admission"] as object | undefined;
          return real(
            admission && state ? { ...state, admission: { ...admission, seq: 0 } } : state,
            input,
            turn,
          );
        },
      }),
  },
  {
    name: "a stray avatar is not sent away",
    law: "S8",
    change: (circumstances) => ({
      ...circumstances,
      cut: 0.4,
      freeze: 0.15,
      habits: { ...circumstances.habits, cling: 1 },
    }),
    code: () => cells("session", attached, { seen: swallow("kick") }),
  },
  {
    name: "sessions do not hear that their world died",
    law: "S9",
    row: "F16",
    code: () => cells("session", attached, { gone: () => (state) => state }),
  },
  {
    name: "a second log-in does not end the first",
    law: "S10",
    row: "H23",
    code: () =>
      cells("account", ["live"], {
        claim: () => (state, input, turn) => {
          turn.send(turn.from, {
            type: "claimed",
            re: input["re"],
            name: state?.["name"],
            place: state?.["place"],
          });
          return state && { ...state, session: turn.from };
        },
      }),
  },
  {
    name: "logging out takes along the place of whoever stood there",
    law: "S11",
    row: "H3",
    change: whereHabits({ login: 0.4, restMs: 1_500 }),
    code: () =>
      cells("session", attached, {
        settled: () => (state, input, turn) => {
          const leaving = state?.["leaving"] as string | undefined;
          if (leaving) turn.send(leaving, { type: "release", place: placeOf(input) });
          return state && { ...state, settling: undefined, leaving: undefined };
        },
        logout: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          const identity = state?.["identity"] as { account?: string } | undefined;
          return next && identity?.account ? { ...next, leaving: identity.account } : next;
        },
      }),
  },
  {
    name: "whoever arrives is whoever the session has become",
    law: "S11",
    row: "H22",
    change: whereHabits({ login: 0.5, restMs: 1_500 }),
    // A change of identity begins a journey of its own, which ends the other one; that word is lost.
    code: () =>
      cells("session", ["travelling"], {
        claimed: () => (state, input, turn) => {
          const { re, name } = input;
          turn.send(turn.self.replace("session:", "player:"), { type: "identity", re, name, guest: false });
          return state && { ...state, identity: { name, account: turn.from } };
        },
        committed: (real) => (state, input, turn) =>
          real(state, { ...input, identity: state?.["identity"] }, turn),
      }),
  },
  {
    name: "a new journey lets the old one go on",
    law: "S15",
    row: "H4",
    code: () =>
      cells("session", ["travelling"], {
        named: swallow("release"),
        claimed: swallow("release"),
        open: swallow("release"),
      }),
  },
  {
    name: "where a world shows a player they are, whoever let them in",
    law: "S17",
    row: "F14",
    change: where({ lying: 0.5 }),
    code: () =>
      cells("session", ["inWorld"], {
        seen: () => (state, input, turn) => {
          const admission = state?.["admission"] as State | undefined;
          if (!state || !admission || admission["id"] === input["admission"]) return state;
          return { ...state, admission: { ...admission, id: input["admission"], launch: turn.from, seq: 0 } };
        },
      }),
  },
  {
    name: "any world moves any player",
    law: "S18",
    row: "H21",
    change: where({ lying: 0.6 }),
    code: () =>
      cells("session", ["inWorld"], {
        portal: (real) => (state, input, turn) => {
          const { id, launch } = (state?.["admission"] ?? {}) as { id?: string; launch?: string };
          const next = real(state, { ...input, admission: id }, { ...turn, from: launch ?? turn.from });
          return next;
        },
      }),
  },
  {
    name: "the front desk counts nobody",
    law: "S21",
    row: "H35",
    change: (circumstances) => ({
      ...circumstances,
      habits: { ...circumstances.habits, cheat: 1, restMs: 1_500 },
      limits: { ...circumstances.limits, playersTotal: 8 },
    }),
    code: () =>
      cells("lobby", ["open"], {
        enter: (real) => (state, input, turn) => {
          const next = real(state && { ...state, inside: 0 }, input, turn);
          return next && { ...next, inside: Number(state?.["inside"]) + 1 };
        },
      }),
  },
  {
    name: "the close of an old connection detaches the player",
    law: "S22",
    row: "H17",
    code: () =>
      cells("session", attached, {
        closed: () => (state, _, turn) => state && { ...state, client: undefined, wakeAt: turn.now + 60_000 },
      }),
  },
  {
    name: "accounts are not written down",
    law: "S24",
    change: (circumstances) => ({
      ...circumstances,
      kill: 0.05,
      habits: { ...circumstances.habits, login: 0.3 },
    }),
    code: () => tier("account", "volatile"),
  },
  {
    name: "whoever lost their world begins at its entrance",
    law: "S24",
    row: "H24",
    change: where({ crash: 0.2 }),
    code: () =>
      cells("session", ["inWorld"], {
        gone: (real) => (state, input, turn) => {
          const place = state?.["place"] as object | undefined;
          return real(state && { ...state, place: place && { ...place, x: 0 } }, input, turn);
        },
      }),
  },
  {
    name: "a client of any version is let in",
    law: "S26",
    row: "F12",
    change: where({ knock: 0.4 }),
    code: () =>
      cells("session", ["absent"], {
        open: (real) => (state, input, turn) => {
          const hello = input["hello"] as object;
          return real(state, { ...input, hello: { ...hello, version: "0.1", protocol: 1 } }, turn);
        },
      }),
  },
  {
    name: "a session that nobody comes back to stays",
    law: "L5",
    row: "H46",
    code: () =>
      cells("session", attached, { deadline: () => (state) => state && { ...state, wakeAt: undefined } }),
  },
  {
    name: "sessions do not outlive the master",
    law: "L9",
    row: "H49",
    suite: "restart",
    code: () => tier("session", "volatile"),
  },
  {
    name: "a world leaves soon after its master",
    law: "L9",
    row: "H13",
    suite: "restart",
    code: () => otherLimits({ masterLossMs: 300 }),
  },
  {
    name: "whoever has no connection when their world is emptied is put out of it",
    law: "L12",
    change: where({ evacuate: 0.2, upgrade: 0.1, kill: 0.1 }),
    code: () =>
      cells("session", ["inWorld"], {
        evacuate: (real) => (state, input, turn) => {
          if (!state || state["client"] !== undefined) return real(state, input, turn);
          const { launch } = state["admission"] as { launch: string };
          turn.send(launch, { type: "kick", admission: input["admission"], reason: "world_draining" });
          return state;
        },
      }),
  },
];
