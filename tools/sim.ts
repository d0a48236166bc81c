import { parseArgs } from "node:util";
import { simulate, type Report } from "#sim/cluster.ts";
import { suites, type Suite } from "#sim/faults.ts";

const usage = `npm run sim -- [--suite ${suites.join("|")}] [--seed 42 | --seeds 500 --from 1000] [--strays] [--grep session:s2]
Plays universes and exits 1 when one of them broke a law. With --seed the story is told, with --grep every line
of it that matches.`;

interface Wish {
  readonly suite: Suite;
  readonly first: number;
  readonly count: number;
  readonly isOne: boolean;
  readonly strays: boolean;
  readonly grep?: RegExp | undefined;
}

/** What is to be played; throws a sentence for a wish that cannot be. */
function read(): Wish {
  const { values } = parseArgs({
    options: {
      suite: { type: "string", default: "mixed" },
      seed: { type: "string" },
      seeds: { type: "string", default: "100" },
      from: { type: "string", default: "1" },
      strays: { type: "boolean", default: false },
      grep: { type: "string" },
    },
  });
  const suite = suites.find((name) => name === values.suite);
  if (!suite) throw new Error(`--suite is ${values.suite}, and must be one of ${suites.join(", ")}`);
  const isOne = values.seed !== undefined;
  return {
    suite,
    first: number("seed", values.seed ?? values.from),
    count: isOne ? 1 : number("seeds", values.seeds),
    isOne,
    strays: values.strays,
    grep: values.grep === undefined ? undefined : new RegExp(values.grep),
  };
}

function number(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is ${text}, and must be a whole number`);
  return Number(text);
}

class Tally extends Map<string, number> {
  add(more: Iterable<readonly [string, number]>): void {
    for (const [name, count] of more) this.set(name, (this.get(name) ?? 0) + count);
  }

  override toString(): string {
    const sorted = [...this].sort((a, b) => b[1] - a[1]);
    return sorted.map(([name, count]) => `${String(count).padStart(8)}  ${name}`).join("\n");
  }
}

async function play({ suite, first, count, isOne, strays, grep }: Wish): Promise<boolean> {
  const sums = { counts: new Tally(), cells: new Tally(), strays: new Tally() };
  const broken: Report[] = [];
  const began = performance.now();
  for (let seed = first; seed < first + count; seed++) {
    const report = await simulate({ seed, suite }).catch((error: unknown) => {
      throw new Error(`the universe of seed ${seed} ended early`, { cause: error });
    });
    sums.counts.add(Object.entries(report.counts));
    sums.cells.add(report.cells);
    sums.strays.add(report.strays);
    if (grep) for (const line of report.trace) if (grep.test(line)) console.log(line);
    for (const { law, at, text } of report.violations)
      console.log(`seed ${seed}: ${law} after ${Math.round(at)} ms: ${text}`);
    if (report.violations.length > 0) broken.push(report);
  }
  for (const { story } of isOne && !grep ? broken : []) console.log(story.join("\n"));
  if (isOne) console.log(String(sums.counts));
  if (strays) console.log(`inputs no cell was for:\n${String(sums.strays)}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const happened = ["arrivals", "refusals", "crash", "restarts"].map(
    (name) => `${name} ${sums.counts.get(name) ?? 0}`,
  );
  console.log(`${happened.join(", ")}; ${sums.cells.size} cells, ${sums.strays.size} kinds of strays`);
  console.log(`${suite}: ${count} universes in ${seconds} s, ${broken.length} broke a law`);
  return broken.length === 0;
}

/** Says what is wrong with a wish and how to make a better one. */
function readOrExplain(): Wish | undefined {
  try {
    return read();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return undefined;
  }
}

const wish = readOrExplain();
process.exitCode = wish ? ((await play(wish)) ? 0 : 1) : 2;
