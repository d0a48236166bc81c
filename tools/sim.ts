import { parseArgs } from "node:util";
import { simulate, type Report } from "#sim/cluster.ts";
import type { Suite } from "#sim/faults.ts";

/** `npm run sim -- --seed 42`, or `--seeds 500 --from 1000 --suite restart`. Exits 1 when a law is broken. */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    suite: { type: "string", default: "mixed" },
    strays: { type: "boolean", default: false },
    grep: { type: "string" },
  },
});

const suites: readonly string[] = ["mixed", "calm", "restart"] satisfies Suite[];
if (!suites.includes(values.suite)) {
  console.error(`--suite must be one of ${suites.join(", ")}`);
  process.exit(2);
}
const suite = values.suite as Suite;
const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;

const broken: Report[] = [];
const counts = new Map<string, number>();
const cells = new Map<string, number>();
const strays = new Map<string, number>();
const add = (sum: Map<string, number>, more: Iterable<[string, number]>): void => {
  for (const [name, number] of more) sum.set(name, (sum.get(name) ?? 0) + number);
};
const table = (tally: Map<string, number>): string =>
  [...tally]
    .sort((a, b) => b[1] - a[1])
    .map(([name, number]) => `${String(number).padStart(8)}  ${name}`)
    .join("\n");

const began = performance.now();
for (let seed = first; seed < first + count; seed++) {
  const report = await simulate({ seed, suite });
  add(counts, Object.entries(report.counts));
  add(cells, report.cells);
  add(strays, report.strays);
  if (values.grep !== undefined)
    for (const line of report.trace) if (new RegExp(values.grep).test(line)) console.log(line);
  if (report.violations.length === 0) continue;
  broken.push(report);
  for (const { law, at, text } of report.violations)
    console.log(`seed ${seed}: ${law} after ${Math.round(at)} ms: ${text}`);
}

if (values.seed !== undefined) {
  console.log(broken[0]?.story.join("\n") ?? "");
  console.log(table(counts));
}
if (values.strays) console.log(`inputs no cell was for:\n${table(strays)}`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  `${suite}: ${count} seeds in ${seconds} s, ${broken.length} broke a law; ${cells.size} cells, ${strays.size} kinds of strays`,
);
console.log(
  `arrivals ${counts.get("arrivals") ?? 0}, refusals ${counts.get("refusals") ?? 0}, crashes ${counts.get("crash") ?? 0}, restarts ${counts.get("restarts") ?? 0}`,
);
process.exitCode = broken.length > 0 ? 1 : 0;
