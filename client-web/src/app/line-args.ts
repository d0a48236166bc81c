import type { LineShape } from "../net/line.ts";

/** What `?lag= &jitter= &loss= &seed=` asks for: a bad line, to see how the game plays on one. */
export interface LineArgs {
  /** Absent when no bad line is asked for. */
  readonly shape?: LineShape | undefined;
  /** The same seed has the same luck. */
  readonly seed: number;
  /** What cannot be, as it was written, with what could be. */
  readonly refused: readonly string[];
}

const ranges = {
  lag: { most: 5000, means: "0 to 5000 milliseconds" },
  jitter: { most: 5000, means: "0 to 5000 milliseconds" },
  loss: { most: 50, means: "0 to 50 per cent" },
  seed: { most: 2 ** 32 - 1, means: "a whole number" },
} as const;

/** Reads a page's query. A value that cannot be is refused by itself; the others count. */
export function readLineArgs(search: string): LineArgs {
  const query = new URLSearchParams(search);
  const refused: string[] = [];
  const read = (name: keyof typeof ranges): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    const { most, means } = ranges[name];
    const isNumber = name === "seed" ? /^\d{1,10}$/.test(text) : /^\d{1,5}(\.\d{1,3})?$/.test(text);
    if (isNumber && Number(text) <= most) return Number(text);
    refused.push(`${name}=${text.slice(0, 20)} (${means})`);
    return undefined;
  };
  const { lag = 0, jitter = 0, loss = 0 } = { lag: read("lag"), jitter: read("jitter"), loss: read("loss") };
  const seed = read("seed") ?? 1;
  const shape = { lagMs: lag, jitterMs: jitter, loss: loss / 100 };
  return { seed, refused, ...(lag + jitter + loss > 0 && { shape }) };
}
