import { stepDoor } from "#world-server/door.ts";
import { realCode, type Code } from "./cluster.ts";
import type { Circumstances, Suite } from "./faults.ts";
import type { LawId } from "./laws.ts";
import { and, cells, deafTo, door, swallow, type Door, type Handler, type State } from "./planting.ts";

/** Edits that the simulation must notice: each is a mistake somebody once made, and names the law that finds it. */
export interface PlantedBug {
  readonly name: string;
  readonly law: LawId;
  readonly suite?: Suite;
  readonly code: () => Code;
  readonly change?: (circumstances: Circumstances) => Circumstances;
}

const attached = ["lobby", "inWorld", "travelling"];

const reusableTicket: Door = (before, input, moment) => {
  const after = stepDoor(before, input, moment);
  return input.type === "show" ? { ...after, door: { ...after.door, expected: before.expected } } : after;
};

const eternalHold: Door = (before, input, moment) => {
  if (input.type === "unhold") return { door: before, effects: [] };
  const after = stepDoor(before, input, moment);
  const inside = new Map(after.door.inside);
  for (const [admission, one] of inside)
    if (one.hold) inside.set(admission, { ...one, hold: { ...one.hold, until: moment.now + 600_000 } });
  return { ...after, door: { ...after.door, inside } };
};

/** Whoever shows a ticket plays at once, and nobody is ever sent away or seen to go. */
const activeOnSight: Door = (before, input, moment) => {
  const after = deafTo("revoke", "kick", "disconnect")(before, input, moment);
  if (input.type !== "show") return after;
  const inside = new Map([...after.door.inside].map(([id, one]) => [id, { ...one, isActive: true }]));
  return { ...after, door: { ...after.door, inside } };
};

const smallHouse: Door = (before, input, moment) =>
  input.type === "expect" && before.inside.size > 0
    ? {
        door: before,
        effects: [
          { type: "tell", message: { type: "refused", admission: input.admission, reason: "world_full" } },
        ],
      }
    : stepDoor(before, input, moment);

/** Counts heads, forgets tickets, and does not ask. */
function headCount(): Code {
  return cells("launch", ["running"], {
    heartbeat: (real) => (state, input, turn) => {
      const next = real(state, input, turn);
      const { roster } = input as unknown as { roster: { inside: unknown[] } };
      if (next?.phase !== "running" || roster.inside.length > 0) return next;
      const emptySince = Number(state?.["emptySince"] ?? turn.now);
      return { ...next, emptySince, wakeAt: emptySince + 5_000 };
    },
    deadline: (real) => (state, input, turn) => {
      if (!state || turn.now >= Number(state["heardAt"]) + 5_000) return real(state, input, turn);
      turn.send(String(state["link"]), { type: "stop", reason: "idle" });
      return { ...state, phase: "stopping", reason: "idle", wakeAt: turn.now + 4_000 };
    },
  });
}

