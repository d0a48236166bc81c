import { usageOf } from "#tools/smoke/process-usage.ts";
import { SmokeFailure } from "#tools/smoke/smoke-run.ts";
import { browserJourneys } from "./browser-journeys.ts";
import { figuresOf } from "./figures.ts";
import type { ModeName, Row } from "./row.ts";
import { Travellers } from "./travellers.ts";
import { combinations } from "./workload.ts";
import type { Workload } from "./workload.ts";

const crowd = 12;
const journeys = { warm: 60, crowdRounds: 10, cold: 12, browser: 20 } as const;
/** Longer than a run: no world is stopped for being empty. */
const neverIdle = { WORLD_IDLE_SECONDS: 3600 };

export const travel: Workload = {
  name: "travel",
  about: `From sending \`portal.use\` to applying the new world's first full state, by the headless client, its pack cached
(found, its digest checked, unpacked): \`warm\` to a world that runs, \`cold-spare\` and \`cold\` to one that has to be
started, with and without a warm spare, by one player or by all at the same moment. Players, master and worlds share the machine; those who travel at once share one
process as well. Nobody sees neither world: the old one is drawn until the new one is.`,
  modes: ["warm", "cold-spare", "cold"],
  systems: ["portcade"],
  sharesCores: true,
  async *run(options) {
    const { progress, note } = options;
    for (const { mode, run } of combinations(options))
      for (const n of sizesOf(options.n)) {
        progress(`${mode}, N = ${n}, run ${run}`);
        const { p50, p99 } = figuresOf(await timesOf(mode, n));
        yield { workload: "travel", mode, system: "portcade", n, p50Ms: p50, p99Ms: p99 } satisfies Row;
      }
    if (!options.modes.includes("warm")) return;
    progress("a page in Chromium, and memory");
    note(await browserNote());
    note(await latenciesNote());
    note(await memoryNote());
  },
};

const sizesOf = (asked: number | undefined): readonly number[] =>
  asked === undefined ? [1, crowd] : [asked];

async function timesOf(mode: ModeName, n: number): Promise<number[]> {
  const cold = { WORLD_IDLE_SECONDS: 0, WARM_SPARES: mode === "cold-spare" ? 1 : 0 };
  await using travellers = new Travellers(mode === "warm" ? neverIdle : cold);
  await travellers.open(n);
  const times: number[] = [];
  if (mode === "warm") {
    const rounds = n === 1 ? journeys.warm : journeys.crowdRounds;
    for (let round = 0; round < rounds; round++) times.push(...(await travellers.goAtOnce()));
    return times;
  }
  await travellers.goCold();
  for (let round = 0; round < journeys.cold; round++) times.push(...(await travellers.goCold()));
  return times;
}

async function browserNote(): Promise<string> {
  try {
    const { count, p50, p99 } = figuresOf(await browserJourneys(journeys.browser));
    return `A page in Chromium (canvas), warm, from the key to the first drawn frame of the new world: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${count} journeys.`;
  } catch (error) {
    if (!(error instanceof SmokeFailure)) throw error;
    return `No page was measured: ${error.message}`;
  }
}

/** What VirtuCade's author measured, and the same here. */
async function latenciesNote(): Promise<string> {
  await using travellers = new Travellers(neverIdle);
  await travellers.open(crowd);
  const transfer = figuresOf(await travellers.goAtOnce()).p50;
  const chat = figuresOf(await travellers.say()).p50;
  const ticket = await travellers.average("world_join_ticket");
  const ready = await travellers.average("world_ready");
  const [t, r, x, c] = [ticket, ready, transfer, chat].map((value) => `${value.toFixed(1)} ms`);
  return `VirtuCade with 10 clients at 20 Hz, on its author's machine: join ticket 128.9 ms, world ready 651.0 ms, transfer
1246.8 ms, chat 61.9 ms. Here with ${crowd}: join ticket ${t}, world ready ${r} (averages), transfer ${x}, chat ${c} (medians).`;
}

/** Master and worlds after somebody has been everywhere and stands in the hub: megabytes. */
async function memoryNote(): Promise<string> {
  await using travellers = new Travellers(neverIdle);
  await travellers.open(1);
  await travellers.tour(["top_world", "right_world", "hub"]);
  const { master } = travellers;
  const worlds = ["hub", "left_world", "right_world", "top_world"];
  const pids = [master.pid, ...worlds.map((key) => master.worldPid(key))];
  const usages = pids.map((pid) => usageOf(pid));
  const lines = usages.map((usage, at) => {
    const cells = [usage?.rssMb, usage?.pssMb, usage?.privateMb].map((mb) => mb?.toFixed(1) ?? "–");
    return `| ${at === 0 ? "master" : `world \`${worlds[at - 1]}\``} | ${cells.join(" | ")} |`;
  });
  const sum = usages.reduce((all, usage) => all + (usage?.pssMb ?? 0), 0).toFixed(1);
  return `Memory after one player has been in every world, megabytes: resident, proportional (pages that processes share are
divided among them) and private. VirtuCade: about 93 MB a process, 453 MB for master and four worlds.

| process | RSS | PSS | private |
|---|---|---|---|
${lines.join("\n")}
| sum | | ${sum} | |`;
}
