import { kills } from "./scenarios/kills.ts";
import type { Scenario } from "./scenario.ts";

/** Every scenario, in the order in which they are played. */
export const scenarios: readonly Scenario[] = [kills];
