import { simulate, type Options } from "./cluster.ts";
import type { Report } from "./report.ts";
import type { Suite } from "./faults.ts";
import { plantedBugs, strangeLuck } from "./planted-bugs.ts";
import { addReport, emptyTally, type Breach, type Tally } from "./tally.ts";

export interface Universes {
  readonly suite: Suite;
  readonly engines: number;
  readonly seeds: readonly number[];
}

/** What a thread can be asked to do. */
export type Job =
  | ({ readonly type: "play" } & Universes)
  /** Each universe twice: what did not happen the same way again. */
  | ({ readonly type: "hash" } & Universes)
  | { readonly type: "hunt"; readonly bug: number; readonly most: number };

export interface Hunt {
  readonly name: string;
  readonly law: string;
  /** The first seed that noticed, and not without the bug; `undefined` when none did. */
  readonly caughtBy: number | undefined;
  /** Every law that fired on the way. */
  readonly fired: readonly string[];
}

export type Outcome =
  | { readonly type: "played"; readonly tally: Tally }
  | { readonly type: "hashed"; readonly hashes: readonly string[] }
  | { readonly type: "hunted"; readonly hunt: Hunt };

export async function perform(job: Job): Promise<Outcome> {
  if (job.type === "hunt") return { type: "hunted", hunt: await hunt(job.bug, job.most) };
  const { suite, engines, seeds } = job;
  if (job.type === "hash") {
    const hashes = [];
    for (const seed of seeds) hashes.push((await simulate({ seed, suite, engines })).hash);
    return { type: "hashed", hashes };
  }
  const tally = emptyTally();
  for (const seed of seeds) await play({ seed, suite, engines }, tally);
  return { type: "played", tally };
}

/** Plays one universe to its end. Code that throws breaks it like a law does, and the next one is played. */
export async function play(options: Options, tally: Tally): Promise<Report | undefined> {
  const defects: Breach[] = [];
  const blame = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    defects.push({ seed: options.seed, law: "defect", at: 0, text });
  };
  process.on("unhandledRejection", blame);
  try {
    const report = await simulate(options);
    addReport(tally, report);
    return report;
  } catch (error) {
    blame(error);
    return undefined;
  } finally {
    process.off("unhandledRejection", blame);
    tally.breaches.push(...defects.slice(0, 1));
  }
}

/** Bugs that can be planted: those of the list, and luck that is not of the universe. */
export const bugCount = plantedBugs.length + 1;

async function hunt(index: number, most: number): Promise<Hunt> {
  const bug = plantedBugs[index];
  if (!bug) return huntStrangeLuck();
  const { name, law, suite = "mixed", code, change } = bug;
  const fired = new Set<string>();
  for (let seed = 1; seed <= most; seed++) {
    const universe = { seed, suite, ...(change && { change }) };
    const planted = await lawsBroken({ ...universe, code: code() });
    for (const broken of planted) fired.add(broken);
    // The same universe without the bug: what is broken there too says nothing about it.
    if (planted.includes(law) && !(await lawsBroken(universe)).includes(law))
      return { name, law, caughtBy: seed, fired: [...fired] };
  }
  return { name, law, caughtBy: undefined, fired: [...fired] };
}

async function lawsBroken(options: Options): Promise<readonly string[]> {
  const tally = emptyTally();
  await play(options, tally);
  return tally.breaches.map((breach) => breach.law);
}

/** S28 is not seen in one universe, only in the same one twice. */
async function huntStrangeLuck(): Promise<Hunt> {
  const [name, law, seed] = ["luck is not drawn from the seed", "S28", 3] as const;
  const stories = new Set<string>();
  for (let run = 0; run < 2; run++)
    stories.add((await simulate({ seed, suite: "mixed", code: strangeLuck() })).hash);
  const isCaught = stories.size === 2;
  return { name, law, caughtBy: isCaught ? seed : undefined, fired: isCaught ? [law] : [] };
}
