const unitMs = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads `90s`, `5m` or `1h` as milliseconds; `NaN` when it is none of them. */
export function readDuration(text: string): number {
  const [, count, unit] = /^([1-9][0-9]{0,4})([smh])$/.exec(text) ?? [];
  return unit === undefined ? Number.NaN : Number(count) * unitMs[unit as keyof typeof unitMs];
}

/** Minutes and seconds, as a countdown reads: `4:05`. */
export function showDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
