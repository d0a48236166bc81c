import {
  and,
  attached,
  cells,
  type Handler,
  ignore,
  page,
  type PlantedBug,
  type State,
  swallow,
  where,
  withDoor,
} from "../planting.ts";

/** Mistakes on the way from one world to another. */

const launchOf = (state: State | undefined): string =>
  String((state?.["door"] as { launch?: string } | undefined)?.launch);
const admissionOf = (state: State | undefined): unknown =>
  (state?.["door"] as { admission?: string } | undefined)?.admission;

/** Late words wake what has ended. */
function undead() {
  const last = new Map<string, State>();
  const remember =
    (real: Handler): Handler =>
    (state, input, turn) => {
      const next = real(state, input, turn);
      if (state && !next) last.set(turn.self, state);
      return next;
    };
  const revive = (): Handler => (_, __, turn) => last.get(turn.self);
  const ending = {
    release: remember,
    deadline: remember,
    arrived: remember,
    seen: remember,
    departed: remember,
  };
  const code = cells("travel", ["leased", "starting", "expecting", "admitted", "departing"], ending);
  const late = {
    departed: revive,
    sourceGone: revive,
    worldReady: revive,
    worldUnavailable: revive,
    acked: revive,
  };
  return and(code, "travel", ["absent"], late);
}

/** Whoever prepares to go to a world loses the right to when it ends. */
function lostWithTheWorld() {
  const leased = new Map<string, string>();
  const begun = cells("travel", ["absent"], {
    begin: (real) => (state, input, turn) => {
      const { target } = input["journey"] as { target: { world: string } };
      leased.set(turn.self, target.world);
      return real(state, input, turn);
    },
  });
  return and(begun, "launch", ["stopping", "running", "starting", "suspect"], {
    exited: (real) => (state, input, turn) => {
      for (const [travel, world] of leased)
        if (world === state?.["world"]) turn.send(travel, { type: "release", reason: "travel_cancelled" });
      return real(state, input, turn);
    },
  });
}

export const journeyBugs: readonly PlantedBug[] = [
  {
    name: "the client hears of its ticket before its world does",
    law: "S14",
    row: "F13",
    code: () =>
      cells("travel", ["starting"], {
        worldReady: (real, rows) => (state, input, turn) => {
          const next = real(state, input, turn);
          if (next?.phase !== "expecting") return next;
          const acked = rows["expecting"]?.["acked"];
          const word = { type: "acked", admission: admissionOf(next) };
          return acked?.(next, word, { ...turn, from: launchOf(next) });
        },
      }),
  },
  {
    name: "whoever has a ticket is there already",
    law: "S17",
    row: "F10",
    code: () =>
      cells("travel", ["expecting"], {
        acked: (real, rows) => (state, input, turn) => {
          const next = real(state, input, turn);
          return next && (rows["admitted"]?.["arrived"]?.(next, input, turn) ?? next);
        },
      }),
  },
  { name: "late words wake what has ended", law: "S16", row: "F1", code: undead },
  {
    name: "a ticket stays in the journey that gave it out",
    law: "S25",
    row: "H44",
    code: () =>
      cells("travel", ["starting"], {
        worldReady: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          const door = next?.["door"] as { secretTicket?: string } | undefined;
          return next && door ? { ...next, door: { ...door, ticket: door.secretTicket } } : next;
        },
      }),
  },
  {
    name: "players enter with the pack they happen to have",
    law: "S27",
    row: "H47",
    change: where({ repack: 0.1, upgrade: 0.1 }),
    code: () =>
      cells("travel", ["starting"], {
        worldReady: (real) => (state, input, turn) => real(state, { ...input, pack: undefined }, turn),
      }),
  },
  {
    name: "a lease is as long as it is, whoever still prepares",
    law: "L8",
    row: "F9",
    suite: "calm",
    change: (circumstances) => ({
      ...circumstances,
      limits: { ...circumstances.limits, leaseSoftMs: 12_000 },
    }),
    code: () =>
      cells("travel", ["leased"], {
        refresh: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          return next && { ...next, wakeAt: state?.wakeAt, lease: state?.["lease"] };
        },
      }),
  },
  {
    name: "whoever prepares to go to a world may not once it has ended",
    law: "L8",
    row: "F17",
    suite: "calm",
    code: lostWithTheWorld,
  },
  {
    name: "a source that has let go is waited for",
    law: "L8",
    suite: "calm",
    code: () => cells("travel", ["departing"], { departed: () => (state) => state }),
  },
  {
    name: "a redeem waits for its world for ever",
    law: "L6",
    row: "H9",
    change: where({ unwilling: 0.9 }),
    // And its page, which would give up by itself.
    code: () => ({
      ...cells("travel", ["starting"], {
        deadline: () => (state, _, turn) => state && { ...state, wakeAt: turn.now + 60_000 },
      }),
      journey: page((real) => (journey, input, at) => {
        const after = real(journey, input, at);
        const { travel } = after.journey;
        if (travel?.phase !== "redeeming") return after;
        return { ...after, journey: { ...after.journey, travel: { ...travel, until: at.now + 60_000 } } };
      }).journey,
    }),
  },
  {
    name: "a lease that nobody takes up does not run out",
    law: "L2",
    row: "H46",
    // The end of its session calls it off too; that word is lost as well.
    code: () =>
      and(
        cells("travel", ["leased"], { deadline: () => (state) => state && { ...state, wakeAt: undefined } }),
        "session",
        attached,
        { deadline: swallow("release") },
      ),
  },
  {
    name: "a second ticket leaves the first one good, and whoever comes with it is let in",
    law: "S8",
    row: "H4",
    change: (circumstances) => ({
      ...circumstances,
      cut: 0.4,
      clog: 0.4,
      habits: { ...circumstances.habits, cheat: 1, cling: 1 },
    }),
    code: () => {
      const twice = cells("travel", withDoor, { redeem: swallow("revoke"), deadline: swallow("revoke") });
      const blind = and(twice, "travel", [...withDoor, "absent", "leased", "starting"], {
        arrived: (real) => (state, input, turn) => {
          if (state && admissionOf(state) === input["admission"]) return real(state, input, turn);
          turn.send(turn.from, { type: "activate", admission: input["admission"] });
          return state;
        },
        seen: swallow("kick"),
      });
      return and(blind, "session", [...attached, "absent"], { seen: ignore });
    },
  },
];
