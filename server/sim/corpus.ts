import { appendFileSync, readFileSync } from "node:fs";
import { engineCount } from "./cluster.ts";
import { suites, type Suite } from "./faults.ts";
import type { Breach } from "./tally.ts";

/** A seed that once broke a law. It is played on every run, for ever. */
export interface Kept {
  readonly seed: number;
  readonly suite: Suite;
  readonly engines: keyof typeof engineCount;
  readonly law: string;
  /** What was wrong, in a sentence. */
  readonly found: string;
  /** The day it was kept, `2026-11-21`. */
  readonly on: string;
}

const file = new URL("./corpus.jsonl", import.meta.url);

/** Every kept seed, oldest first. Throws for a line that is none. */
export function readCorpus(text = readFileSync(file, "utf8")): readonly Kept[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const kept = JSON.parse(line) as Kept;
      const isKept =
        Number.isInteger(kept.seed) &&
        suites.includes(kept.suite) &&
        Object.hasOwn(engineCount, kept.engines) &&
        [kept.law, kept.found, kept.on].every((field) => typeof field === "string" && field !== "");
      if (!isKept) throw new Error(`line ${index + 1} of corpus.jsonl is no kept seed: ${line}`);
      return kept;
    });
}

/** Adds seeds that broke a law, each seed and law once. */
export function keep(
  breaches: readonly Breach[],
  { suite, engines, found }: Pick<Kept, "suite" | "engines" | "found">,
): void {
  const on = new Date().toISOString().slice(0, 10);
  for (const { seed, law } of breaches)
    appendFileSync(file, `${JSON.stringify({ seed, suite, engines, law, found, on } satisfies Kept)}\n`);
}
