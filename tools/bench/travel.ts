import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { usageOf } from "#tools/smoke/process-usage.ts";
import { figuresOf, type Figures } from "./figures.ts";
import { machineLine } from "./machine.ts";
import { writeSection } from "./section.ts";
import { Travellers } from "./travellers.ts";
import { browserJourneys } from "./browser-journeys.ts";

const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const worlds = ["hub", "left_world", "right_world", "top_world"];
const crowd = 12;
/** Longer than a run: no world is stopped for being empty. */
const neverIdle = { WORLD_IDLE_SECONDS: 3600 };

const { values } = parseArgs({
  options: {
    warm: { type: "string", default: "200" },
    cold: { type: "string", default: "30" },
    rounds: { type: "string", default: "20" },
    browser: { type: "string", default: "20" },
    write: { type: "boolean", default: true },
  },
  allowNegative: true,
});

const machine = machineLine();
const rows: [string, Figures][] = [];
const measured = (what: string, times: number[]): void => {
  const figures = figuresOf(times);
  rows.push([what, figures]);
  console.log(`BENCH_TRAVEL ${what}: ${JSON.stringify(figures)}`);
};

measured("warm: the target runs", await warm(Number(values.warm)));
measured("cold, one spare", await cold(Number(values.cold), 1));
measured("cold, no spare", await cold(Number(values.cold), 0));
const { times, chat, ticket, ready } = await together(Number(values.rounds));
measured(`warm, ${crowd} at once`, times);
if (Number(values.browser) > 0)
  measured("warm, Chromium, to the first drawn frame", await browserJourneys(Number(values.browser)));
const memory = await memoryRows();
const text = report();
if (values.write) writeSection(page, "travel", text, "Benchmarks");
console.log(text);

async function warm(count: number): Promise<number[]> {
  await using travellers = new Travellers(neverIdle);
  await travellers.open(1);
  const times: number[] = [];
  for (let n = 0; n < count; n++) times.push(...(await travellers.goAtOnce()));
  return times;
}

async function cold(count: number, spares: number): Promise<number[]> {
  await using travellers = new Travellers({ WORLD_IDLE_SECONDS: 0, WARM_SPARES: spares });
  await travellers.open(1);
  const times: number[] = [];
  await travellers.goCold();
  for (let n = 0; n < count; n++) times.push(await travellers.goCold());
  return times;
}

async function together(rounds: number) {
  await using travellers = new Travellers(neverIdle);
  await travellers.open(crowd);
  const times: number[] = [];
  for (let n = 0; n < rounds; n++) times.push(...(await travellers.goAtOnce()));
  const echoes = await travellers.say();
  return {
    times,
    chat: figuresOf(echoes).p50,
    ticket: await travellers.average("world_join_ticket"),
    ready: await travellers.average("world_ready"),
  };
}

/** Master and worlds after everybody has been everywhere and gone: resident and proportional megabytes. */
async function memoryRows(): Promise<string[]> {
  await using travellers = new Travellers(neverIdle);
  await travellers.open(1);
  await travellers.tour(["top_world", "right_world", "hub"]);
  const line = (what: string, pid: number): string => {
    const { rssMb, pssMb } = usageOf(pid) ?? { rssMb: Number.NaN, pssMb: Number.NaN };
    return `| ${what} | ${rssMb.toFixed(1)} | ${pssMb.toFixed(1)} |`;
  };
  const { master } = travellers;
  return [line("master", master.pid), ...worlds.map((key) => line(`world \`${key}\``, master.worldPid(key)))];
}

function report(): string {
  const ms = (value: number): string => value.toFixed(1);
  const journeys = rows.map(
    ([what, { count, p50, p95, p99, max }]) =>
      `| ${[what, count, ms(p50), ms(p95), ms(p99), ms(max)].join(" | ")} |`,
  );
  return `## Travel

${machine}. \`npm run bench:travel\` writes this section.

From sending \`portal.use\` to applying the new world's first full state, by the headless client, its pack cached (found,
its digest checked, unpacked). Milliseconds. Players, master and worlds share the machine; the ${crowd} at once share one
process as well.

| journey | count | p50 | p95 | p99 | max |
|---|---|---|---|---|---|
${journeys.join("\n")}

VirtuCade's own figures with 10 clients at 20 Hz, on its author's machine: join ticket 128.9 ms, world ready 651.0 ms,
transfer 1246.8 ms, chat 61.9 ms. Here with ${crowd}: join ticket ${ms(ticket)} ms, world ready ${ms(ready)} ms (averages),
transfer ${ms(rows[3]?.[1].p50 ?? Number.NaN)} ms, chat ${ms(chat)} ms (medians).

Memory after one player has been in every world; megabytes resident, and proportional (pages that processes share are
counted once, divided among them). VirtuCade: about 93 MB a process.

| process | RSS | PSS |
|---|---|---|
${memory.join("\n")}
`;
}
