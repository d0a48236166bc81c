import { limits } from "#shared/limits.ts";
import type { FromClient } from "#shared/protocol/client-master.ts";
import type { Asked, Journey, Turn } from "./journey-state.ts";
import type { Problem } from "./view.ts";

/** Asking the master, waiting to ask again, and saying that it said no. */

type Unnumbered<T> = T extends { id: number } ? Omit<T, "id"> : never;

const mostMs = 10_000;
const reconnectFirstMs = 200;
const reconnectGrowth = 1.4;
/** Beyond what one player asks for while the master is silent. */
export const askedMost = 32;

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
  const id = journey.asked.size < askedMost ? request(journey, message, turn) : undefined;
  if (id === undefined) return complain(journey, { about, reason: "try_later" }, turn);
  return { ...journey, asked: new Map(journey.asked).set(id, about) };
}

export function complain(journey: Journey, problem: Omit<Problem, "key">, turn: Turn): Journey {
  return { ...journey, problem: { ...problem, key: turn.id() } };
}

/** Before asking again what was refused. Spread, so that a thousand clients do not come in the same instant. */
export function backoff(tries: number, luck: number): number {
  return Math.min(mostMs, limits.backoffFirstMs * 2 ** tries) * (0.5 + luck / 2);
}

/**
 * Before dialling again where nobody answered. A master that was killed is back within a second, and refusing a
 * connection costs a machine nothing: the first waits are short, and grow gently.
 */
export function reconnectWait(tries: number, luck: number): number {
  return Math.min(mostMs / 1.5, reconnectFirstMs * reconnectGrowth ** tries) * (0.5 + luck);
}
