import { takeCensus } from "#adapters/metrics/census.ts";
import type { States } from "#adapters/metrics/measured.ts";

/** Who is here, and where, for whoever asks at `/status`. */
export interface HeadCount {
  readonly players: number;
  /** World key → players in it, for every world that runs. */
  readonly worlds: Readonly<Record<string, number>>;
}

export function countHeads(states: States): HeadCount {
  const { sessions, launches } = takeCensus(states);
  const worlds: Record<string, number> = {};
  for (const { world, phase, players } of launches)
    if (phase !== "starting" && phase !== "stopping") worlds[world] = (worlds[world] ?? 0) + players;
  return { players: sessions, worlds };
}
