import { now } from "./clock.ts";
import { marker } from "./log.ts";
import type { LaunchCounts } from "./launch.ts";

/** What one `PERF_SAMPLE` of a world is made of. Totals grow; the sampler makes the differences. */
export interface PerfSource {
  readonly launch: string;
  readonly counts: LaunchCounts;
  readonly peers: number;
  readonly violations: number;
  readonly bufferedBytes: number;
  readonly masterBufferedBytes: number;
  readonly isRegistered: boolean;
  readonly latency: { readonly count: number; readonly ms: number; readonly lastMs: number };
}

const mebibyte = 1024 * 1024;

/** Makes the `PERF_SAMPLE` lines of one process: sorted names, numbers with three places. */
export class PerfSampler {
  #at = now();
  #cpu = process.cpuUsage();
  #ticks = 0;
  #busyMs = 0;
  #dropped = 0;
  #overruns = 0;

  line(source: PerfSource): string {
    const { counts, latency } = source;
    const at = now();
    const elapsedMs = Math.max(1, at - this.#at);
    const { user, system } = process.cpuUsage(this.#cpu);
    const ticks = counts.ticks - this.#ticks;
    const fields: Record<string, string | number> = {
      role: "world",
      instance: source.launch,
      pid: process.pid,
      uptime_sec: process.uptime(),
      fps: (ticks * 1000) / elapsedMs,
      frames_delta: ticks,
      process_msec: (counts.busyMs - this.#busyMs) / Math.max(1, ticks),
      objects: counts.entities,
      rss_mb: residentMb(),
      cpu_pct: (user + system) / 10 / elapsedMs,
      world_peers: source.peers,
      connected_players: counts.inside - counts.waiting,
      pending_players: counts.waiting,
      expected_join_tickets: counts.expected,
      authorized_join_metadata: counts.expected + counts.inside,
      pending_transfers: counts.holds,
      registered_with_master: Number(source.isRegistered),
      world_master_count: latency.count,
      world_master_msec: latency.ms,
      world_master_last_msec: latency.lastMs,
      world_ws_open_peers: source.peers,
      world_ws_outbound_buffered_bytes: source.bufferedBytes,
      master_ws_outbound_buffered_bytes: source.masterBufferedBytes,
      violations_total: source.violations,
      tick_p99_msec: counts.tickP99Ms,
      tick_overruns_total: counts.overruns,
      tick_overruns_delta: counts.overruns - this.#overruns,
      pressure_level: counts.pressure,
      snapshots_skipped_total: counts.skipped,
      commands_dropped_total: counts.dropped,
      commands_dropped_delta: counts.dropped - this.#dropped,
    };
    this.#at = at;
    this.#cpu = process.cpuUsage();
    this.#ticks = counts.ticks;
    this.#busyMs = counts.busyMs;
    this.#dropped = counts.dropped;
    this.#overruns = counts.overruns;
    return marker("PERF_SAMPLE", Object.fromEntries(Object.entries(fields).toSorted(byName).map(rounded)));
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

function rounded([name, value]: [string, string | number]): [string, string | number] {
  return [name, typeof value === "number" && !Number.isInteger(value) ? value.toFixed(3) : value];
}

/** 0 when no file can be opened to look into, which is no reason to end. */
function residentMb(): number {
  try {
    return process.memoryUsage.rss() / mebibyte;
  } catch {
    return 0;
  }
}
