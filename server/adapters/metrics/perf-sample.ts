import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Census, takeCensus } from "./census.ts";
import type { Measured } from "./measured.ts";
import { memoryOf, readTraffic, residentMb } from "./proc.ts";

/** How often tickets were acknowledged and how long that took, since the start. */
export interface AckCount {
  success: number;
  timeout: number;
  totalMs: number;
  lastMs: number;
}

export type Sample = Readonly<Record<string, string | number>>;

/** Takes VirtuCade's `PERF_SAMPLE` of the master: keys sorted, each rate since the sample before. */
export class PerfSampler implements Disposable {
  readonly #measured: Measured;
  readonly #acks: Readonly<AckCount>;
  readonly #loop = monitorEventLoopDelay({ resolution: 20 });
  #last = { at: performance.now(), cpu: process.cpuUsage(), traffic: readTraffic(), success: 0, timeout: 0 };

  constructor(measured: Measured, acks: Readonly<AckCount>) {
    this.#measured = measured;
    this.#acks = acks;
    this.#loop.enable();
  }

  take(): Sample {
    const sample: Record<string, string | number> = {
      role: "master",
      instance: "master",
      pid: process.pid,
      uptime_sec: process.uptime(),
      ...this.#process(),
      ...this.#sockets(),
      ...machinesOf(takeCensus(this.#measured.states)),
      ...this.#database(),
    };
    return Object.fromEntries(Object.entries(sample).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  [Symbol.dispose](): void {
    this.#loop.disable();
  }

  /** This process and this machine, with rates since the last call. */
  #process(): Sample {
    const last = this.#last;
    const { success, timeout } = this.#acks;
    const now = { at: performance.now(), cpu: process.cpuUsage(), traffic: readTraffic(), success, timeout };
    this.#last = now;
    const seconds = Math.max(now.at - last.at, 1) / 1000;
    const cpuMicros = now.cpu.user + now.cpu.system - last.cpu.user - last.cpu.system;
    const memory = memoryOf(process.pid);
    const lag = { p99: this.#loop.percentile(99) / 1e6, max: this.#loop.max / 1e6 };
    this.#loop.reset();
    return {
      rss_mb: residentMb(),
      ...(memory && { vm_mb: memory.vmMb }),
      cpu_pct: cpuMicros / 1e4 / seconds,
      event_loop_p99_msec: Number.isFinite(lag.p99) ? lag.p99 : 0,
      event_loop_max_msec: Number.isFinite(lag.max) ? lag.max : 0,
      ...trafficOf("host_external", now.traffic.external, last.traffic.external, seconds),
      ...trafficOf("host_loopback", now.traffic.loopback, last.traffic.loopback, seconds),
      join_ticket_ack_success_total: success,
      join_ticket_ack_success_delta: success - last.success,
      join_ticket_ack_timeout_total: timeout,
      join_ticket_ack_timeout_delta: timeout - last.timeout,
      join_ticket_ack_count: success,
      join_ticket_ack_msec: this.#acks.totalMs,
      join_ticket_ack_last_msec: this.#acks.lastMs,
    };
  }

  #sockets(): Sample {
    const { socketCount, bufferedBytes } = this.#measured.sockets();
    return {
      master_peers: socketCount,
      master_ws_open_peers: socketCount,
      master_ws_outbound_buffered_bytes: bufferedBytes,
    };
  }

  #database(): Sample {
    const { readCount, readMs, commitCount, commitMs, lastCommitMs, failureCount } = this.#measured.timings;
    return {
      db_query_count: readCount,
      db_query_msec: readMs,
      db_save_count: commitCount,
      db_save_msec: commitMs,
      db_save_last_msec: lastCommitMs,
      db_failure_total: failureCount,
    };
  }
}

function machinesOf({ sessions, launches, travels }: Census): Sample {
  const inPhase = (...phases: string[]): number =>
    launches.filter(({ phase }) => phases.includes(phase)).length;
  const memory: Record<string, number> = {};
  let worldsMb = 0;
  for (const { world, pid } of launches) {
    const rssMb = pid === undefined ? undefined : memoryOf(pid)?.rssMb;
    if (rssMb === undefined) continue;
    const key = `world_${world}_rss_mb`;
    memory[key] = (memory[key] ?? 0) + rssMb;
    worldsMb += rssMb;
  }
  return {
    validated_clients: sessions,
    travel_leases: travels.leased + travels.starting + travels.expecting + travels.admitted,
    active_world_join_requests: travels.starting + travels.expecting,
    pending_world_admissions: travels.expecting + travels.admitted,
    registered_worlds: inPhase("running", "closing"),
    world_processes: launches.length,
    worlds_running: inPhase("running"),
    worlds_starting: inPhase("starting"),
    worlds_stopping: inPhase("suspect", "closing", "stopping"),
    world_players: launches.reduce((sum, { players }) => sum + players, 0),
    world_join_reservations: launches.reduce((sum, { expected }) => sum + expected, 0),
    worlds_rss_mb: worldsMb,
    server_cluster_rss_mb: worldsMb + residentMb(),
    ...memory,
  };
}

function trafficOf(
  name: string,
  now: { rxMb: number; txMb: number },
  last: { rxMb: number; txMb: number },
  seconds: number,
): Sample {
  const kbps = (mb: number): number => (mb * 8 * 1024) / seconds;
  return {
    [`${name}_net_rx_mb`]: now.rxMb,
    [`${name}_net_tx_mb`]: now.txMb,
    [`${name}_net_rx_kbps`]: kbps(now.rxMb - last.rxMb),
    [`${name}_net_tx_kbps`]: kbps(now.txMb - last.txMb),
  };
}
