import { eventsOf, type ClientEvent } from "./events.ts";
import type { Journey, JourneyInput, JourneyStep } from "./journey-state.ts";
import { markersOf } from "./markers.ts";
import { gaugesOf, measure } from "./measures.ts";
import { Telemetry } from "./telemetry.ts";
import type { NetworkStats } from "./view.ts";

export interface ReportsDeps {
  readonly log: (line: string) => void;
  readonly now: () => number;
  readonly on?: ((event: ClientEvent) => void) | undefined;
  readonly gauges?: (() => Readonly<Record<string, number>>) | undefined;
}

const sampleMs = 5000;

/** What the outside is told of one client: markers and samples in its log, events for whoever watches. */
export class Reports {
  readonly telemetry = new Telemetry();
  readonly #deps: ReportsDeps;
  #sampledAt = -Infinity;

  constructor(deps: ReportsDeps) {
    this.#deps = deps;
  }

  /** One step of the journey. `place` is where the own player stands. */
  step(before: Journey, input: JourneyInput, step: JourneyStep, place?: { x: number; y: number }): void {
    const { journey, effects } = step;
    const { log, now, on } = this.#deps;
    for (const line of markersOf(before, input, journey, effects)) log(line);
    measure(this.telemetry, input, effects, now());
    if (!on) return;
    for (const event of eventsOf(before, input, journey, effects))
      on(event.type === "arrived" ? { ...event, x: place?.x, y: place?.y } : event);
  }

  /** To be called often: one line every five seconds. */
  sample(now: number, journey: Journey, network: () => NetworkStats): void {
    if (now - this.#sampledAt < sampleMs) return;
    this.#sampledAt = now;
    const gauges = { ...gaugesOf(journey, network()), ...this.#deps.gauges?.() };
    this.#deps.log(this.telemetry.sample(gauges));
  }
}
