import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { suites, type Suite } from "#sim/faults.ts";

/** How to ask for universes. */
export const usage = `npm run sim -- [--suite ${suites.join("|")}] [--seeds 100] [--from 1] [--engines one|many]
npm run sim -- --seed 42 [--suite …] [--engines …] [--grep session:s2]

Plays simulated universes, one thread per core, and exits 1 when one of them broke a law.
With --seed it plays one and tells what goes wrong in it and its story; with --grep every line of it that matches.
  --json FILE   writes what it came to
  --strays      lists inputs that no table cell was for, and cells that were not reached
  --keep TEXT   adds seeds that broke a law to the corpus; the text says what was found`;

export interface Wish {
  readonly suite: Suite;
  readonly engines: "one" | "many";
  readonly first: number;
  readonly count: number;
  readonly isOne: boolean;
  readonly isStrayList: boolean;
  readonly grep?: RegExp | undefined;
  readonly json?: string | undefined;
  readonly keep?: string | undefined;
}

const longest = 10_000_000;

/** What is to be played. Throws a sentence for a wish that cannot be. */
export function readWish(args: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: "string", default: "mixed" },
      engines: { type: "string", default: "one" },
      seed: { type: "string" },
      seeds: { type: "string" },
      from: { type: "string" },
      strays: { type: "boolean", default: false },
      grep: { type: "string" },
      json: { type: "string" },
      keep: { type: "string" },
    },
  });
  const { seed, seeds, from, grep, json, keep } = values;
  const isOne = seed !== undefined;
  if (isOne && (seeds ?? from) !== undefined)
    throw new Error("--seed plays one universe, --seeds and --from play many: give one or the other");
  if (!isOne && grep !== undefined) throw new Error("--grep reads the story of one --seed");
  return {
    suite: oneOf("suite", values.suite, suites),
    engines: oneOf("engines", values.engines, ["one", "many"] as const),
    first: wholeNumber("seed", seed ?? from ?? "1", 0, 2 ** 32 - 1),
    count: isOne ? 1 : wholeNumber("seeds", seeds ?? "100", 1, longest),
    isOne,
    isStrayList: values.strays,
    grep: grep === undefined ? undefined : patternOf(grep),
    json: json === undefined ? undefined : writable(json),
    keep,
  };
}

/** The `--json FILE` of a program that takes nothing else. Throws a sentence for anything else. */
export function readJsonOption(args: readonly string[]): string | undefined {
  const { json } = parseArgs({ args: [...args], options: { json: { type: "string" } } }).values;
  return json === undefined ? undefined : writable(json);
}

/** Said before hours of work, not after. */
function writable(file: string): string {
  try {
    accessSync(dirname(file), constants.W_OK);
    return file;
  } catch {
    throw new Error(`--json is ${file}, and there is no folder for it that can be written to`);
  }
}

function oneOf<T extends string>(name: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given);
  if (!found) throw new Error(`--${name} is ${given}, and must be one of ${allowed.join(", ")}`);
  return found;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(number >= least && number <= most))
    throw new Error(`--${name} is ${text}, and must be a whole number from ${least} to ${most}`);
  return number;
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new Error(`--grep is ${text}, which is no regular expression`);
  }
}
