import pino, { type DestinationStream, type Level, type LevelWithSilent } from "pino";
import type { Fields } from "./escape.ts";

export type LogLevel = LevelWithSilent;
export type LogFormat = "json" | "text";

/** Where lines go. */
export interface Sink {
  isOn(level: Level): boolean;
  write(level: Level, fields: Fields, msg?: string): void;
}

/** JSON holds everything; text holds time and message, and only lines that have one. */
export function createSink(format: LogFormat, level: LogLevel, node: string, to: DestinationStream): Sink {
  const logger = pino(
    {
      level,
      base: { node },
      timestamp: isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    to,
  );
  const isOn = (wanted: Level): boolean => logger.isLevelEnabled(wanted);
  if (format === "json") return { isOn, write: (at, fields, msg) => logger[at](fields, msg) };
  return {
    isOn,
    write: (at, _, msg) => {
      if (msg !== undefined && isOn(at)) to.write(`${new Date().toISOString()} ${msg}\n`);
    },
  };
}

let lastMs = 0;
let lastText = "";

/** As pino's own, but made once a millisecond: lines come in bursts. */
function isoTime(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastText = `,"time":"${new Date(now).toISOString()}"`;
  }
  return lastText;
}
