import { limits } from "#shared/limits.ts";
import type { FromClient } from "#shared/protocol/client-master.ts";
import type { Asked, Journey, Turn } from "./journey-state.ts";
import type { Problem } from "./view.ts";

/** Asking the master, waiting to ask again, and saying that it said no. */

type Unnumbered<T> = T extends { id: number } ? Omit<T, "id"> : never;

const reconnectMaxMs = 10_000;

/** Sends a request and returns its number; `undefined` when there is no master to ask. */
export function request(journey: Journey, message: Unnumbered<FromClient>, turn: Turn): number | undefined {
  const { control } = journey;
  if (control.phase !== "up") return undefined;
  const id = turn.id();
  turn.effects.push({ type: "send.control", dial: control.dial, message: { ...message, id } });
  return id;
}

/** A request whose refusal the player is to see. */
export function ask(journey: Journey, about: Asked, message: Unnumbered<FromClient>, turn: Turn): Journey {
  const id = request(journey, message, turn);
  if (id === undefined) return complain(journey, { about, reason: "try_later" }, turn);
  return { ...journey, asked: new Map(journey.asked).set(id, about) };
}

export function complain(journey: Journey, problem: Omit<Problem, "key">, turn: Turn): Journey {
  return { ...journey, problem: { ...problem, key: turn.id() } };
}

/** Spread, so that a thousand clients do not come back in the same instant. */
export function backoff(tries: number, luck: number): number {
  return Math.min(reconnectMaxMs, limits.backoffFirstMs * 2 ** Math.min(tries, 10)) * (0.5 + luck / 2);
}
