import type { ModeName, Row, SystemName } from "../row.ts";
import { combinations } from "../workload.ts";
import type { RunOptions, Workload } from "../workload.ts";
import { heapNote } from "./heap-note.ts";
import { findMost } from "./most.ts";
import { radius, runMove } from "./run-move.ts";
import type { MoveOptions } from "./run-move.ts";

const size = 800;
const times = { warmMs: 4000, windowMs: 10_000 } as const;

export const worldMove: Workload = {
  name: "world-move",
  about: `A world of 2000 × 2000 units; N clients walk at random, 180 units a second, and send 20 times a second; the server
runs and sends at 20 Hz. \`aoi\`: everybody hears of everybody within ${radius} units; \`all\`: of everybody; \`rings\`: as
\`aoi\`, with lower rates for those far away. The server has a core of its own, the load generator the other one. Latency
is from a client's sending to the state that includes it being with another client near; an input waits 0–50 ms for the
tick. In every run, what clients hold of each other is compared, positions and who is in view; a run with a difference
does not count. The peers walk by the same rules, with positions of 1/32 unit (Colyseus, C) or whole units (JSON). The
largest N has a p99 under 100 ms and no overrun, with a load generator below 80 % of its core.`,
  modes: ["aoi", "all", "rings"],
  systems: ["portcade", "colyseus-view", "colyseus-all", "socketio", "ws-json", "c-epoll"],
  async *run(options) {
    const n = options.n ?? size;
    for (const { mode, system, run } of combinations(options)) {
      if (!canDo(system, mode)) continue;
      options.progress(`${system}, ${mode}, N = ${n}, run ${run}`);
      const row = await attempt({ system, mode, n, ...times }, options);
      if (row) yield row;
    }
    if (!options.modes.includes("aoi")) return;
    if (options.findsMost)
      for (const system of options.systems.filter((name) => canDo(name, "aoi"))) {
        const row = await findMost(system, "aoi", options);
        if (row) yield row;
      }
    if (options.systems.includes("portcade")) await noteHeap(options);
  },
};

/** Colyseus is measured with views where not everybody hears of everybody, and without where they do. */
function canDo(system: SystemName, mode: ModeName): boolean {
  if (system === "colyseus-view") return mode === "aoi";
  if (system === "colyseus-all") return mode === "all";
  return mode !== "rings" || system === "portcade";
}

async function attempt(move: MoveOptions, { reject }: RunOptions): Promise<Row | undefined> {
  try {
    return await runMove(move);
  } catch (error) {
    reject(`${move.system}, ${move.mode}, N = ${move.n}`, wordsOf(error));
    return undefined;
  }
}

async function noteHeap({ progress, note, reject }: RunOptions): Promise<void> {
  progress("portcade, what the heap is asked for");
  try {
    note(await heapNote());
  } catch (error) {
    reject("portcade, heap profile", wordsOf(error));
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
