import { stepDoor } from "#world-server/door.ts";
import {
  attached,
  cells,
  door,
  type Door,
  type Handler,
  otherLimits,
  page,
  type PlantedBug,
  where,
  whereLimits,
} from "../planting.ts";

/** Holes of the reference that are about time, trust and crowds. */

/** A ticket is good for a blink, however long its holder was told. */
const hastyDoor: Door = (before, input, moment) => {
  const after = stepDoor(before, input, moment);
  if (input.type !== "expect") return after;
  const expected = new Map(after.door.expected);
  const one = expected.get(input.admission);
  if (one) expected.set(input.admission, { ...one, expiresAt: moment.now + 30 });
  return { ...after, door: { ...after.door, expected } };
};

/** Whoever goes before they were committed is not seen to go, and cannot be sent away. */
const uncheckedSocket: Door = (before, input, moment) => {
  const gone =
    input.type === "disconnect"
      ? [...before.inside.values()].find(({ connection }) => connection === input.connection)
      : input.type === "kick" && before.inside.get(input.admission);
  return gone && !gone.isActive ? { door: before, effects: [] } : stepDoor(before, input, moment);
};

/** There is room for two leases: whoever asks for another takes the oldest from whoever has it. */
function crowdedOut() {
  const leased: string[] = [];
  const begin =
    (real: Handler): Handler =>
    (state, input, turn) => {
      leased.push(turn.self);
      if (leased.length > 2)
        turn.send(String(leased.shift()), { type: "release", reason: "travel_cancelled" });
      return real(state, input, turn);
    };
  return cells("travel", ["absent"], { begin });
}

const alwaysReady: Door = (before, input, moment) =>
  input.type === "stop.prepare"
    ? { door: { ...before, isShut: true }, effects: [{ type: "tell", message: { type: "stop.ready" } }] }
    : stepDoor(before, input, moment);

/** A launch believes the world's count of heads, and knows nothing of tickets on their way. */
const forgetful =
  (real: Handler): Handler =>
  (state, input, turn) => {
    const { inside } = (input["roster"] ?? { inside: [] }) as { inside: unknown[] };
    return real(state && inside.length === 0 ? { ...state, guests: {} } : state, input, turn);
  };

export const holeBugs: readonly PlantedBug[] = [
  {
    name: "a ticket runs out while its holder is on the way",
    law: "S13",
    row: "F3",
    code: () => door(hastyDoor),
  },
  {
    name: "neither a world nor its launch thinks of tickets on their way when it is asked to stop",
    law: "S5",
    row: "H12",
    change: whereLimits({ idleMs: 300 }),
    code: () =>
      door(alwaysReady, cells("launch", ["running"], { heartbeat: forgetful, deadline: forgetful })),
  },
  {
    name: "whoever disconnects before they are committed stays as a ghost",
    law: "L3",
    row: "H28",
    change: where({ cut: 0.5 }),
    code: () => door(uncheckedSocket),
  },
  {
    name: "a connection that says nothing is kept",
    law: "S26",
    row: "H36",
    change: where({ knock: 0.4 }),
    code: () => otherLimits({ helloMs: 600_000 }),
  },
  {
    name: "a world saves for whoever it names",
    law: "S4",
    row: "H40",
    change: where({ lying: 0.6 }),
    code: () =>
      cells("session", attached, {
        saved: (real) => (state, input, turn) => {
          const admission = state?.["admission"] as { id?: string } | undefined;
          return real(state, { ...input, admission: admission?.id }, turn);
        },
      }),
  },
  {
    name: "whoever asks for many leases takes those of others",
    law: "L8",
    row: "H45",
    suite: "calm",
    code: crowdedOut,
  },
  {
    name: "a page that lost its master waits half a minute",
    law: "L9",
    row: "H49",
    suite: "restart",
    code: () =>
      page((real) => (journey, input, at) => {
        const after = real(journey, input, at);
        const { control } = after.journey;
        if (input.type !== "control.closed" || control.phase !== "waiting") return after;
        return { ...after, journey: { ...after.journey, control: { ...control, at: at.now + 30_000 } } };
      }),
  },
];
