import type { Address } from "./address.ts";

/** A map from each kind of address to what it may be told. */
export type InboxMap = Record<string, { type: string }>;

/** The wake-up a state asked for with `wakeAt`. */
export type Deadline = { type: "deadline" };

/** What every state has: its phase, and when it must be woken if nothing else happens first. */
export type Phased = { phase: string; wakeAt?: number | undefined };

type InPhase<S extends Phased, P> = P extends "absent" ? undefined : Extract<S, { phase: P }>;
type OfType<I extends { type: string }, T> = Extract<I | Deadline, { type: T }>;

/**
 * A state machine as a table: phase, then input, then what happens. `undefined` ends the machine.
 * A pair that is not in the table changes nothing; that is how late messages die.
 * A handler returns the same object when nothing changed, and never mutates.
 */
export type Table<S extends Phased, I extends { type: string }, T> = {
  [P in S["phase"] | "absent"]?: {
    [K in (I | Deadline)["type"]]?: (state: InPhase<S, P>, input: OfType<I, K>, turn: T) => S | undefined;
  };
};

/** One step of one machine: the only way it sees time, luck or others. */
export interface Turn<M extends InboxMap, F> {
  readonly self: Address;
  readonly from: Address;
  /** Milliseconds on a clock that only moves forward. */
  readonly now: number;
  /** What does not change while the process lives: worlds, version, bounds. */
  readonly facts: F;
  newId(prefix: string): string;
  /** A fresh secret, and the hash that may be stored in its place. */
  newSecret(): Secret;
  send<K extends keyof M & string>(to: Address<K>, body: M[K]): void;
}

export interface Secret {
  readonly token: string;
  readonly hash: string;
}

type AnyHandler = (state: unknown, input: unknown, turn: unknown) => Phased | undefined;

/** `handled` is false for a pair the table does not have. */
export function step(
  table: object,
  state: Phased | undefined,
  input: { type: string },
  turn: unknown,
): { handled: boolean; state: Phased | undefined } {
  const rows = table as Record<string, Record<string, AnyHandler> | undefined>;
  const handler = rows[state?.phase ?? "absent"]?.[input.type];
  return handler ? { handled: true, state: handler(state, input, turn) } : { handled: false, state };
}
