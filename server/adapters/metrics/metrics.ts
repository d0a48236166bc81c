import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Log, Transition } from "#engine/ports.ts";
import { PhaseClock } from "#engine/phase-clock.ts";
import { kindOf } from "#shared/address.ts";
import { takeCensus } from "./census.ts";
import type { Measured } from "./measured.ts";
import { type AckCount, PerfSampler } from "./perf-sample.ts";
import { SuccessionCount } from "./succession-count.ts";

export type Report = (event: string, fields: Readonly<Record<string, string | number | undefined>>) => void;

const sampleMs = 5000;

/**
 * Counts and times the transitions that the log writes; nothing is instrumented twice. Serves them as
 * Prometheus text and as a `PERF_SAMPLE` line every five seconds.
 */
export class Metrics implements Log, Disposable {
  readonly #registry = new Registry();
  readonly #phases = new PhaseClock();
  readonly #acks: AckCount = { success: 0, timeout: 0, totalMs: 0, lastMs: 0 };
  /** Counted here and shown when asked for: the library's own counting costs as much as a transition. */
  readonly #reached = new Tally();
  readonly #strays: Counter<"kind" | "input">;
  readonly #seconds: Histogram<"phase">;
  readonly #successions: SuccessionCount;
  readonly #stalled: Gauge;
  #sampler: PerfSampler | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const transitions: Counter<"event" | "input"> = new Counter({
      name: "portcade_transitions_total",
      help: "Machines that reached a phase",
      labelNames: ["event", "input"],
      registers,
      collect: () => {
        transitions.reset();
        for (const [key, count] of this.#reached.counts) {
          const [event = "", input = ""] = key.split(" ");
          transitions.inc({ event, input }, count);
        }
      },
    });
    this.#strays = new Counter({
      name: "portcade_strays_total",
      help: "Inputs that the phase they met does not know",
      labelNames: ["kind", "input"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "portcade_phase_seconds",
      help: "Time spent in a phase before it ended",
      labelNames: ["phase"],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600, 3600],
      registers,
    });
    this.#successions = new SuccessionCount(this.#registry);
    this.#stalled = new Gauge({
      name: "portcade_saving_paused",
      help: "1 while nothing can be committed",
      registers,
    });
    this.#stalled.set(0);
  }

  transition(event: Transition): void {
    const { id, input, before, after, handled } = event;
    const kind = kindOf(id);
    const ms = this.#phases.spent(event);
    if (ms !== undefined) this.#seconds.observe({ phase: `${kind}.${before}` }, ms / 1000);
    if (!handled) this.#strays.inc({ kind, input });
    else if (before !== after) this.#reached.add(`${kind}.${after} ${input}`);
    if (kind === "world") this.#successions.transition(event);
    if (kind === "travel" && before === "expecting") this.#countAck(input, after, ms ?? 0);
  }

  stalled(isStalled: boolean): void {
    this.#stalled.set(isStalled ? 1 : 0);
  }

  /** From now on the machines, sockets and databases of this master are measured too. Once only. */
  observe(measured: Measured): void {
    this.#addGauges(measured);
    this.#sampler = new PerfSampler(measured, this.#acks);
  }

  /** From now on the backups are looked at too. Once only. */
  observeBackups(backups: { readonly ageSeconds: number | undefined; readonly failures: number }): void {
    this.#gauge(
      "portcade_backup_age_seconds",
      "Since the newest backup was made; NaN when there is none",
      () => backups.ageSeconds ?? Number.NaN,
    );
    this.#gauge("portcade_backup_failures_total", "Backups that could not be made", () => backups.failures);
  }

  /** A `PERF_SAMPLE` at once and every five seconds, after one line about the loop itself. */
  startSamples(report: Report): void {
    report("metrics.configured", { role: "master", loop: "events" });
    const sample = (): void => {
      if (this.#sampler) report("metrics.sampled", this.#sampler.take());
    };
    sample();
    this.#timer = setInterval(sample, sampleMs).unref();
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#sampler?.[Symbol.dispose]();
    this.#registry.clear();
  }

  #countAck(input: string, after: string, ms: number): void {
    if (input === "deadline") this.#acks.timeout += 1;
    if (after !== "admitted") return;
    this.#acks.success += 1;
    this.#acks.totalMs += ms;
    this.#acks.lastMs = ms;
  }

  #addGauges({ states, sockets, timings }: Measured): void {
    this.#gauge("portcade_players", "Sessions that were welcomed", () => takeCensus(states).sessions);
    this.#gauge("portcade_control_sockets", "Control connections of clients", () => sockets().socketCount);
    this.#gauge(
      "portcade_control_buffered_bytes",
      "Bytes that clients have not read yet",
      () => sockets().bufferedBytes,
    );
    this.#gauge("portcade_db_reads_total", "Reads from the database", () => timings.readCount);
    this.#gauge("portcade_db_read_seconds_total", "Time spent reading", () => timings.readMs / 1000);
    this.#gauge("portcade_db_commits_total", "Commits to the database", () => timings.commitCount);
    this.#gauge("portcade_db_commit_seconds_total", "Time spent committing", () => timings.commitMs / 1000);
    this.#gauge("portcade_db_failures_total", "Reads and commits that failed", () => timings.failureCount);
    this.#labelled("portcade_world_players", "Players in a world", "world", () =>
      sumBy(takeCensus(states).launches, "world", ({ players }) => players),
    );
    this.#labelled("portcade_launches", "World processes by phase", "phase", () =>
      sumBy(takeCensus(states).launches, "phase", () => 1),
    );
    this.#gauge(
      "portcade_launches_draining",
      "World processes whose players are being moved on",
      () => takeCensus(states).launches.filter(({ isDraining }) => isDraining).length,
    );
    this.#labelled("portcade_journeys", "Journeys under way by phase", "phase", () =>
      Object.entries(takeCensus(states).travels),
    );
  }

  #gauge(name: string, help: string, value: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(value()),
    });
  }

  #labelled(
    name: string,
    help: string,
    label: string,
    values: () => Iterable<readonly [string, number]>,
  ): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect: () => {
        // A world that is gone must not keep its last number.
        gauge.reset();
        for (const [of, value] of values()) gauge.set({ [label]: of }, value);
      },
    });
  }
}

class Tally {
  readonly counts = new Map<string, number>();

  add(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}

function sumBy<K extends string, T extends Readonly<Record<K, string>>>(
  items: readonly T[],
  key: K,
  value: (item: T) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(item[key], (sums.get(item[key]) ?? 0) + value(item));
  return sums;
}
