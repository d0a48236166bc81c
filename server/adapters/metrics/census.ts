import type { Session } from "#core/session/session.ts";
import type { Travel } from "#core/travel/travel.ts";
import type { Launch } from "#core/world/launch.ts";
import type { States } from "./measured.ts";

/** One process that may be running, as its launch knows it. */
export interface WorldCount {
  readonly world: string;
  readonly phase: Launch["phase"];
  readonly pid: number | undefined;
  readonly players: number;
  readonly expected: number;
  /** Whoever is in it is moved on, and nobody new comes. */
  readonly isDraining: boolean;
}

/** Everything that can be counted in the machines, read when it is asked for and kept nowhere. */
export interface Census {
  readonly sessions: number;
  readonly launches: readonly WorldCount[];
  /** Journeys by phase. */
  readonly travels: Readonly<Record<Travel["phase"], number>>;
}

export function takeCensus(states: States): Census {
  let sessions = 0;
  for (const [, state] of states("session")) if (isStaying(state as Session)) sessions += 1;
  const travels = { leased: 0, starting: 0, expecting: 0, admitted: 0, departing: 0 };
  for (const [, state] of states("travel")) travels[(state as Travel).phase] += 1;
  const launches = Array.from(states("launch"), ([, state]) => countLaunch(state as Launch));
  return { sessions, launches, travels };
}

function countLaunch({ world, phase, pid, guests, drain }: Launch): WorldCount {
  const all = Object.values(guests);
  const expected = all.filter(({ expectedUntil }) => expectedUntil !== undefined).length;
  return { world, phase, pid, players: all.length - expected, expected, isDraining: drain !== undefined };
}

/** Not those who have no name yet, nor those of whom only a last save is awaited. */
function isStaying({ phase }: Session): boolean {
  return phase !== "naming" && phase !== "ending";
}
