import { expect, test } from "vitest";
import { PerfSampler, type PerfSource } from "./perf-sample.ts";

const source: PerfSource = {
  launch: "l1",
  counts: {
    inside: 3,
    waiting: 1,
    expected: 0,
    holds: 0,
    connections: 3,
    entities: 4,
    ticks: 100,
    busyMs: 250,
    tickP99Ms: 12.5,
    overruns: 7,
    pressure: 2,
    dropped: 5,
    skipped: 9,
  },
  peers: 3,
  violations: 0,
  bufferedBytes: 0,
  masterBufferedBytes: 0,
  isRegistered: true,
  latency: { count: 0, ms: 0, lastMs: 0 },
};

test("a world says how hard pressed it is, and what that cost whom, in all and since the last time", () => {
  const sampler = new PerfSampler();
  const first = sampler.line(source);
  for (const field of [
    "pressure_level=2",
    "tick_p99_msec=12.500",
    "tick_overruns_total=7",
    "tick_overruns_delta=7",
    "snapshots_skipped_total=9",
    "commands_dropped_delta=5",
    "process_msec=2.500",
  ])
    expect(` ${first} `).toContain(` ${field} `);
  const counts = { ...source.counts, ticks: 200, busyMs: 300, overruns: 8, pressure: 0 };
  const second = ` ${sampler.line({ ...source, counts })} `;
  for (const field of [
    "pressure_level=0",
    "tick_overruns_total=8",
    "tick_overruns_delta=1",
    "process_msec=0.500",
  ])
    expect(second).toContain(` ${field} `);
});
