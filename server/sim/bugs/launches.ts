import { type Clock, LoopClock } from "#adapters/nature/loop-clock.ts";
import { realCode, type Code } from "../code.ts";
import {
  type Handler,
  type PlantedBug,
  type State,
  and,
  cells,
  swallow,
  where,
  whereLimits,
} from "../planting.ts";

/** Mistakes about the processes of worlds: their lives, their ends and who comes after them. */

const heard = ["running", "closing"];

/** Counts heads, forgets tickets, and does not ask. */
function headCount(): Code {
  return cells("launch", ["running"], {
    heartbeat: (real) => (state, input, turn) => {
      const next = real(state, input, turn);
      const { inside } = input["roster"] as { inside: unknown[] };
      if (next?.phase !== "running" || inside.length > 0) return next;
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

const killed = (): Handler => (state, _, turn) => {
  turn.send("host:local", { type: "kill", launch: turn.self.slice("launch:".length) });
  return state;
};

/** Whoever waits is told that there is no world, instead of being told of the next one. */
const sendAway =
  (real: Handler): Handler =>
  (state, input, turn) => {
    for (const travel of (state?.["wanted"] ?? []) as string[])
      turn.send(travel, { type: "worldUnavailable", reason: "world_unavailable" });
    return real(state && { ...state, wanted: [] }, input, turn);
  };

const newestOnly =
  (real: Handler): Handler =>
  (state, input, turn) =>
    real(state && { ...state, wanted: ((state["wanted"] ?? []) as string[]).slice(-1) }, input, turn);

/** A registration is taken for the launch's own whatever it shows. */
const trusting =
  (real: Handler): Handler =>
  (state, input, turn) =>
    real(state, { ...input, tokenHash: state?.["tokenHash"], world: state?.["world"] }, turn);

/** Leaves out nothing. */
class Restless {
  readonly leftOutMs = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  beat(): boolean {
    return false;
  }
}

/** Does not know what the one before left out. */
class Forgetful extends LoopClock {
  constructor(clock: Clock) {
    super(clock, 0);
  }
}

const begunAgain: Handler = (state, _, turn) => state && { ...state, phase: "cooling", wakeAt: turn.now + 1 };

export const launchBugs: readonly PlantedBug[] = [
  { name: "a world is stopped by counting heads", law: "S5", row: "F2", code: headCount },
  {
    name: "a process shows any token and is believed",
    law: "S6",
    row: "H34",
    change: where({ unwilling: 0.6 }),
    code: () => cells("launch", ["starting", ...heard, "suspect"], { register: trusting }),
  },
  {
    name: "a second connection of a launch leaves the first one open",
    law: "S6",
    row: "H17",
    change: where({ unwilling: 0.6 }),
    code: () => cells("launch", heard, { register: swallow("close") }),
  },
  {
    name: "a process that hangs is never killed",
    law: "S7",
    row: "H1",
    code: () => {
      const wait = (): Handler => (state, _, turn) =>
        state && { ...state, phase: "stopping", reason: "late", wakeAt: turn.now + 1_000 };
      return and(cells("launch", ["starting", "suspect"], { deadline: wait }), "launch", ["stopping"], {
        deadline: wait,
      });
    },
  },
  {
    name: "the close of an old link makes a world suspect",
    law: "S12",
    row: "H17",
    change: where({ cut: 1, freeze: 0, stop: 0 }),
    code: () =>
      cells("launch", ["running"], {
        linkClosed: (real) => (state, input, turn) =>
          real(state, input, { ...turn, from: String(state?.["link"]) }),
      }),
  },
  {
    name: "a world whose link breaks is killed",
    law: "S12",
    row: "H13",
    code: () => cells("launch", ["running"], { linkClosed: killed }),
  },
  {
    name: "a world that is silent for five seconds is killed",
    law: "S12",
    row: "H7",
    change: where({ halfOpen: 0.3, freeze: 0 }),
    code: () =>
      cells("launch", ["running"], {
        deadline: (real) => (state, input, turn) =>
          turn.now >= Number(state?.["heardAt"]) + 5_000
            ? killed()(state, input, turn)
            : real(state, input, turn),
      }),
  },
  {
    name: "the master's clock goes on while its loop stands still",
    law: "S12",
    change: where({ stall: 0.2, freeze: 0 }),
    code: () => ({ ...realCode, timepiece: Restless }),
  },
  {
    name: "a new master does not know how far the clock of the one before was behind",
    law: "S12",
    change: where({ stall: 0.3, kill: 0.1, halfOpen: 0.4, freeze: 0, stop: 0 }),
    // Together with what covers for it: a new master gives every doubted launch its time anew.
    code: () => ({
      ...cells("launch", ["suspect"], { "master.up": () => (state) => state }),
      timepiece: Forgetful,
    }),
  },
  {
    name: "the epoch of a master is the wall clock alone",
    law: "S6",
    change: where({ kill: 0.05, clockStep: 0.2 }),
    code: () => ({ ...realCode, epoch: (_, wallMs) => Math.floor(wallMs / 1000) }),
  },
  {
    name: "the launch that is taken over from goes on taking newcomers",
    law: "S19",
    change: where({ upgrade: 0.2 }),
    code: () =>
      cells("world", ["open", "closed"], {
        proved: swallow("drain"),
        handed: swallow("drain"),
        deadline: swallow("drain"),
      }),
  },
  {
    name: "a launch listens where another one does",
    law: "S20",
    row: "H15",
    change: where({ upgrade: 0.2 }),
    code: () => ({ ...realCode, listen: (wanted) => 19_081 + (wanted % 2) }),
  },
  {
    name: "a world that has failed five times stays down",
    law: "L7",
    row: "H14",
    change: where({ unwilling: 0.9 }),
    code: () =>
      cells("world", ["starting"], {
        ended: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          const isGivenUp = next?.phase === "cooling" && Number(next["failures"]) >= 5;
          return next && isGivenUp ? { ...next, wakeAt: turn.now + 3_600_000 } : next;
        },
      }),
  },
  {
    name: "a world that fails is begun again at once, for ever",
    law: "L7",
    row: "H14",
    change: where({ unwilling: 0.9 }),
    code: () =>
      cells("world", ["starting"], {
        ended: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          return next?.phase === "cooling" ? begunAgain(next, input, turn) : next;
        },
      }),
  },
  {
    name: "whoever comes while a world ends is sent away",
    law: "L8",
    row: "F4",
    suite: "calm",
    change: whereLimits({ idleMs: 300 }),
    code: () =>
      cells("world", ["closed"], {
        require: () => (state, _, turn) => {
          turn.send(turn.from, { type: "worldUnavailable", reason: "world_unavailable" });
          return state;
        },
      }),
  },
  {
    name: "whoever waits for a world to end is told that it has",
    law: "L8",
    row: "H9",
    suite: "calm",
    change: whereLimits({ idleMs: 300 }),
    code: () => cells("world", ["closed"], { ended: sendAway }),
  },
  {
    name: "of all who wait for a world only the newest is let in",
    law: "L11",
    row: "F4",
    code: () => cells("world", ["starting", "closed"], { opened: newestOnly, ended: newestOnly }),
  },
  {
    name: "an empty world goes on for ever",
    law: "L4",
    code: () =>
      cells("launch", ["running"], {
        heartbeat: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          return next?.phase === "running"
            ? { ...next, idleSince: undefined, wakeAt: turn.now + 5_000 }
            : next;
        },
      }),
  },
  {
    name: "a drain waits for the last player to go",
    law: "L12",
    change: where({ upgrade: 0.15, evacuate: 0.1 }),
    code: () =>
      cells("launch", ["running"], {
        deadline: (real) => (state, input, turn) => {
          const drain = state?.["drain"] as { by: number } | undefined;
          const isFull = Object.keys(state?.["guests"] ?? {}).length > 0;
          const isHeard = turn.now < Number(state?.["heardAt"]) + 5_000;
          if (!drain || !isFull || !isHeard || turn.now < drain.by) return real(state, input, turn);
          return state && { ...state, wakeAt: turn.now + 1_000 };
        },
      }),
  },
  {
    name: "a master takes it that whom the one before it had asked to go had their time while there was none",
    law: "L12",
    change: where({ evacuate: 0.2, upgrade: 0.1, kill: 0.2 }),
    code: () =>
      cells("launch", ["running"], {
        deadline: (real) => (state, input, turn) => real(askedBy(turn.facts.masterEpoch, state), input, turn),
      }),
  },
];

/** As if it had been this master that asked. */
function askedBy(epoch: number, state: State | undefined): State | undefined {
  const drain = state?.["drain"] as { asked?: object } | undefined;
  return state && drain?.asked ? { ...state, drain: { ...drain, asked: { ...drain.asked, epoch } } } : state;
}
