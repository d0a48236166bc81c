import { type Fields, markerLine } from "./escape.ts";

/** What the adapters' and the master's own events say as a line, where VirtuCade or a person expects one. */
const lines: Readonly<Record<string, (fields: Fields) => string>> = {
  "master.ready": (fields) => markerLine("MASTER_READY", fields),
  "master.open": ({ page }) =>
    `Portcade runs at ${String(page)} - open it in a browser; Ctrl-C stops everything`,
  "master.stopping": (fields) => markerLine("MASTER_STOPPING", fields),
  "operator.ordered": (fields) => markerLine("MASTER_ORDERED", fields),
  "worlds.refused": (fields) => markerLine("MASTER_WORLDS_REFUSED", fields),
  "settings.warned": ({ text }) => String(text),
  "store.opened": (fields) => markerLine("MASTER_DB_READY", fields),
  "store.migrated": (fields) => markerLine("MASTER_DB_MIGRATED", fields),
  "engine.stalled": (fields) => markerLine("MASTER_SAVING_PAUSED", fields),
  "engine.resumed": (fields) => markerLine("MASTER_SAVING_RESUMED", fields),
  "backup.made": (fields) => markerLine("MASTER_BACKUP_MADE", fields),
  "backup.failed": (fields) => markerLine("MASTER_BACKUP_FAILED", fields),
  "log.dropped": (fields) => markerLine("MASTER_LOG_DROPPED", fields),
  "metrics.sampled": (fields) => markerLine("PERF_SAMPLE", fixed(fields)),
  "metrics.configured": (fields) => markerLine("RUNTIME_LOOP_CONFIG", fields),
};

/** Measures have three decimals, counts none; the name tells which it is. */
const fixed = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const isMeasure = typeof value === "number" && /_(mb|kbps|pct|msec|sec)$/.test(key);
      return [key, isMeasure ? value.toFixed(3) : value];
    }),
  );

export function lineOf(event: string, fields: Fields): string | undefined {
  return lines[event]?.(fields);
}
