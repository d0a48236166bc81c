import type { Session } from "#core/session/session.ts";
import type { Launch } from "#core/world/launch.ts";
import type { Engine } from "#engine/engine.ts";
import { idOf } from "#shared/address.ts";

/** Who is here, and where: read from the machines, never kept beside them. */
export interface Census {
  readonly players: number;
  /** World key → players in it, for every world that runs. */
  readonly worlds: Readonly<Record<string, number>>;
}

export function takeCensus(engine: Pick<Engine, "states">): Census {
  let players = 0;
  for (const [, state] of engine.states("session")) if ((state as Session).phase !== "naming") players++;
  const worlds: Record<string, number> = {};
  for (const [, state] of engine.states("launch")) {
    const { phase, world, guests } = state as Launch;
    if (phase !== "starting" && phase !== "stopping")
      worlds[world] = (worlds[world] ?? 0) + Object.keys(guests).length;
  }
  return { players, worlds };
}

/** Every launch that has or may have a process. */
export function launchesOf(engine: Pick<Engine, "states">): string[] {
  return [...engine.states("launch")].map(([address]) => idOf(address));
}
