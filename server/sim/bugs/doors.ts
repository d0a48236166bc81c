import type { DoorStep } from "#world-server/door-state.ts";
import { stepDoor } from "#world-server/door.ts";
import { and, cells, deafTo, door, type Door, ignore, type PlantedBug, swallow, where } from "../planting.ts";

/** Mistakes of a world's door. */

const reusableTicket: Door = (before, input, moment) => {
  const after = stepDoor(before, input, moment);
  return input.type === "show" ? { ...after, door: { ...after.door, expected: before.expected } } : after;
};

/** Whoever comes is taken for whoever is expected. */
const anyTicket: Door = (before, input, moment) => {
  const [first] = [...before.expected.values()];
  const isShown = input.type === "show" && first;
  return stepDoor(before, isShown ? { ...input, ticketHash: first.ticketHash } : input, moment);
};

const eternalHold: Door = (before, input, moment) => {
  if (input.type === "unhold") return { door: before, effects: [] };
  const after = stepDoor(before, input, moment);
  const inside = new Map(after.door.inside);
  for (const [admission, one] of inside)
    if (one.hold) inside.set(admission, { ...one, hold: { ...one.hold, until: moment.now + 600_000 } });
  return { ...after, door: { ...after.door, inside } };
};

/** A hold lasts until it is lifted, and does not lapse. */
const stubbornHold: Door = (before, input, moment) =>
  input.type === "unhold" ? stepDoor(before, input, moment) : eternalHold(before, input, moment);

/** Whoever shows a ticket plays at once, and nobody is ever sent away or seen to go. */
const activeOnSight: Door = (before, input, moment) => {
  const after = deafTo("revoke", "kick", "disconnect")(before, input, moment);
  if (input.type !== "show") return after;
  const inside = new Map([...after.door.inside].map(([id, one]) => [id, { ...one, isActive: true }]));
  return { ...after, door: { ...after.door, inside } };
};

const refuse = (admission: string): DoorStep["effects"] => [
  { type: "tell", message: { type: "refused", admission, reason: "world_full" } },
];

const smallHouse: Door = (before, input, moment) =>
  input.type === "expect" && before.inside.size > 0
    ? { door: before, effects: refuse(input.admission) }
    : stepDoor(before, input, moment);

/** The newest ticket takes the place of the others. */
const oneTicket: Door = (before, input, moment) =>
  stepDoor(input.type === "expect" ? { ...before, expected: new Map() } : before, input, moment);

/** Says that it expects somebody, and has yet to write it down. */
const slowHand: Door = (before, input, moment) => {
  const after = stepDoor(before, input, moment);
  return input.type === "expect" ? { ...after, door: before } : after;
};

const roomForAll: Door = (before, input, moment) => {
  const options = { ...before.options, capacity: Infinity };
  const { door: after, effects } = stepDoor({ ...before, options }, input, moment);
  return { door: { ...after, options: before.options }, effects };
};

/** Who has a place already may take another. */
const secondPlace: Door = (before, input, moment) => {
  if (input.type !== "show") return stepDoor(before, input, moment);
  const mine = [...before.inside].filter(([, { connection }]) => connection === input.connection);
  const hidden = new Map([...before.inside].filter(([, { connection }]) => connection !== input.connection));
  const after = stepDoor({ ...before, inside: hidden }, input, moment);
  return { ...after, door: { ...after.door, inside: new Map([...mine, ...after.door.inside]) } };
};

/** Ends by itself when the last one has gone, whoever may be on the way. */
const twoMasters: Door = (before, input, moment) => {
  const after = stepDoor(before, input, moment);
  if (before.inside.size === 0 || after.door.inside.size > 0 || input.type === "stop") return after;
  return { ...after, effects: [...after.effects, { type: "exit", reason: "empty" }] };
};

/** Nobody is seen to go, not even when the whole world ends. */
const ghosts: Door = (before, input, moment) => {
  const after = deafTo("disconnect", "kick", "depart")(before, input, moment);
  return { ...after, effects: after.effects.filter(({ type }) => type !== "exit") };
};

export const doorBugs: readonly PlantedBug[] = [
  { name: "a ticket opens the door again and again", law: "S1", row: "F5", code: () => door(reusableTicket) },
  {
    name: "a connection takes a second place with a second ticket",
    law: "S1",
    row: "H29",
    change: (circumstances) => ({
      ...circumstances,
      cut: 0.4,
      habits: { ...circumstances.habits, cheat: 1, cancel: 0.2, duplicate: 0.3 },
    }),
    code: () => door(secondPlace),
  },
  {
    name: "nobody makes the old avatar go",
    law: "S2",
    row: "H5",
    code: () => door(deafTo("depart", "kick", "disconnect")),
  },
  { name: "a hold neither lapses nor is lifted", law: "S3", row: "H18", code: () => door(eternalHold) },
  {
    name: "a journey that is replaced forgets the hold it had, which does not lapse",
    law: "S3",
    row: "H19",
    code: () =>
      door(
        stubbornHold,
        cells("travel", ["leased", "starting", "expecting", "admitted"], {
          release: swallow("unhold"),
          deadline: swallow("unhold"),
        }),
      ),
  },
  {
    name: "a world ends by itself when its last player goes",
    law: "S5",
    row: "F7",
    code: () => door(twoMasters),
  },
  {
    name: "whoever shows a ticket plays, committed or not",
    law: "S8",
    row: "H8",
    code: () => door(activeOnSight),
  },
  {
    name: "a ticket that is called back opens the door, and nobody sends its avatar away",
    law: "S8",
    row: "H8",
    change: (circumstances) => ({
      ...circumstances,
      clog: 0.5,
      cut: 0.3,
      habits: { ...circumstances.habits, cheat: 1, cancel: 0.3, cling: 1 },
    }),
    // The strays of a journey, of a launch and of a session are each sent away by themselves: all three are gone.
    code: () => {
      const deaf = cells("session", ["lobby", "inWorld", "travelling", "absent"], {
        seen: swallow("kick"),
      });
      const blind = and(deaf, "travel", ["absent", "leased", "starting"], { arrived: ignore });
      return door(activeOnSight, blind);
    },
  },
  {
    name: "a world forgets whom it expects when another is expected",
    law: "S13",
    code: () => door(oneTicket),
  },
  {
    name: "a world says that it expects somebody, and does not",
    law: "S13",
    row: "F13",
    code: () => door(slowHand),
  },
  {
    name: "neither a world nor its launch counts whom it holds",
    law: "S21",
    change: where({ capacity: 1 }),
    code: () =>
      door(
        roomForAll,
        cells("launch", ["running", "closing"], {
          expect: (real) => (state, input, turn) => {
            const worlds = new Map(
              [...turn.facts.worlds].map(([key, one]) => [key, { ...one, capacity: 999 }]),
            );
            return real(state, input, { ...turn, facts: { ...turn.facts, worlds } });
          },
        }),
      ),
  },
  {
    name: "any ticket opens the door",
    law: "S26",
    row: "F5",
    change: (circumstances) => ({ ...circumstances, habits: { ...circumstances.habits, cheat: 1 } }),
    code: () => door(anyTicket),
  },
  { name: "avatars outlive everybody", law: "L3", row: "H6", code: () => door(ghosts) },
  { name: "a world has room for one", law: "L8", suite: "calm", code: () => door(smallHouse) },
];
