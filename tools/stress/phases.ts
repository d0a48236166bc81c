/** What a player does, in this order; `stay` is being in a world without being thrown out of it. */
export const phases = [
  "page",
  "connect",
  "hello",
  "pack",
  "join",
  "walk",
  "travel",
  "chat",
  "stay",
  "leave",
] as const;
export type Phase = (typeof phases)[number];

/** Something a player could not do. */
export class PhaseFailed extends Error {
  override readonly name = "PhaseFailed";
  readonly phase: Phase;

  constructor(phase: Phase, message: string, options?: ErrorOptions) {
    super(message, options);
    this.phase = phase;
  }
}

export interface Failure {
  readonly phase: Phase;
  readonly client: string;
  readonly message: string;
}

/** What all players together came to. */
export class Tally {
  readonly failures: Failure[] = [];
  readonly journeysMs: number[] = [];
  linesSaid = 0;

  failed(client: string, error: unknown, phase: Phase): void {
    const message = (error as Error).message.split("\n")[0] ?? "";
    this.failures.push({ client, phase: error instanceof PhaseFailed ? error.phase : phase, message });
  }

  /** Failures by phase, with the first of each as an example; phases without any are left out. */
  byPhase(): { phase: Phase; count: number; example: string }[] {
    return phases.flatMap((phase) => {
      const [first, ...more] = this.failures.filter((failure) => failure.phase === phase);
      return first ? [{ phase, count: 1 + more.length, example: `${first.client}: ${first.message}` }] : [];
    });
  }

  /** A share of the journeys took at most so long; `undefined` without journeys. */
  journeyMs(share: number): number | undefined {
    const sorted = this.journeysMs.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  }
}
