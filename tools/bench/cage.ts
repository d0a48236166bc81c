import { appendFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CageOptions {
  readonly memoryBytes: number;
  /** Of a processor's time, what may be used: 1 is one core. */
  readonly cores: number;
}

/** What those inside have used. */
export interface CageUsage {
  /** Processor time since the cage was made, seconds. */
  readonly cpuS: number;
  /** The most memory at once, with what the kernel keeps of files for them, since the cage was made. */
  readonly peakMb: number;
  readonly memoryMb: number;
  /** Processes that the kernel has ended because the memory did not suffice. */
  readonly killed: number;
}

/** Why no cage can be made here; `undefined` when one can. */
export function whyNoCage(): string | undefined {
  if (process.platform !== "linux") return "limits for a group of processes need Linux";
  if (process.getuid?.() !== 0) return "limits for a group of processes need root";
  return hierarchy() === undefined ? "this kernel offers no limits of memory and processor" : undefined;
}

const root = "/sys/fs/cgroup";
const periodUs = 100_000;

/** Version 2 has one tree; in version 1 each controller has its own. */
function hierarchy(): 1 | 2 | undefined {
  if (existsSync(`${root}/memory/memory.limit_in_bytes`) && existsSync(`${root}/cpu/cpu.cfs_quota_us`))
    return 1;
  const file = `${root}/cgroup.controllers`;
  return existsSync(file) && /^(?=.*\bmemory\b)(?=.*\bcpu\b)/.test(readFileSync(file, "utf8"))
    ? 2
    : undefined;
}

/** A control group with limits: what is started in it, and all that this starts, shares them. */
export class Cage implements Disposable {
  readonly #folders: readonly string[];
  readonly #version: 1 | 2;

  /** @throws where `whyNoCage` says why */
  constructor({ memoryBytes, cores }: CageOptions) {
    const problem = whyNoCage();
    const version = hierarchy();
    if (problem !== undefined || version === undefined) throw new Error(problem);
    this.#version = version;
    const name = `portcade-bench-${process.pid}`;
    this.#folders =
      version === 2 ? [join(root, name)] : ["memory", "cpu", "cpuacct"].map((one) => join(root, one, name));
    if (version === 2) appendFileSync(`${root}/cgroup.subtree_control`, "+memory +cpu");
    try {
      for (const folder of this.#folders) mkdirSync(folder, { recursive: true });
      this.#limit(memoryBytes, Math.round(cores * periodUs));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  #limit(memoryBytes: number, quotaUs: number): void {
    if (this.#version === 2) {
      this.#write("memory.max", memoryBytes);
      this.#write("cpu.max", `${quotaUs} ${periodUs}`);
    } else {
      this.#write("memory.limit_in_bytes", memoryBytes);
      this.#write("cpu.cfs_period_us", periodUs);
      this.#write("cpu.cfs_quota_us", quotaUs);
    }
  }

  /** A shell's lines that put the shell itself in here. */
  get entrance(): string {
    return this.#folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join("\n");
  }

  get usage(): CageUsage {
    const mb = 2 ** 20;
    if (this.#version === 2)
      return {
        cpuS: this.#number("cpu.stat", /^usage_usec (\d+)$/m) / 1e6,
        peakMb: this.#number("memory.peak") / mb,
        memoryMb: this.#number("memory.current") / mb,
        killed: this.#number("memory.events", /^oom_kill (\d+)$/m),
      };
    return {
      cpuS: this.#number("cpuacct.usage") / 1e9,
      peakMb: this.#number("memory.max_usage_in_bytes") / mb,
      memoryMb: this.#number("memory.usage_in_bytes") / mb,
      killed: this.#number("memory.oom_control", /^oom_kill (\d+)$/m),
    };
  }

  /** Everybody inside has ended by then. */
  [Symbol.dispose](): void {
    for (const folder of this.#folders) if (existsSync(folder)) rmdirSync(folder);
  }

  #number(file: string, pattern = /^(\d+)$/m): number {
    return Number(pattern.exec(readFileSync(this.#path(file), "utf8"))?.[1]);
  }

  #write(file: string, value: number | string): void {
    writeFileSync(this.#path(file), String(value));
  }

  #path(file: string): string {
    const folder = this.#folders.find((one) => existsSync(join(one, file)));
    if (folder === undefined) throw new Error(`this kernel has no ${file}`);
    return join(folder, file);
  }
}
