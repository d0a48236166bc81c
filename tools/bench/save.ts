import { fileURLToPath } from "node:url";
import { LoadProcess } from "./load-process.ts";
import type { Saved, SaveOrder } from "./save-load.ts";
import type { Workload } from "./workload.ts";

const generator = fileURLToPath(new URL("save-load.ts", import.meta.url));
const playersOfOneBatch = 500;
const [warmBatches, batches] = [100, 600];

export const save: Workload = {
  name: "save",
  about: `The master's own store: N players' places in one transaction to \`runtime.db\`, as a window of periodic saves
brings them, ${batches} times without a pause. Milliseconds are how long one batch keeps the loop; the rate is of rows.
A second start must find what was saved last.`,
  modes: [],
  systems: ["portcade"],
  async *run({ n = playersOfOneBatch, runs, systems, progress, reject, note }) {
    if (!systems.includes("portcade")) return;
    const rates: string[] = [];
    for (let run = 1; run <= runs; run++) {
      progress(`N = ${n}, run ${run}`);
      try {
        const { ms, rows, seconds } = await saveOnce({ n, warmBatches, batches });
        rates.push(`${Math.round(rows / seconds / 1000)} k`);
        yield {
          workload: "save",
          system: "portcade",
          n,
          p50Ms: ms.p50,
          p99Ms: ms.p99,
          deliveredPerCoreSecond: rows / seconds,
        };
      } catch (error) {
        reject(`N = ${n}`, error instanceof Error ? error.message : String(error));
      }
    }
    if (rates.length > 0) note(`"Delivered" are rows saved a second: ${rates.join(", ")}.`);
  },
};

async function saveOnce(order: SaveOrder): Promise<Saved> {
  await using load = new LoadProcess(generator, order);
  await load.hear("ready");
  load.goOn();
  const saved = await load.hear<Saved>("saved");
  if (saved.faults.length > 0) throw new Error(saved.faults.join("; "));
  return saved;
}
