import { doorBugs } from "./bugs/doors.ts";
import { holeBugs } from "./bugs/holes.ts";
import { journeyBugs } from "./bugs/journeys.ts";
import { launchBugs } from "./bugs/launches.ts";
import { memoryBugs } from "./bugs/memories.ts";
import { pageBugs } from "./bugs/pages.ts";
import { sessionBugs } from "./bugs/sessions.ts";
import { staleBugs } from "./bugs/stale.ts";
import { realCode, type Code } from "./code.ts";
import type { PlantedBug } from "./planting.ts";

/** Edits that the simulation must notice. */
export const plantedBugs: readonly PlantedBug[] = [
  ...doorBugs,
  ...journeyBugs,
  ...launchBugs,
  ...memoryBugs,
  ...sessionBugs,
  ...pageBugs,
  ...holeBugs,
  ...staleBugs,
];

/** Luck that is not of this universe: the same seed no longer tells the same story. */
export const strangeLuck = (): Code => ({
  ...realCode,
  journey: {
    ...realCode.journey,
    step: (journey, input, at) => realCode.journey.step(journey, input, { ...at, luck: Math.random() }),
  },
});
