import { beforeAll, describe, expect, test } from "vitest";
import { bugCount, type Hunt } from "./jobs.ts";
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

describe("the laws notice", () => {
  test.each(plantedBugs)("that $name ($law)", ({ name, law }) => {
    const hunt = hunts.find((hunt) => hunt.name === name);
    expect(hunt?.fired).toContain(law);
  });

  test("that the same seed tells another story (S28)", () => {
    expect(hunts).toHaveLength(bugCount);
    expect(hunts.at(-1)).toMatchObject({ law: "S28", fired: ["S28"] });
  });
});
