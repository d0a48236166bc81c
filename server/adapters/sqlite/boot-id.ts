import { readFileSync } from "node:fs";
import { uptime } from "node:os";

const toleranceSeconds = 60;

/**
 * Names this boot of the machine: monotonic instants and process ids mean nothing after the next one.
 * Where the system gives no name, the second it started at.
 */
export function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return `started-${Math.round(Date.now() / 1000 - uptime())}`;
  }
}

/** Starting seconds are computed from two clocks, so they may differ a little within one boot. */
export function isSameBoot(a: string, b: string): boolean {
  if (a === b) return true;
  const [startedA, startedB] = [a, b].map((id) => Number(/^started-([0-9]+)$/.exec(id)?.[1] ?? Number.NaN));
  return Math.abs((startedA ?? Number.NaN) - (startedB ?? Number.NaN)) <= toleranceSeconds;
}
