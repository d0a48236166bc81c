import { fileURLToPath } from "node:url";
import { CpuMeter } from "./cpu-meter.ts";
import { figuresOf } from "./figures.ts";
import { LoadProcess } from "./load-process.ts";
import { loadCpuMost } from "./row.ts";
import type { Row } from "./row.ts";
import type { SmallOrder, SmallWindow } from "./small-load.ts";
import { SmallStack, whyNoStack } from "./small-stack.ts";
import type { RunOptions, Workload } from "./workload.ts";

const generator = fileURLToPath(new URL("small-load.ts", import.meta.url));
const memoryMb = 512;
/** What most journeys must not take longer than. */
const aimMs = 1000;
/** Each step has about an eighth more players than the one before. */
const steps = [
  10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 115, 130, 145, 160, 180, 200, 225, 250, 280, 320, 360, 400,
];
const windowMs = 20_000;

/** What so many players had of it. */
interface Step {
  readonly n: number;
  readonly journeys: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: readonly string[];
  /** Of the one core. */
  readonly cpuPercent: number;
  readonly loadCpuPercent: number;
  readonly memoryMb: number;
  readonly killed: number;
}

export const small: Workload = {
  name: "small",
  about: `The whole of a release (Caddy with TLS, the master, four worlds, no spare) inside a control group of ${memoryMb} MiB and
one core; players outside, on another core, who are always on their way: to a portal, through it, to the next. \`rss\` is
all memory of the group, with the files that the kernel keeps for it. The largest N is the last at which, over
${windowMs / 1000} seconds, 99 of 100 journeys (from \`portal.use\` to the first full state, packs cached) took at most ${aimMs / 1000} s; one
that failed took for ever. VirtuCade's author put 10 browsers on a hosted machine of 512 MB: they passed, some after retries.`,
  modes: [],
  systems: ["portcade"],
  async *run(options) {
    const problem = whyNoStack();
    if (problem !== undefined) return options.reject("the small machine", problem);
    for (let run = 1; run <= options.runs; run++) {
      const taken = await climb(options, run);
      options.note(noteOf(run, taken));
      const best = taken.findLast((step) => isGood(step));
      if (!best) options.reject(`run ${run}`, `${taken[0]?.n ?? 0} players are too many already`);
      else yield rowOf(best, options.n === undefined);
    }
  },
};

function rowOf(step: Step, isLargest: boolean): Row {
  const { n, p50Ms, p99Ms, cpuPercent, loadCpuPercent, memoryMb: rssMB } = step;
  const row = {
    workload: "small",
    system: "portcade",
    n,
    p50Ms,
    p99Ms,
    cpuPercent,
    loadCpuPercent,
    rssMB,
  } as const;
  return isLargest ? { ...row, maxN: n } : row;
}

/** More and more players, until it is too much for the machine or for the load generator. */
async function climb({ n, progress }: RunOptions, run: number): Promise<Step[]> {
  await using stack = await SmallStack.start(memoryMb * 2 ** 20);
  await using load = new LoadProcess(generator, { master: stack.url });
  await load.hear("ready");
  const taken: Step[] = [];
  for (const players of n === undefined ? steps : [n]) {
    progress(`run ${run}, N = ${players}`);
    const step = await take(stack, load, players);
    taken.push(step);
    if (!isGood(step)) break;
  }
  load.goOn({ players: 0, windowMs: 0 } satisfies SmallOrder);
  await load.hear("gone");
  return taken;
}

async function take(stack: SmallStack, load: LoadProcess, players: number): Promise<Step> {
  // Newcomers are measured with it, who cost more than those who are there.
  const before = stack.cage.usage;
  const meter = new CpuMeter(load.pid);
  const since = performance.now();
  load.goOn({ players, windowMs } satisfies SmallOrder);
  const { journeysMs, failures } = await load.hear<SmallWindow>("played");
  const after = stack.cage.usage;
  const { count, p50, p99 } = figuresOf([...journeysMs, ...failures.map(() => Number.POSITIVE_INFINITY)]);
  return {
    n: players,
    journeys: count,
    p50Ms: p50,
    p99Ms: p99,
    failures,
    cpuPercent: ((after.cpuS - before.cpuS) * 100_000) / (performance.now() - since),
    loadCpuPercent: meter.percent,
    memoryMb: after.memoryMb,
    killed: after.killed - before.killed,
  };
}

function isGood({ journeys, p99Ms, killed, loadCpuPercent }: Step): boolean {
  return journeys > 0 && p99Ms <= aimMs && killed === 0 && loadCpuPercent < loadCpuMost;
}

function noteOf(run: number, taken: readonly Step[]): string {
  const head = ["players", "journeys", "p50 ms", "p99 ms", "failed", "CPU %", "memory MB", "load CPU %"];
  const lines = taken.map((step) => {
    const { n, journeys, p50Ms, p99Ms, failures, cpuPercent, memoryMb: mb, loadCpuPercent } = step;
    const figures = [p50Ms, p99Ms].map((ms) => (Number.isFinite(ms) ? ms.toFixed(0) : "failed"));
    const shares = [cpuPercent, mb, loadCpuPercent].map((value) => value.toFixed(0));
    return `| ${[n, journeys, ...figures, failures.length, ...shares].join(" | ")} |`;
  });
  const last = taken.at(-1);
  return `Run ${run}, step by step; ${whyEnded(last)}.

| ${head.join(" | ")} |
|${"---|".repeat(head.length)}
${lines.join("\n")}`;
}

function whyEnded(last: Step | undefined): string {
  if (!last || isGood(last)) return "there was no larger step";
  if (last.killed > 0) return `the kernel ended ${last.killed} processes for want of memory`;
  if (last.loadCpuPercent >= loadCpuMost) return "it ended because the load generator had no more processor";
  const [failure] = last.failures;
  return `it ended because journeys took too long${failure === undefined ? "" : `, or failed: ${failure}`}`;
}
