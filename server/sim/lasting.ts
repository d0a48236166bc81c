import { type Law, type LawId, laws } from "./laws.ts";

/** Why a broken condition does not count for now. Its time stands still meanwhile; it is not forgotten. */
export const excuses = {
  frozen: "its process is stopped: it must obey once it goes on",
  deaf: "the master's answers cannot reach the page, which does not know it yet",
  stalled: "nothing can be written: what waits for its deadline is told once it can",
  alone: "there is no master to ask",
  unheard: "the world does not answer: it is given up first, by its own bounds",
} as const;

type Excuse = keyof typeof excuses;

/** What may hold for a while but not for longer. */
export interface Condition {
  readonly law: LawId;
  readonly key: string;
  readonly text: string;
  /** Narrower than the bound of the law. */
  readonly boundMs?: number;
  readonly excuse?: Excuse | undefined;
}

/** Measures for how long each broken condition has lasted; whoever misses a look goes on where they were. */
export class Lasting {
  readonly #brokenMs = new Map<string, number>();
  #lookedAt = 0;

  /**
   * @param conditions every one that is broken now
   * @param slackMs added to every bound
   * @returns those that have lasted too long, and for how many milliseconds
   */
  *look(now: number, conditions: Iterable<Condition>, slackMs: number): Iterable<[Condition, number]> {
    const passed = now - this.#lookedAt;
    this.#lookedAt = now;
    const seen = new Set<string>();
    for (const condition of conditions) {
      const { law, key, excuse, boundMs = (laws[law] as Law).boundMs ?? 0 } = condition;
      const name = `${law} ${key}`;
      seen.add(name);
      const before = this.#brokenMs.get(name);
      const lasted = before === undefined ? 0 : before + (excuse ? 0 : passed);
      this.#brokenMs.set(name, lasted);
      if (lasted > boundMs + slackMs) yield [condition, lasted];
    }
    for (const name of this.#brokenMs.keys()) if (!seen.has(name)) this.#brokenMs.delete(name);
  }

  /** Time passes that nobody could have used. */
  skipTo(now: number): void {
    this.#lookedAt = now;
  }
}
