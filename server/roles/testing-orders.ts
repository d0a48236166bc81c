import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, WorldReport } from "#adapters/operator/orders.ts";
import type { TestMaster } from "./testing.ts";

const entry = fileURLToPath(new URL("../main.ts", import.meta.url));

/** What an order by hand came to. */
export interface Ordered {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** An operator at a terminal of the machine where a master runs. */
export class TestOperator {
  readonly lines: string[] = [];
  readonly ended: Promise<Ordered>;
  readonly #process: ChildProcess;
  #wake = Promise.withResolvers<void>();

  /** @param args what stands after `portcade world` */
  constructor(master: TestMaster, ...args: readonly string[]) {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", entry, "world", ...args],
      {
        env: { PATH: process.env["PATH"], PORTCADE_DATA_DIR: master.dataDir },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.#process = child;
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on("line", (line) => {
        this.lines.push(line);
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      });
    this.ended = once(child, "close").then(([code]) => ({ code: code as number | null, lines: this.lines }));
  }

  /** Leaves without waiting for the answer. */
  hangUp(): void {
    this.#process.kill("SIGKILL");
  }

  /** A line that fits, told until now or from now on. */
  async until(wanted: RegExp): Promise<string> {
    for (;;) {
      const line = this.lines.find((line) => wanted.test(line));
      if (line !== undefined) return line;
      await this.#wake.promise;
    }
  }
}

export function order(master: TestMaster, ...args: readonly string[]): Promise<Ordered> {
  return new TestOperator(master, ...args).ended;
}

/** How a world fares, as `portcade world list` tells programs. */
export async function reportOf(master: TestMaster, world: string): Promise<WorldReport> {
  const { lines } = await order(master, "list", "--json");
  const { worlds } = JSON.parse(lines[0] ?? "") as Extract<Answer, { type: "worlds" }>;
  return worlds.find(({ key }) => key === world) as WorldReport;
}
