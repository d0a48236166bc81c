import { performance } from "node:perf_hooks";
import { StoreUnavailable, type Store, type Writes } from "#engine/ports.ts";
import { type Address, idOf } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { type Accounts, createAccounts, isAsleep, join, split } from "./accounts.ts";
import { codeOf, type Connection } from "./database.ts";
import { createMemories, type Memories } from "./memories.ts";
import { createSnapshots, type Snapshots } from "./snapshots.ts";
import { createSteps, stepBetween, type Steps, withStep } from "./steps.ts";

/** How long the database took so far, in milliseconds; reads and commits counted apart. */
export interface Timings {
  readCount: number;
  readMs: number;
  commitCount: number;
  commitMs: number;
  lastCommitMs: number;
  failureCount: number;
}

/** One commit that succeeded. */
export interface Committed {
  readonly writes: number;
  readonly ms: number;
}

/** What the database may get over: somebody else has the file, the disk is full, gone or failing. */
const passing = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PROTOCOL|NOMEM|PERM|CORRUPT|NOTADB)/;

/**
 * The two files as one `Store`. An account's name and place are a row of `durable.db`, as is a world's memory; everything else,
 * also who is logged in to it, is a snapshot in `runtime.db`. Where a session's player stands is written there
 * every few seconds: as a row of its own beside the snapshot, as long as nothing else has changed.
 */
export class SqliteStore implements Store {
  readonly timings: Timings = {
    readCount: 0,
    readMs: 0,
    commitCount: 0,
    commitMs: 0,
    lastCommitMs: 0,
    failureCount: 0,
  };
  readonly #durable: Connection;
  readonly #runtime: Connection;
  readonly #accounts: Accounts;
  readonly #memories: Memories;
  readonly #snapshots: Snapshots;
  readonly #steps: Steps;
  /** What was committed last of every session. */
  readonly #sessions = new Map<Address, Phased>();
  readonly #onCommit: (committed: Committed) => void;

  constructor(durable: Connection, runtime: Connection, onCommit: (committed: Committed) => void = () => {}) {
    this.#durable = durable;
    this.#runtime = runtime;
    this.#accounts = createAccounts(durable);
    this.#memories = createMemories(durable);
    this.#snapshots = createSnapshots(runtime);
    this.#steps = createSteps(runtime);
    this.#onCommit = onCommit;
  }

  load(): [Address, Phased][] {
    return this.#guarded(() => {
      const steps = this.#steps.all();
      return this.#snapshots.all().flatMap(([address, state]): [Address, Phased][] => {
        if (!isAccount(address)) return [[address, withStep(state, steps.get(address))]];
        // Accounts are read when somebody asks for them; only those that must be woken are loaded.
        const lasting = state.wakeAt === undefined ? undefined : this.#accounts.read(idOf(address));
        return lasting ? [[address, join(lasting, state)]] : [];
      });
    });
  }

  read(address: Address): Phased | undefined {
    const begun = performance.now();
    const state = this.#guarded(() => {
      if (isMemory(address)) return this.#memories.read(idOf(address));
      const snapshot = this.#snapshots.read(address);
      if (!isAccount(address)) return snapshot && withStep(snapshot, this.#steps.read(address));
      const lasting = this.#accounts.read(idOf(address));
      return lasting && join(lasting, snapshot);
    });
    this.timings.readCount += 1;
    this.timings.readMs += performance.now() - begun;
    return state;
  }

  /**
   * Durable first, then runtime. Should only the second fail, the batch is refused as a whole and offered
   * again: writing an account twice is harmless.
   */
  commit(writes: Writes): Promise<void> {
    const begun = performance.now();
    // Not an async function: nothing may come between the engine's step and its commit.
    return new Promise((resolve) => {
      const isDurable = [...writes.keys()].some((address) => isAccount(address) || isMemory(address));
      const files = isDurable ? [this.#durable, this.#runtime] : [this.#runtime];
      this.#guarded(() => {
        inOneTransaction(files, () => {
          for (const [address, state] of writes) this.#write(address, state);
        });
      });
      this.#keepSessions(writes);
      const ms = performance.now() - begun;
      this.timings.commitCount += 1;
      this.timings.commitMs += ms;
      this.timings.lastCommitMs = ms;
      this.#onCommit({ writes: writes.size, ms });
      resolve();
    });
  }

  #write(address: Address, state: Phased | undefined): void {
    if (isSession(address)) return this.#writeSession(address, state);
    if (isMemory(address)) return this.#memories.write(idOf(address), state);
    if (!isAccount(address)) return this.#snapshots.write(address, state);
    if (state === undefined) {
      this.#accounts.remove(idOf(address));
      this.#snapshots.write(address, undefined);
      return;
    }
    const { lasting, passing } = split(state);
    this.#accounts.write(idOf(address), lasting);
    this.#snapshots.write(address, isAsleep(passing) ? undefined : passing);
  }

  #writeSession(address: Address, state: Phased | undefined): void {
    const step = state && stepBetween(this.#sessions.get(address), state);
    if (step) return this.#steps.write(address, step);
    this.#snapshots.write(address, state);
    if (state === undefined) this.#steps.remove(address);
  }

  #keepSessions(writes: Writes): void {
    for (const [address, state] of writes)
      if (!isSession(address)) continue;
      else if (state) this.#sessions.set(address, state);
      else this.#sessions.delete(address);
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.timings.failureCount += 1;
      const code = codeOf(error);
      if (passing.test(code)) throw new StoreUnavailable(code, { cause: error });
      throw error;
    }
  }
}

const isSession = (address: Address): boolean => address.startsWith("session:");
const isMemory = (address: Address): boolean => address.startsWith("memory:");
const isAccount = (address: Address): boolean => address.startsWith("account:");

/** All files are written before the first of them commits, so that a full disk is met in time. */
function inOneTransaction(files: readonly Connection[], work: () => void): void {
  try {
    for (const file of files) file.exec("BEGIN IMMEDIATE");
    work();
    for (const file of files) file.exec("COMMIT");
  } finally {
    for (const file of files) if (file.inTransaction) file.exec("ROLLBACK");
  }
}
