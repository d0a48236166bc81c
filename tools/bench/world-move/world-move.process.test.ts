import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWorldServer } from "#tools/build/world-server.ts";
import type { SystemName } from "../row.ts";
import { runMove } from "./run-move.ts";
import type { MoveOptions } from "./run-move.ts";

const outDir = mkdtempSync(join(tmpdir(), "portcade-bench-test-"));
/** Plain ws is there without the peers. */
const systems: readonly SystemName[] = ["portcade", "ws-json"];
let tiny: Omit<MoveOptions, "system">;

beforeAll(async () => {
  const bundle = await buildWorldServer({ outDir });
  // Other tests share the machine: a tick that came late is no fault here.
  tiny = { mode: "aoi", n: 20, warmMs: 500, windowMs: 1500, mostStale: 1, bundle };
});
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

test.for(systems)("%s moves a small crowd, and everybody agrees on what they see", async (system) => {
  const row = await runMove({ ...tiny, system });
  expect(row).toMatchObject({ workload: "world-move", mode: "aoi", system, n: 20 });
  const { hz = 0, kBps = 0, p50Ms = 0, p99Ms = 0, cpuPercent, rssMB } = row;
  expect(hz).toBeGreaterThan(0);
  expect(kBps).toBeGreaterThan(0);
  expect(p50Ms).toBeGreaterThan(0);
  expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
  expect(cpuPercent).toBeGreaterThan(0);
  expect(rssMB).toBeGreaterThan(10);
});

test.for(systems)("a difference between what two clients of %s see spoils the run", async (system) => {
  const run = runMove({ ...tiny, system, plantsFault: true });
  await expect(run).rejects.toThrow(/clients do not agree: tick \d+: \d+ holds/);
});
