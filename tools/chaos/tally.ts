import type { Recovery } from "./trace.ts";

/** Half and 99 of a hundred took no longer, milliseconds; `null` when there was none. */
export interface Spread {
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface Result {
  readonly worldKills: number;
  readonly masterKills: number;
  readonly cuts: number;
  readonly playersLost: number;
  readonly worldSocketsDroppedByMasterKill: number;
  readonly leakedProcesses: number;
  readonly recoveryMs: { readonly world: Spread; readonly master: Spread };
}

const counts = [
  "worldKills",
  "masterKills",
  "freezes",
  "cuts",
  "playersLost",
  "worldSocketsDroppedByMasterKill",
  "leakedProcesses",
  "journeys",
] as const;
const slowestKept = 3;
const lists = ["worldMs", "masterMs", "halfOpenMs", "untried", "losses"] as const;

/** The nearest-rank percentile. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number | null => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    return value === undefined ? null : Math.round(value);
  };
  return { p50: at(0.5), p99: at(0.99) };
}

/** What has been done to the system, and what it has lost by it. */
export class Tally {
  worldKills = 0;
  masterKills = 0;
  freezes = 0;
  cuts = 0;
  playersLost = 0;
  worldSocketsDroppedByMasterKill = 0;
  leakedProcesses = 0;
  journeys = 0;
  readonly worldMs: number[] = [];
  readonly masterMs: number[] = [];
  readonly halfOpenMs: number[] = [];
  /** The recoveries that took longest, and what they spent it on. */
  readonly slowest: { world: Recovery[]; master: Recovery[] } = { world: [], master: [] };
  /** How often something was done at which point of the protocol. */
  readonly points = new Map<string, number>();
  /** What could not be tried here, and why: it is neither passed nor failed. */
  readonly untried: string[] = [];
  /** Everything that must not happen and did, in words. */
  readonly losses: string[] = [];

  point(name: string, times = 1): void {
    this.points.set(name, (this.points.get(name) ?? 0) + times);
  }

  /** What happened elsewhere has happened here, too. */
  add(part: Tally): void {
    for (const count of counts) this[count] += part[count];
    for (const list of lists) this[list].push(...(part[list] as never[]));
    for (const [name, times] of part.points) this.point(name, times);
    for (const whom of ["world", "master"] as const) this.#rank(whom, part.slowest[whom]);
  }

  /** A player has a world again that was killed, or a master. */
  recovered(whom: "world" | "master", recovery: Recovery): void {
    this[`${whom}Ms`].push(recovery.ms);
    this.#rank(whom, [recovery]);
  }

  #rank(whom: "world" | "master", more: readonly Recovery[]): void {
    const all = [...this.slowest[whom], ...more];
    this.slowest[whom] = all.toSorted((a, b) => b.ms - a.ms).slice(0, slowestKept);
  }

  lose(what: string): void {
    this.losses.push(what);
    console.error(`${new Date().toISOString()} LOSS ${what}`);
  }

  /** How much in all. */
  get lost(): number {
    const { playersLost, worldSocketsDroppedByMasterKill, leakedProcesses, losses } = this;
    return playersLost + worldSocketsDroppedByMasterKill + leakedProcesses + losses.length;
  }

  get result(): Result {
    const { worldKills, masterKills, cuts, playersLost, worldSocketsDroppedByMasterKill, leakedProcesses } =
      this;
    const recoveryMs = { world: spreadOf(this.worldMs), master: spreadOf(this.masterMs) };
    return {
      worldKills,
      masterKills,
      cuts,
      playersLost,
      worldSocketsDroppedByMasterKill,
      leakedProcesses,
      recoveryMs,
    };
  }

  get text(): string {
    const { worldKills, masterKills, freezes, cuts, journeys, points } = this;
    const times = (values: readonly number[]): string => {
      const { p50, p99 } = spreadOf(values);
      return `p50 ${p50 ?? "-"} p99 ${p99 ?? "-"} ms (${values.length})`;
    };
    return [
      `worlds killed ${worldKills}, masters killed ${masterKills}, frozen ${freezes}, cuts ${cuts}`,
      `at ${points.size} points of the protocol; journeys ${journeys}`,
      `players lost ${this.playersLost}, world sockets dropped by a master's end ${this.worldSocketsDroppedByMasterKill}`,
      `processes leaked ${this.leakedProcesses}, broken laws ${this.losses.length}`,
      `world crash to playing ${times(this.worldMs)}; master kill to control ${times(this.masterMs)}`,
      ...(this.halfOpenMs.length > 0 ? [`half-open noticed ${times(this.halfOpenMs)}`] : []),
    ].join("\n");
  }
}
