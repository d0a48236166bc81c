import { stepDoor } from "#world-server/door.ts";
import { realCode } from "../code.ts";
import type { Clocks } from "../loop.ts";
import {
  attached,
  cells,
  door,
  type Door,
  type Handler,
  ignore,
  page,
  type PlantedBug,
  swallow,
  where,
  whereHabits,
  whereLimits,
  and,
} from "../planting.ts";

/** Mistakes about what is old: answers that come late, timers and holds that were meant for something else. */

/** The end of any portal use ends the hold there is. */
const looseHold: Door = (before, input, moment) => {
  const held = input.type === "unhold" ? before.inside.get(input.admission)?.hold : undefined;
  return stepDoor(before, held ? ({ ...input, request: held.request } as typeof input) : input, moment);
};

/** What is said of a lease is taken for the journey under way when it leads to the same world. */
const answersByWorld = () => {
  const worlds = new Map<string, string>();
  return page((real) => (journey, input, at) => {
    if (input.type !== "control.heard") return real(journey, input, at);
    const { message } = input;
    if (message.type === "lease") worlds.set(message.lease, message.world);
    const { travel } = journey;
    const isLike =
      (message.type === "ticket" || message.type === "denied") &&
      travel &&
      "lease" in travel &&
      message.lease !== undefined &&
      worlds.get(message.lease) === travel.lease.world;
    return real(journey, isLike ? { ...input, message: { ...message, lease: travel.lease.id } } : input, at);
  });
};

/** Renews the first lease it ever had, and no other. */
const firstLeaseOnly = () => {
  const first = new Map<string, string>();
  return page((real) => (journey, input, at) => {
    const after = real(journey, input, at);
    const session = after.journey.session?.id ?? "";
    const effects = after.effects.filter((effect) => {
      if (effect.type !== "send.control" || effect.message.type !== "lease.refresh") return true;
      const known = first.get(session) ?? effect.message.lease;
      first.set(session, known);
      return effect.message.lease === known;
    });
    return { ...after, effects };
  });
};

/** A redeem for another world is refused, and the hold of its portal lifted as if the journey had ended. */
const looseRedeem = () =>
  cells("travel", ["leased"], {
    redeem: (real) => (state, input, turn) => {
      const { source, target } = (state?.["journey"] ?? {}) as Route;
      if (source?.request && input["world"] !== target?.world)
        turn.send(source.launch, { type: "unhold", ...source, reason: "travel_lease_target_mismatch" });
      return real(state, input, turn);
    },
  });

const elsewhere = () =>
  page((real) => (journey, input, at) => {
    const after = real(journey, input, at);
    const effects = after.effects.map((effect) =>
      effect.type === "send.control" && effect.message.type === "lease.redeem"
        ? {
            ...effect,
            message: { ...effect.message, world: at.luck < 0.3 ? "nowhere" : effect.message.world },
          }
        : effect,
    );
    return { ...after, effects };
  });

/** Its words count, whether or not it has yet to take over, or was taken over from. */
const believed =
  (real: Handler): Handler =>
  (state, input, turn) => {
    if (!state) return state;
    const { drain, isHeir } = state;
    const next = real({ ...state, drain: undefined, isHeir: undefined }, input, turn);
    return next && { ...next, drain, isHeir };
  };

/** Goes by the clock that people set. */
class OfTheWall {
  readonly leftOutMs = 0;
  readonly #clock: Clocks;

  constructor(clock: Clocks) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.wallNow();
  }

  beat(): boolean {
    return false;
  }
}

interface Route {
  readonly source?: { readonly launch: string; readonly admission: string; readonly request?: string };
  readonly target?: { readonly world: string };
}

export const staleBugs: readonly PlantedBug[] = [
  {
    name: "a page whose portal nobody answers waits for ever",
    law: "L6",
    row: "F6",
    change: where({ crash: 0, cut: 0.4, clog: 0.2 }),
    code: () =>
      page((real) => (journey, input, at) => {
        const after = real(journey, input, at);
        const { portal } = after.journey;
        if (!portal) return after;
        return { ...after, journey: { ...after.journey, portal: { ...portal, until: at.now + 600_000 } } };
      }),
  },
  {
    name: "a world is wanted as soon as somebody may go there",
    law: "S7",
    row: "F8",
    code: () =>
      cells("travel", ["absent"], {
        begin: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          const { target } = (next?.["journey"] ?? {}) as Route;
          if (target) turn.send(`world:${target.world}`, { type: "require" });
          return next;
        },
      }),
  },
  {
    name: "the end of an older portal use ends the hold of a newer one",
    law: "S3",
    row: "F11",
    change: whereLimits({ holdMs: 3_000 }),
    code: () => door(looseHold),
  },
  {
    name: "what becomes of a journey is taken for the next one to the same world",
    law: "S22",
    row: "H10",
    change: whereHabits({ cancel: 0.4, restMs: 1_500 }),
    code: answersByWorld,
  },
  {
    name: "a redeem for another world lets go of the portal and keeps the lease",
    law: "S3",
    row: "H20",
    change: whereHabits({ restMs: 3_000 }),
    // Pages that name another world, which the real one never does.
    code: () => ({ ...looseRedeem(), journey: elsewhere().journey }),
  },
  {
    name: "a launch that was taken over from says what its world remembers",
    law: "S24",
    change: where({ upgrade: 0.2 }),
    code: () => {
      const words = cells("launch", ["running", "closing", "stopping"], { state: believed });
      return and(words, "launch", ["running", "closing", "suspect", "stopping"], { lastWords: believed });
    },
  },
  {
    name: "a world that is to stop is killed before it could save",
    law: "S24",
    row: "H25",
    change: where({ stop: 0.2, evacuate: 0.1 }),
    code: () =>
      cells("launch", ["running", "closing"], {
        stop: (real) => (state, input, turn) => {
          turn.send("host:local", { type: "kill", launch: turn.self.slice("launch:".length) });
          return real(state, input, turn);
        },
      }),
  },
  {
    name: "the master's clock is the one that people set",
    law: "S12",
    row: "H26",
    change: where({ clockStep: 0.2, freeze: 0, lying: 0 }),
    code: () => ({ ...realCode, timepiece: OfTheWall }),
  },
  {
    name: "only the first journey of a page keeps its lease",
    law: "L8",
    row: "H27",
    suite: "calm",
    change: whereLimits({ leaseSoftMs: 12_000 }),
    code: firstLeaseOnly,
  },
  {
    name: "the avatar of a session that has ended stays",
    law: "S9",
    row: "H6",
    change: (circumstances) =>
      whereLimits({ detachGraceMs: 2_000, worldDetachMs: 200_000 })(
        where({ cut: 0.5, kill: 0 })(circumstances),
      ),
    code: () =>
      and(cells("session", attached, { deadline: swallow("kick") }), "session", ["absent"], { seen: ignore }),
  },
  {
    name: "why a launch was given up is told with its token",
    law: "S25",
    row: "H44",
    change: where({ unwilling: 0.9 }),
    code: () => {
      const tokens = new Map<string, string>();
      return cells("launch", ["starting"], {
        recalled: (real) => (state, input, turn) =>
          real(state, input, {
            ...turn,
            send: (to, body) => {
              const { token } = body as { token?: string };
              if (token) tokens.set(turn.self, token);
              turn.send(to, body);
            },
          }),
        deadline: (real) => (state, input, turn) => {
          const next = real(state, input, turn);
          return next && { ...next, reason: `gave up ${tokens.get(turn.self)}` };
        },
      });
    },
  },
];
