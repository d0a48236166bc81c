import type { Envelope } from "#core/inbox.ts";
import type { Address } from "#shared/address.ts";
import type { Phased, Secret } from "#shared/machine.ts";

/** Time and luck. The real one reads the machine; the simulated one is a seed. */
export interface Nature {
  /**
   * Milliseconds, monotonic; stands still while this process does, so that all its deadlines shift. Comparable across
   * restarts on one boot of the machine: the next process is never behind, and ahead by what this one left out.
   */
  now(): number;
  newId(prefix: string): string;
  newSecret(): Secret;
  /** Runs `wake` once `now()` has reached `time`; returns how to call it off. */
  wakeAt(time: number, wake: () => void): () => void;
}

export type Writes = ReadonlyMap<Address, Phased | undefined>;

/** A commit that failed and may succeed later: the database is busy, full, or out of reach. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** Where machines sleep. Properties whose name starts with `secret` are never stored. */
export interface Store {
  /** Every state that was committed and not ended. */
  load(): Iterable<[Address, Phased]>;
  /**
   * A sleeping account or nothing; kinds that are too many to hold in memory are read one by one.
   * May throw `StoreUnavailable`.
   */
  read(address: Address): Phased | undefined;
  /** Atomic: every write, or none and a rejection with `StoreUnavailable`. */
  commit(writes: Writes): Promise<void>;
}

/** Carries envelopes to whatever lives outside this engine. */
export interface Bus {
  send(envelope: Envelope): void;
}

/** The other engines of a cluster. An engine that runs every machine itself has none, and pays for none. */
export interface Peers {
  /** Whether the machine is run by one of them. */
  has(to: Address): boolean;
  /**
   * Hands an envelope over, at least once and in order for each pair of engines; `posted` is called when it
   * cannot be lost any more.
   */
  send(envelope: Envelope, posted: () => void): void;
}

export interface Transition {
  readonly at: number;
  readonly id: Address;
  readonly input: string;
  readonly cause: Address;
  /** Phases before and after; `absent` when there is no state. */
  readonly before: string;
  readonly after: string;
  readonly handled: boolean;
  /** The input and the state reached, for markers and fields; secrets are the reader's to drop. */
  readonly body: { readonly type: string };
  readonly state: Phased | undefined;
  readonly previous: Phased | undefined;
}

export interface Log {
  transition(event: Transition): void;
  /** The engine cannot commit (`true`), or can again (`false`). */
  stalled(isStalled: boolean, reason?: string): void;
}
