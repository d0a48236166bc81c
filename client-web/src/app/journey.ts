import type {
  Instant,
  Journey,
  JourneyInput,
  JourneyOptions,
  JourneyStep,
  Resume,
  Shown,
} from "./journey-state.ts";

/** A page that has just been opened; `resume` is what an earlier page of this tab left behind. */
export function beginJourney(
  _options: JourneyOptions,
  _resume: Resume | undefined,
  _at: Instant,
): JourneyStep {
  throw new Error("being written");
}

/** One input: the next journey, and what is to be done, in this order. */
export function stepJourney(_journey: Journey, _input: JourneyInput, _at: Instant): JourneyStep {
  throw new Error("being written");
}

/** When `wake` is due; `undefined` when nothing happens by itself. */
export function wakeAt(_journey: Journey): number | undefined {
  throw new Error("being written");
}

/** What the page shows: `state` is the page's `data-state`. */
export function show(_journey: Journey): Shown {
  throw new Error("being written");
}