/** Late words wake what has ended. */
function undead(): Code {
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

export const plantedBugs: readonly PlantedBug[] = [
  { name: "a ticket opens the door again and again", law: "S1", code: () => door(reusableTicket) },
  {
    name: "nobody makes the old avatar go",
    law: "S2",
    code: () => door(deafTo("depart", "kick", "disconnect")),
  },
  { name: "a hold neither lapses nor is lifted", law: "S3", code: () => door(eternalHold) },
  {
    name: "a save counts whoever it is from",
    law: "S4",
    code: () =>
      cells("session", attached, {
        saved: () => (state, input) =>
          state && { ...state, place: (input as unknown as { place: unknown }).place },
      }),
  },
  { name: "a world is stopped by counting heads", law: "S5", code: headCount },
  {
    name: "a process that hangs is never killed",
    law: "S7",
    code: () => {
      const wait = (): Handler => (state, _, turn) =>
        state && { ...state, phase: "stopping", reason: "late", wakeAt: turn.now + 1_000 };
      return and(cells("launch", ["starting", "suspect"], { deadline: wait }), "launch", ["stopping"], {
        deadline: wait,
      });
    },
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
    code: () => cells("session", attached, { gone: () => (state) => state }),
  },
  {
    name: "the close of an old link makes a world suspect",
    law: "S12",
    change: (circumstances) => ({ ...circumstances, cut: 1, freeze: 0, stop: 0 }),
    code: () =>
      cells("launch", ["running"], {
        linkClosed: (real) => (state, input, turn) =>
          real(state, input, { ...turn, from: String(state?.["link"]) }),
      }),
  },
  {
    name: "a source that has let go is waited for",
    law: "L8",
    suite: "calm",
    code: () => cells("travel", ["departing"], { departed: () => (state) => state }),
  },
  { name: "whoever shows a ticket plays, committed or not", law: "S8", code: () => door(activeOnSight) },
  {
    name: "a second log-in does not end the first",
    law: "S10",
    code: () =>
      cells("account", ["live"], {
        claim: () => (state, input, turn) => {
          const { re } = input as unknown as { re: number };
          turn.send(turn.from, { type: "claimed", re, name: state?.["name"], place: state?.["place"] });
          return state && { ...state, session: turn.from };
        },
      }),
  },
  {
    name: "logging out takes along the place of whoever stood there",
    law: "S11",
    change: (circumstances) => ({
      ...circumstances,
      habits: { ...circumstances.habits, login: 0.4, restMs: 1_500 },
    }),
    code: () =>
      cells("session", attached, {
        settled: () => (state, input, turn) => {
          const { place } = input as unknown as { place?: unknown };
          const leaving = state?.["leaving"] as string | undefined;
          if (leaving) turn.send(leaving, { type: "release", place });
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
    name: "a world whose link breaks is killed",
    law: "S12",
    code: () =>
      cells("launch", ["running"], {
        linkClosed: () => (state, _, turn) => {
          turn.send("host:local", { type: "kill", launch: turn.self.slice("launch:".length) });
          return state;
        },
      }),
  },
  {
    name: "a new journey lets the old one go on",
    law: "S15",
    code: () =>
      cells("session", ["travelling"], {
        named: swallow("release"),
        claimed: swallow("release"),
        open: swallow("release"),
      }),
  },
  { name: "late words wake what has ended", law: "S16", code: undead },
  {
    name: "the close of an old connection detaches the player",
    law: "S22",
    code: () =>
      cells("session", attached, {
        closed: () => (state, _, turn) => state && { ...state, client: undefined, wakeAt: turn.now + 60_000 },
      }),
  },
  {
    name: "the page does not notice that its world is gone",
    law: "L1",
    code: () => ({
      ...realCode,
      journey: {
        ...realCode.journey,
        step: (journey, input, at) =>
          input.type === "world.closed" ||
          (input.type === "control.heard" && input.message.type === "world.lost")
            ? { journey, effects: [] }
            : realCode.journey.step(journey, input, at),
      },
    }),
  },
  {
    name: "a session that nobody comes back to stays",
    law: "L2",
    code: () =>
      cells("session", attached, { deadline: () => (state) => state && { ...state, wakeAt: undefined } }),
  },
  {
    name: "a redeem waits for its world for ever",
    law: "L6",
    change: (circumstances) => ({ ...circumstances, unwilling: 0.9 }),
    code: () =>
      cells("travel", ["starting"], {
        deadline: () => (state, _, turn) => state && { ...state, wakeAt: turn.now + 60_000 },
      }),
  },
  {
    name: "sessions do not outlive the master",
    law: "L9",
    suite: "restart",
    code: () => {
      const { session, ...rest } = realCode.machines;
      if (!session) throw new Error("no sessions");
      return { ...realCode, machines: { ...rest, session: { ...session, tier: "volatile" } } };
    },
  },
  { name: "a world has room for one", law: "L8", suite: "calm", code: () => door(smallHouse) },
];

/** Luck that is not of this universe: the same seed no longer tells the same story. */
export const strangeLuck = (): Code => ({
  ...realCode,
  journey: {
    ...realCode.journey,
    step: (journey, input, at) => realCode.journey.step(journey, input, { ...at, luck: Math.random() }),
  },
});
