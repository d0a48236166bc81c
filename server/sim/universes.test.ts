import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineCount, simulate } from "./cluster.ts";
import type { Suite } from "./faults.ts";
import { Soak } from "./soak.ts";
import { add, coverage, emptyTally, shareOf, total, type Tally } from "./tally.ts";
import { guises, oddTempers } from "./tempers.ts";
import { showProgress } from "./testing.ts";

let soak: Soak;
const all = emptyTally();
beforeAll(() => void (soak = new Soak()));
afterAll(() => soak[Symbol.asyncDispose]());

type Engines = keyof typeof engineCount;

async function play(suite: Suite, count: number, engines: Engines = "one", first = 1): Promise<Tally> {
  const range = { suite, engines: engineCount[engines], first, count };
  const tally = await soak.play(range, { progress: showProgress(`${suite}, ${engines}`, count) });
  add(all, tally);
  const told = tally.breaches.map(
    ({ seed, law, at, text }) =>
      `npm run sim -- --suite ${suite} --engines ${engines} --seed ${seed}: ${law} after ${Math.round(at)} ms: ${text}`,
  );
  expect(told).toEqual([]);
  return tally;
}

/** None of it proves anything if nothing happens: how often at least, per universe. */
function expectAtLeast(floors: Record<string, number>, tally: Tally): void {
  for (const [what, floor] of Object.entries(floors))
    expect(total(tally, what) / tally.universes, `${what} per universe`).toBeGreaterThan(floor);
}

/** And not all of it in a few: in which share of the universes at least. */
function expectSpread(floors: Record<string, number>, tally: Tally): void {
  for (const [what, floor] of Object.entries(floors))
    expect(shareOf(tally, what), `share of universes with ${what}`).toBeGreaterThanOrEqual(floor);
}

/** Every kind of trouble a mixed universe may draw: one that no longer happens proves nothing any more. */
const trouble = [
  ["crash", "freeze", "cut", "halfOpen", "clog", "kill", "jam", "slowCommits"],
  ["failedCommits", "lostAnswers", "cutCommits", "packFails", "liar", "lies"],
  oddTempers.filter((temper) => temper !== "impostor"),
  ["stop", "repack", "upgrade", "evacuate", "knock", "stall", "clockStep"],
  ["login", "cancel", "reload", "duplicate", "cling", "cheat", "babble", "forge"],
].flat();
const everyTrouble = Object.fromEntries([
  ...trouble.map((what) => [what, 0.05]),
  ...guises.map((what) => [what, 0.015]),
]) as Record<string, number>;

describe("every law holds", () => {
  test("when anything may go wrong at any time", async () => {
    const tally = await play("mixed", 2_000);
    expectAtLeast(
      { arrivals: 25, refusals: 12, worldCrashes: 1.5, restarts: 0.5, freeze: 0.8, kills: 0.5, stalls: 0.3 },
      tally,
    );
    expectAtLeast(everyTrouble, tally);
    expectSpread({ arrivals: 1, refusals: 0.9, worldCrashes: 0.4, restarts: 0.12 }, tally);
  });

  test("when several engines share the machines, and one of them or all are killed", async () => {
    const tally = await play("mixed", 200, "many");
    expectAtLeast({ arrivals: 20, restarts: 0.4, worldCrashes: 1 }, tally);
    expectAtLeast({ arrivals: 18, restarts: 4 }, await play("restart", 50, "many"));
    const calm = await play("calm", 50, "many");
    expectAtLeast({ arrivals: 25 }, calm);
    expect(total(calm, "refusals")).toBe(0);
  });

  test("when everything goes wrong at once", async () => {
    const tally = await play("storm", 50);
    expectAtLeast({ arrivals: 40, worldCrashes: 5, restarts: 3 }, tally);
  });

  test("in calm weather, where nothing may be refused", async () => {
    const tally = await play("calm", 500);
    expectAtLeast({ arrivals: 25 }, tally);
    expectSpread({ arrivals: 1 }, tally);
    expect(total(tally, "refusals")).toBe(0);
  });

  test("while the master is killed again and again", async () => {
    const tally = await play("restart", 500);
    expectAtLeast({ arrivals: 18, restarts: 4 }, tally);
    expectSpread({ arrivals: 1, restarts: 0.95 }, tally);
  });
});

test("one engine and several come to the same rest: everybody who plays is in a world", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const [one, many] = [
      await simulate({ seed, suite: "mixed" }),
      await simulate({ seed, suite: "mixed", engines: engineCount.many }),
    ];
    expect(many.circumstances).toEqual(one.circumstances);
    const isSomewhere = [one, many].map(({ rest }) => rest.map((world) => world !== undefined));
    expect(isSomewhere[1], `seed ${seed}`).toEqual(isSomewhere[0]);
  }
});

test("the tables are walked: cells that no universe reached are few", () => {
  const { share, missed } = coverage(all);
  console.log(`${(share * 100).toFixed(1)} % of the cells reached; not: ${missed.join(" ")}`);
  const strays = [...all.strays].sort((a, b) => b[1] - a[1]);
  console.log(`inputs no cell was for: ${strays.map(([name, number]) => `${name} ${number}`).join(", ")}`);
  expect(share).toBeGreaterThan(0.85);
});
