import { writeFileSync } from "node:fs";
import type { Hunt } from "#sim/jobs.ts";
import { Soak } from "#sim/soak.ts";
import { readJsonOption } from "./options.ts";

const usage = `npm run sim:bugs -- [--json FILE]
Plants every known mistake into the code under test, one at a time, and exits 1 when the laws miss more than 5 %.`;

/** A bug must be noticed within so many universes. */
const most = 200;
const leastCaught = 0.95;

async function run(json: string | undefined): Promise<number> {
  await using soak = new Soak();
  const hunts = await soak.hunt(most, (hunt) => console.log(told(hunt)));
  const missed = hunts.filter(({ caughtBy }) => caughtBy === undefined).map(({ name }) => name);
  const planted = hunts.length;
  const caught = planted - missed.length;
  console.log(`${caught} of ${planted} planted bugs caught`);
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ planted, caught, missed }, undefined, 2)}\n`);
  return caught / planted < leastCaught ? 1 : 0;
}

function told({ name, law, caughtBy, fired }: Hunt): string {
  if (caughtBy === undefined)
    return `MISSED  ${law.padEnd(4)} ${name} (fired: ${fired.join(", ") || "nothing"})`;
  return `caught  ${law.padEnd(4)} ${name} (seed ${caughtBy})`;
}

function readOrExplain(): { json: string | undefined } | undefined {
  try {
    return { json: readJsonOption(process.argv.slice(2)) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

const wish = readOrExplain();
process.exitCode = wish ? await run(wish.json) : 2;
