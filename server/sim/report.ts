import type { Violation } from "./auditor.ts";
import type { Circumstances } from "./faults.ts";

export interface Report {
  readonly seed: number;
  readonly circumstances: Circumstances;
  readonly violations: readonly Violation[];
  /** How long the universe lasted, and how much happened in it. */
  readonly virtualMs: number;
  readonly events: number;
  /** Where each player was once trouble had ended and every bound had passed. */
  readonly rest: readonly (string | undefined)[];
  /** Of everything that happened: the same seed tells the same story. */
  readonly hash: string;
  readonly counts: ReadonlyMap<string, number>;
  /** Table cells reached, and inputs no cell was for, by how often. */
  readonly cells: ReadonlyMap<string, number>;
  readonly strays: ReadonlyMap<string, number>;
  /** The last lines before the first breach. */
  readonly story: readonly string[];
  readonly trace: readonly string[];
}
