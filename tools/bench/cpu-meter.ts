import { cpuSecondsOf } from "#tools/smoke/process-usage.ts";

/** What a process has taken of a core since the meter was made or restarted, as the kernel counts it. */
export class CpuMeter {
  readonly #pid: number;
  #seconds = 0;
  #at = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.restart();
  }

  restart(): void {
    this.#seconds = cpuSecondsOf(this.#pid);
    this.#at = performance.now();
  }

  get seconds(): number {
    return cpuSecondsOf(this.#pid) - this.#seconds;
  }

  /** Of one core. */
  get percent(): number {
    return (this.seconds * 1000 * 100) / (performance.now() - this.#at);
  }
}
