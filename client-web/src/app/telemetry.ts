interface Latency {
  readonly count: number;
  readonly total: number;
  readonly last: number;
}

/** Counters and latencies under VirtuCade's names, written as one line of `k=v`. Times are milliseconds. */
export class Telemetry {
  readonly #counters = new Map<string, number>();
  readonly #sampled = new Map<string, number>();
  readonly #latencies = new Map<string, Latency>();
  readonly #running = new Map<string, number>();

  /** The last measurement of a latency. */
  last(name: string): number | undefined {
    return this.#latencies.get(name)?.last;
  }

  total(name: string): number {
    return this.#counters.get(name) ?? 0;
  }

  count(name: string): void {
    this.#counters.set(name, this.total(name) + 1);
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  start(name: string, now: number): void {
    this.#running.set(name, now);
  }

  /** Records the time since `start`; nothing when it was not started. */
  stop(name: string, now: number): void {
    const since = this.#running.get(name);
    if (since === undefined) return;
    this.#running.delete(name);
    const { count, total } = this.#latencies.get(name) ?? { count: 0, total: 0 };
    this.#latencies.set(name, { count: count + 1, total: total + now - since, last: now - since });
  }

  sample(gauges: Readonly<Record<string, number | string>>): string {
    const values: Record<string, number | string> = { ...gauges };
    for (const [name, total] of this.#counters) {
      values[`${name}_total`] = total;
      values[`${name}_delta`] = total - (this.#sampled.get(name) ?? 0);
      this.#sampled.set(name, total);
    }
    for (const [name, { count, total, last }] of this.#latencies) {
      values[`${name}_count`] = count;
      values[`${name}_msec`] = total / count;
      values[`${name}_last_msec`] = last;
    }
    const names = Object.keys(values).toSorted();
    return `PERF_SAMPLE ${names.map((name) => `${name}=${written(values[name] ?? 0)}`).join(" ")}`;
  }
}

function written(value: number | string): string {
  if (typeof value === "string") return value.replaceAll(/\s/g, "_");
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
