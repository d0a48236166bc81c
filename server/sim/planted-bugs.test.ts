import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { bugCount, type Hunt } from "./jobs.ts";
import { laws } from "./laws.ts";
import { plantedBugs } from "./planted-bugs.ts";
import { Soak } from "./soak.ts";

/** A bug must be noticed within so many universes. */
const most = 200;
let hunts: readonly Hunt[] = [];

beforeAll(async () => {
  await using soak = new Soak();
  hunts = await soak.hunt(most, ({ name, caughtBy }) => {
    process.stderr.write(`${caughtBy === undefined ? "MISSED" : `seed ${caughtBy}`}: ${name}\n`);
  });
}, 300_000);

describe("the laws notice, and not without the bug,", () => {
  test.each(plantedBugs)("that $name ($law)", ({ name, law }) => {
    const hunt = hunts.find((hunt) => hunt.name === name);
    expect(hunt).toMatchObject({ law, caughtBy: expect.any(Number) as number });
  });

  test("that the same seed tells another story (S28)", () => {
    expect(hunts).toHaveLength(bugCount);
    expect(hunts.at(-1)).toMatchObject({ law: "S28", caughtBy: 3 });
  });
});

test("every law has a bug that breaks it", () => {
  const broken = new Set(hunts.flatMap(({ law, caughtBy }) => (caughtBy === undefined ? [] : [law])));
  expect([...broken].toSorted()).toEqual(Object.keys(laws).toSorted());
});

test("every known race and hole has a planted bug, or a reason in writing why it has none", () => {
  const page = readFileSync(new URL("../../docs/simulation.md", import.meta.url), "utf8");
  const [, excused = ""] = page.split("## Known races without a planted bug");
  const rows = [
    ...Array.from({ length: 19 }, (_, at) => `F${at + 1}`),
    ...Array.from({ length: 50 }, (_, at) => `H${at + 1}`),
  ];
  const planted = new Set(plantedBugs.map(({ row }) => row));
  const isExcused = (row: string): boolean => new RegExp(`^\\|.*\\b${row}\\b.*\\|.*\\|$`, "m").test(excused);
  for (const row of rows) expect([row, planted.has(row) !== isExcused(row)]).toEqual([row, true]);
});
