import { closeCodes } from "#shared/protocol/close-codes.ts";
import { attached, cells, page, type PlantedBug, where, whereHabits } from "../planting.ts";

/** Mistakes of a player's page. */

export const pageBugs: readonly PlantedBug[] = [
  {
    name: "the page does not notice that its world is gone",
    law: "L1",
    row: "F16",
    code: () =>
      page(
        (real) => (journey, input, at) =>
          input.type === "world.closed" ||
          (input.type === "control.heard" && input.message.type === "world.lost")
            ? { journey, effects: [] }
            : real(journey, input, at),
      ),
  },
  {
    name: "the page leaves its world as soon as it may go to another",
    law: "L8",
    row: "H2",
    suite: "calm",
    code: () =>
      page((real) => (journey, input, at) => {
        const after = real(journey, input, at);
        const { world } = after.journey;
        if (input.type !== "control.heard" || input.message.type !== "lease" || !world) return after;
        return { ...after, effects: [...after.effects, { type: "close.world", dial: world.dial }] };
      }),
  },
  {
    name: "a page waits a second for a world, and asks again",
    law: "L10",
    change: where({ unwilling: 0.8, upgrade: 0, evacuate: 0 }),
    code: () =>
      page((real) => (journey, input, at) => {
        const after = real(journey, input, at);
        const { travel } = after.journey;
        if (travel?.phase !== "redeeming") return after;
        const until = Math.min(travel.until, at.now + 1_000);
        return { ...after, journey: { ...after.journey, travel: { ...travel, until } } };
      }),
  },
  {
    name: "an older tab takes its session back, again and again",
    law: "L10",
    row: "H23",
    change: whereHabits({ duplicate: 0.5, reload: 0 }),
    // A token that was replaced opens nothing: here it does.
    code: () => ({
      ...cells("session", attached, {
        open: (real) => (state, input, turn) => {
          const hello = { ...(input["hello"] as object), resumeHash: state?.["resumeHash"] };
          return real(state, { ...input, hello }, turn);
        },
      }),
      journey: page(
        (real) => (journey, input, at) =>
          input.type === "control.closed" && input.code === closeCodes.continuedElsewhere.code
            ? real(journey, { ...input, code: 1006 }, at)
            : real(journey, input, at),
      ).journey,
    }),
  },
];
