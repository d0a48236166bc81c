import type { Usage } from "#tools/smoke/process-usage.ts";
import { combinations } from "./workload.ts";
import type { Workload } from "./workload.ts";
import { startPeer, startWorld } from "./start-process.ts";
import type { Start } from "./start-process.ts";
import type { ModeName, SystemName } from "./row.ts";
import { medianOf } from "./table.ts";

/** Starts that make one row: their median. */
const startsOfOneRow = 5;

export const start: Workload = {
  name: "start",
  about: `One server process and nobody in it. \`cold\`: from \`spawn()\` until it listens, a world also until it has
registered with its master; \`cold-spare\`: a world's process that was started ahead of need, from its order until it has.
Every row is the median of ${startsOfOneRow} starts, memory that of the idle process a second later; then it must still be reached.
The peers are bare servers with one empty room. Below stand what Node alone takes, and the memory that no other process shares.`,
  modes: ["cold", "cold-spare"],
  systems: ["portcade", "colyseus-view", "socketio", "ws-json"],
  async *run(options) {
    const { progress, reject, note } = options;
    const notes = [lineOf("Node alone, cold", await several(() => startPeer("node")))];
    for (const { mode, system, run } of combinations(options)) {
      if (mode === "cold-spare" && system !== "portcade") continue;
      progress(`${system}, ${mode}, run ${run}`);
      try {
        const starts = await several(() => once(system, mode));
        notes.push(lineOf(`${system}, ${mode}`, starts));
        yield { workload: "start", mode, system, n: 1, ...figuresOf(starts) };
      } catch (error) {
        reject(`${system}, ${mode}`, error instanceof Error ? error.message : String(error));
      }
    }
    note(notes.join("\n"));
  },
};

const once = (system: SystemName, mode: ModeName): Promise<Start> =>
  system === "portcade" ? startWorld(mode === "cold-spare") : startPeer(system);

/** One after the other; the first brings everything into the page cache and does not count. */
async function several(once: () => Promise<Start>): Promise<Start[]> {
  const starts: Start[] = [];
  for (let n = 0; n <= startsOfOneRow; n++) starts.push(await once());
  return starts.slice(1);
}

const figuresOf = (starts: readonly Start[]): { startMs: number; rssMB: number } => ({
  startMs: medianOf(starts.map(({ startMs }) => startMs)),
  rssMB: medianOf(starts.map(({ idle }) => idle.rssMb)),
});

function lineOf(what: string, starts: readonly Start[]): string {
  const { startMs } = figuresOf(starts);
  const memory = memoryOf(starts.map(({ idle }) => idle));
  const waiting = starts.flatMap((one) => one.waiting ?? []);
  const before = waiting.length === 0 ? "" : `; before its order ${memoryOf(waiting)}`;
  return `- ${what}: ${startMs.toFixed(1)} ms; ${memory}${before}`;
}

function memoryOf(usages: readonly Usage[]): string {
  const [rss, pss, own] = (["rssMb", "pssMb", "privateMb"] as const).map((name) =>
    medianOf(usages.map((usage) => usage[name])).toFixed(1),
  );
  return `RSS ${rss}, PSS ${pss}, private ${own} MB`;
}
