import type { Luck } from "./luck.ts";
import type { Tally } from "./tally.ts";
import type { Undo } from "./undo.ts";

/** What a scenario has to work with. */
export interface Chaos {
  readonly tally: Tally;
  readonly luck: Luck;
  readonly undo: Undo;
  /** One of each kind is enough. */
  readonly isShort: boolean;
  readonly players: number;
}

/** One way to break things, and what must hold all the same. What fails throws, or is counted as a loss. */
export interface Scenario {
  readonly name: string;
  run(chaos: Chaos): Promise<void>;
}
