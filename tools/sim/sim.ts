import { writeFileSync } from "node:fs";
import { play } from "#sim/jobs.ts";
import { keep } from "#sim/corpus.ts";
import { engineCount } from "#sim/cluster.ts";
import { Soak } from "#sim/soak.ts";
import { coverage, emptyTally, type Tally } from "#sim/tally.ts";
import { readWish, usage, type Wish } from "./options.ts";
import { objectOf, tellBreaches, tellCircumstances, tellStory, tellTally, tellTotals } from "./telling.ts";

/** One universe on this thread, told. */
async function tellOne({ suite, engines, first, grep }: Wish): Promise<Tally> {
  const tally = emptyTally();
  const report = await play({ seed: first, suite, engines: engineCount[engines] }, tally);
  if (!report) return tally;
  const { circumstances, trace, hash } = report;
  if (grep) console.log(trace.filter((line) => grep.test(line)).join("\n"));
  else
    console.log(
      [
        ...tellCircumstances(circumstances),
        "",
        ...tellStory(report),
        "",
        tellTally(tally.counts),
        `trace ${hash}`,
      ].join("\n"),
    );
  return tally;
}

/** Many universes on every core. Ctrl-C ends it with what it has. */
async function soak({ suite, engines, first, count }: Wish): Promise<Tally> {
  await using soak = new Soak();
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const began = performance.now();
  const progress = (sofar: Tally): void => {
    if (!process.stderr.isTTY) return;
    const line = tellTotals(suite, sofar, (performance.now() - began) / 1000).at(-1) ?? "";
    process.stderr.write(`\r\u001B[K${line.slice(0, process.stderr.columns - 1)}`);
  };
  const tally = await soak.play(
    { suite, engines: engineCount[engines], first, count },
    { progress, signal: stop.signal },
  );
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  return tally;
}

async function run(wish: Wish): Promise<number> {
  const { suite, engines } = wish;
  const began = performance.now();
  const tally = await (wish.isOne ? tellOne(wish) : soak(wish));
  console.log(tellBreaches(tally).join("\n"));
  if (wish.isStrayList)
    console.log(
      `inputs no cell was for:\n${tellTally(tally.strays)}\ncells not reached: ${coverage(tally).missed.join(" ")}`,
    );
  console.log(tellTotals(suite, tally, (performance.now() - began) / 1000).join("\n"));
  if (wish.json !== undefined)
    writeFileSync(wish.json, `${JSON.stringify(objectOf(suite, tally), undefined, 2)}\n`);
  if (wish.keep !== undefined) keep(tally.breaches, { suite, engines, found: wish.keep });
  return tally.breaches.length === 0 ? 0 : 1;
}

/** Says what is wrong with a wish and how to make a better one. */
function readOrExplain(): Wish | undefined {
  try {
    return readWish(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

const wish = readOrExplain();
process.exitCode = wish ? await run(wish) : 2;
