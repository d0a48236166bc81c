import { readFileSync } from "node:fs";

const mega = 1024 * 1024;

/** Memory of a process in MiB: resident and virtual; `undefined` when it is gone or the system does not say. */
export function memoryOf(pid: number): { rssMb: number; vmMb: number } | undefined {
  const status = read(`/proc/${pid}/status`);
  const kilo = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+([0-9]+) kB$`, "m").exec(status)?.[1] ?? Number.NaN);
  const [rss, vm] = [kilo("VmRSS"), kilo("VmSize")];
  return Number.isNaN(rss) ? undefined : { rssMb: rss / 1024, vmMb: vm / 1024 };
}

/** Memory of this process in MiB; 0 when no file can be opened to look into, which is no reason to end. */
export function residentMb(): number {
  try {
    return process.memoryUsage.rss() / mega;
  } catch {
    return 0;
  }
}

export interface Traffic {
  readonly rxMb: number;
  readonly txMb: number;
}

/** What this machine's network interfaces carried since they came up, MiB; `lo` apart from the others. */
export function readTraffic(): { external: Traffic; loopback: Traffic } {
  return parseTraffic(read("/proc/net/dev"));
}

export function parseTraffic(table: string): { external: Traffic; loopback: Traffic } {
  const sums = { external: { rxMb: 0, txMb: 0 }, loopback: { rxMb: 0, txMb: 0 } };
  for (const [, name, numbers = ""] of table.matchAll(/^\s*([^\s:]+):\s*(.*)$/gm)) {
    const values = numbers.split(/\s+/).map(Number);
    const sum = name === "lo" ? sums.loopback : sums.external;
    sum.rxMb += (values[0] ?? 0) / mega;
    sum.txMb += (values[8] ?? 0) / mega;
  }
  return sums;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
