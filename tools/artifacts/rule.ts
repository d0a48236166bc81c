import type { Artifacts } from "./artifacts.ts";

/** One thing that holds of every release. */
export interface Rule {
  /** What holds, for the line of the report. */
  readonly says: string;
  /** Yields a line for each place where it does not. */
  check(artifacts: Artifacts): Iterable<string> | AsyncIterable<string>;
}
