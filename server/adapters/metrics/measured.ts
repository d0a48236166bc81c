import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";

/** Every live state of a kind; the engine's read side. */
export type States = (kind: string) => Iterable<[Address, Phased]>;

/** What the running master lets itself be measured by. */
export interface Measured {
  readonly states: States;
  /** Control connections of clients, and what waits in them to be read. */
  readonly sockets: () => { readonly socketCount: number; readonly bufferedBytes: number };
  /** How long the database took so far, milliseconds. */
  readonly timings: {
    readonly readCount: number;
    readonly readMs: number;
    readonly commitCount: number;
    readonly commitMs: number;
    readonly lastCommitMs: number;
    readonly failureCount: number;
  };
}
