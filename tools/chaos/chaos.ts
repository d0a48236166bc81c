import { rmSync, writeFileSync } from "node:fs";
import { readWish, usage, type Wish } from "./arguments.ts";
import { runKills } from "./kills.ts";
import { Luck } from "./luck.ts";
import { logs } from "./master-process.ts";
import type { Chaos } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import { Tally } from "./tally.ts";
import { textOf } from "./trace.ts";
import { Undo } from "./undo.ts";
import { now } from "./wait.ts";

/** Scenarios at a time in the short form. */
const lanes = 3;
const exitCodes = { clean: 0, lost: 1, badArguments: 14 } as const;

async function main(): Promise<number> {
  const wish = readOrExplain();
  if (!wish) return exitCodes.badArguments;
  rmSync(logs, { recursive: true, force: true });
  const tally = new Tally();
  await using undo = new Undo();
  const chaos: Chaos = { ...wish, tally, undo, luck: new Luck(wish.seed) };
  const stopped = new Promise<"stopped">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve("stopped"));
  });
  const parts: Tally[] = [];
  const isStopped = (await Promise.race([play(chaos, wish, parts), stopped])) === "stopped";
  for (const part of parts) tally.add(part);
  if (isStopped) tally.lose("stopped before the end");
  console.log(`\n${tally.text}`);
  for (const whom of ["world", "master"] as const)
    for (const one of tally.slowest[whom]) console.log(`slowest to a ${whom}: ${textOf(one)}`);
  for (const why of tally.untried) console.log(`not tried: ${why}`);
  for (const what of tally.losses) console.log(`lost: ${what}`);
  if (wish.json !== undefined) writeFileSync(wish.json, `${JSON.stringify(tally.result, null, 2)}\n`);
  return tally.lost === 0 ? exitCodes.clean : exitCodes.lost;
}

/** @param parts gets what each scenario has done, as far as it has come */
async function play(chaos: Chaos, { kills, only }: Wish, parts: Tally[]): Promise<void> {
  const isWanted = (name: string): boolean => (only.length > 0 ? only.includes(name) : kills === 0);
  const chosen = scenarios.filter(({ name }) => isWanted(name));
  const part = (): Chaos => {
    const tally = new Tally();
    parts.push(tally);
    return { ...chaos, tally };
  };
  const waiting = [...chosen];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const scenario = next;
      await one(part(), scenario.name, (own) => scenario.run(own));
    }
  };
  // Each has a data folder, ports and players of its own, and most of it is waiting.
  await Promise.all(Array.from({ length: chaos.isShort ? lanes : 1 }, lane));
  if (kills > 0) await one(part(), `${kills} kills`, (own) => runKills({ ...own, kills }));
}

/** One that fails does not keep the others from being tried. */
async function one(chaos: Chaos, name: string, run: (chaos: Chaos) => Promise<void>): Promise<void> {
  const { tally } = chaos;
  const began = now();
  try {
    await run(chaos);
  } catch (error) {
    tally.lose(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const outcome = tally.lost > 0 ? "FAILED" : "ok";
  console.log(`${name.padEnd(20)} ${outcome} (${((now() - began) / 1000).toFixed(1)} s)`);
}

function readOrExplain(): Wish | undefined {
  try {
    const wish = readWish(process.argv.slice(2));
    const unknown = wish.only.find((name) => !scenarios.some((scenario) => scenario.name === name));
    if (unknown !== undefined)
      throw new Error(`there is no scenario ${unknown}: ${scenarios.map(({ name }) => name).join(", ")}`);
    return wish;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

// What is still being waited for, such as a player that does not answer, does not keep it.
process.exit(await main());
