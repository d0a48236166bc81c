import { expect, test } from "vitest";
import { engineCount } from "./cluster.ts";
import { readCorpus } from "./corpus.ts";
import { suites } from "./faults.ts";
import { Soak } from "./soak.ts";
import { showProgress } from "./testing.ts";

test("no seed that ever broke a law breaks one again", async () => {
  await using soak = new Soak();
  const corpus = readCorpus();
  const broken = [];
  for (const suite of suites)
    for (const engines of Object.keys(engineCount) as (keyof typeof engineCount)[]) {
      const seeds = [
        ...new Set(
          corpus.filter((kept) => kept.suite === suite && kept.engines === engines).map(({ seed }) => seed),
        ),
      ];
      const { breaches } = await soak.playSeeds(
        { suite, engines: engineCount[engines], seeds },
        { progress: showProgress(`corpus, ${suite}, ${engines}`, seeds.length) },
      );
      for (const { seed, law, text } of breaches)
        broken.push(`npm run sim -- --suite ${suite} --engines ${engines} --seed ${seed}: ${law}: ${text}`);
    }
  expect(broken).toEqual([]);
});

test("a line that is no kept seed is refused by its number", () => {
  const good = { seed: 1, suite: "mixed", engines: "one", law: "S1", found: "a sentence", on: "2026-11-21" };
  expect(readCorpus(JSON.stringify(good))).toEqual([good]);
  const bad = [
    { ...good, suite: "odd" },
    { ...good, engines: 3 },
    { ...good, seed: 1.5 },
    { ...good, found: "" },
  ];
  for (const line of bad)
    expect(() => readCorpus(`${JSON.stringify(good)}\n${JSON.stringify(line)}`)).toThrow("line 2");
});
