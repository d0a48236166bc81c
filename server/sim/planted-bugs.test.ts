import { describe, expect, test } from "vitest";
import { simulate } from "./cluster.ts";
import { plantedBugs, strangeLuck } from "./planted-bugs.ts";

const most = 60;

describe("the laws notice", () => {
  test.each(plantedBugs)("that $name ($law)", async ({ law, suite = "mixed", code, change }) => {
    const fired = new Set<string>();
    for (let seed = 1; seed <= most && !fired.has(law); seed++) {
      const report = await simulate({ seed, suite, code: code(), ...(change && { change }) });
      for (const { law } of report.violations) fired.add(law);
    }
    expect([...fired]).toContain(law);
  });

  test("that the same seed tells another story (S28)", async () => {
    const stories = new Set<string>();
    for (let run = 0; run < 2; run++)
      stories.add((await simulate({ seed: 3, suite: "mixed", code: strangeLuck() })).hash);
    expect(stories.size).toBe(2);
  });
});
