import { socketOf, type Moment } from "./lines.ts";
import { now } from "./wait.ts";

/** One player who lost a world or the master and has it again. */
export interface Recovery {
  readonly player: number;
  readonly ms: number;
  /** How long after the kill each step was taken, milliseconds, in the order in which they were. */
  readonly steps: Readonly<Record<string, number>>;
}

/** The words of a way back, on the player's own lines. */
const ownWords = new Set([
  "hello",
  "welcome",
  "world.lost",
  "world.rejoin",
  "lease",
  "lease.redeem",
  "ticket",
  "enter",
  "entered",
  "arrived",
]);
/** Those of the launch that the player comes to. */
const launchWords = new Set(["register", "registered", "expect", "acked", "activate"]);

type Times = Map<string, number>;

/** When each step of every player's way was taken last: what a slow recovery has spent its time on. */
export class Trace {
  readonly #players = new Map<number, Times>();
  readonly #launches = new Map<string, Times>();
  /** The launch that each player has last shown a ticket to. */
  readonly #entered = new Map<number, string>();

  /** Steps of the master and of the launches, which belong to everybody they keep waiting. */
  launch(launch: string, step: string): void {
    timesOf(this.#launches, launch).set(step, now());
  }

  moment({ line, type, when, pipe }: Moment): void {
    if (when === "before") return;
    const launch = pipe.notes.get("launch") ?? "";
    if (line === "launch") {
      if (launchWords.has(type)) this.launch(launch, type);
      return;
    }
    if (!ownWords.has(type)) return;
    const player = playerOf(socketOf(pipe));
    timesOf(this.#players, player).set(type, now());
    if (line === "world") this.#entered.set(player, launch);
  }

  /** What was done for this player since then. */
  recovery(player: number, from: number, at: number, known: Readonly<Record<string, number>>): Recovery {
    const all = [
      ...Object.entries(known),
      ...(this.#launches.get(this.#entered.get(player) ?? "") ?? []),
      ...(this.#players.get(player) ?? []),
    ];
    const since = all.filter(([, time]) => time >= from).toSorted(([, a], [, b]) => a - b);
    return {
      player,
      ms: at - from,
      steps: Object.fromEntries(since.map(([step, time]) => [step, Math.round(time - from)])),
    };
  }
}

/** `3.17` is the 17th socket of player 3. */
export function playerOf(socket: string): number {
  return Number.parseInt(socket, 10);
}

export function textOf({ player, ms, steps }: Recovery): string {
  const taken = Object.entries(steps).map(([step, after]) => `${step} ${after}`);
  return `player ${player} after ${Math.round(ms)} ms (${taken.join(", ")})`;
}

function timesOf<K>(all: Map<K, Times>, key: K): Times {
  const times = all.get(key) ?? new Map<string, number>();
  all.set(key, times);
  return times;
}
