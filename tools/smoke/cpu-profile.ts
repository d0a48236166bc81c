import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MasterProcess } from "./master-process.ts";
import { usageOf } from "./process-usage.ts";
import { runSmoke } from "./smoke-run.ts";

const everyMs = 500;

interface Sample {
  readonly at: number;
  readonly role: string;
  readonly pid: number;
  /** Of one core. */
  readonly cpuPct: number;
  readonly rssMb: number;
}

/** Processor and memory of master, worlds and clients while clients travel, twice a second, as CSV and JSON. */
await runSmoke(
  { name: "cpu-profile", marker: "CPU_PROFILE_DONE", timeoutS: 180, options: { clients: "4" } },
  async (smoke, { clients = "4" }) => {
    smoke.check(usageOf(process.pid) !== undefined, "this machine has no /proc to read");
    const master = await smoke.master();
    const sampler = sampleEvery(master);
    const players = Array.from({ length: Number(clients) }, () => smoke.player(master.url));
    await Promise.all(players.map((player) => player.play("smoke_test")));
    const samples = sampler.stop();
    const lines = samples.map(({ at, role, pid, cpuPct, rssMb }) =>
      [at.toFixed(0), role, pid, cpuPct.toFixed(2), rssMb.toFixed(2)].join(","),
    );
    writeFileSync(join(smoke.folder, "samples.csv"), ["ms,role,pid,cpu_pct,rss_mb", ...lines, ""].join("\n"));
    const summary = summarised(samples);
    writeFileSync(
      join(smoke.folder, "summary.json"),
      `${JSON.stringify({ clients: players.length, roles: summary }, null, 2)}\n`,
    );
    for (const [role, { cpuAvg, cpuMax, rssMax }] of Object.entries(summary))
      smoke.say(
        `CPU_PROFILE role=${role} cpu_avg=${cpuAvg.toFixed(2)} cpu_max=${cpuMax.toFixed(2)} rss_max_mb=${rssMax.toFixed(2)}`,
      );
    return `clients=${players.length} samples=${samples.length}`;
  },
);

function sampleEvery(master: MasterProcess): { stop(): Sample[] } {
  const samples: Sample[] = [];
  const before = new Map<number, { cpuS: number; at: number }>();
  const begunAt = performance.now();
  const take = (): void => {
    const at = performance.now() - begunAt;
    for (const { role, pid } of processesOf(master)) {
      const usage = usageOf(pid);
      const last = before.get(pid);
      if (!usage) continue;
      before.set(pid, { cpuS: usage.cpuS, at });
      if (!last) continue;
      const cpuPct = ((usage.cpuS - last.cpuS) / ((at - last.at) / 1000)) * 100;
      samples.push({ at, role, pid, cpuPct, rssMb: usage.rssMb });
    }
  };
  take();
  const timer = setInterval(take, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return samples;
    },
  };
}

function processesOf(master: MasterProcess): { role: string; pid: number }[] {
  const worlds = master.all(/MASTER_WORLD_STARTED key=(\S+) pid=(\d+)/);
  return [
    { role: "master", pid: master.pid },
    { role: "clients", pid: process.pid },
    ...worlds.map(([, key, pid]) => ({ role: `world_${key}`, pid: Number(pid) })),
  ];
}

function summarised(
  samples: readonly Sample[],
): Record<string, { cpuAvg: number; cpuMax: number; rssMax: number }> {
  const roles = Map.groupBy(samples, ({ role }) => role);
  return Object.fromEntries(
    [...roles].map(([role, of]) => {
      const cpu = of.map(({ cpuPct }) => cpuPct);
      const cpuAvg = cpu.reduce((sum, value) => sum + value, 0) / cpu.length;
      return [role, { cpuAvg, cpuMax: Math.max(...cpu), rssMax: Math.max(...of.map(({ rssMb }) => rssMb)) }];
    }),
  );
}
