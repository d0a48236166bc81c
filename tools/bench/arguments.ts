import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { modeNames, systemNames, workloadNames } from "./row.ts";
import type { ModeName, SystemName, WorkloadName } from "./row.ts";

export interface BenchArguments {
  readonly only: readonly WorkloadName[] | undefined;
  readonly modes: readonly ModeName[] | undefined;
  readonly systems: readonly SystemName[] | undefined;
  readonly n: number | undefined;
  readonly runs: number;
  readonly json: string | undefined;
  /** Look for the largest N too. */
  readonly findsMost: boolean;
}

/** The command line asks for something the bench does not know. */
export class BadArguments extends Error {
  override readonly name = "BadArguments";
}

export const usage = `npm run bench -- [--only workload,…] [--mode mode,…] [--systems system,…] [--n clients] [--runs 3] [--most] [--json FILE]
  workloads: ${workloadNames.join(", ")}
  modes:     ${modeNames.join(", ")}
  systems:   ${systemNames.join(", ")}
  --most     look for the largest N as well, which takes long; a run that writes the page always does`;

/** @throws BadArguments */
export function parseBenchArguments(args: readonly string[]): BenchArguments {
  const { values } = parsed(args);
  return {
    only: listOf("--only", values.only, workloadNames),
    modes: listOf("--mode", values.mode, modeNames),
    systems: listOf("--systems", values.systems, systemNames),
    n: values.n === undefined ? undefined : countOf("--n", values.n, 20_000),
    runs: countOf("--runs", values.runs, 100),
    json: values.json === undefined ? undefined : writable(values.json),
    findsMost: values.most,
  };
}

/** What keeps a section of the benchmarks from being written; `undefined` when nothing does. */
export function whyNotWritten({ modes, systems, n, runs }: BenchArguments): string | undefined {
  const narrowed = Object.entries({ "--mode": modes, "--systems": systems, "--n": n }).find(
    ([, value]) => value !== undefined,
  );
  if (narrowed) return `${narrowed[0]} narrows the run`;
  return runs < 3 ? "a median needs 3 runs" : undefined;
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: text,
        mode: text,
        systems: text,
        n: text,
        runs: { type: "string", default: "3" },
        json: text,
        most: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new BadArguments(error instanceof Error ? error.message : String(error));
  }
}

function listOf<T extends string>(
  option: string,
  value: string | undefined,
  known: readonly T[],
): readonly T[] | undefined {
  if (value === undefined) return undefined;
  const wanted = value.split(",");
  const unknown = wanted.find((name) => !known.some((each) => each === name));
  if (unknown !== undefined)
    throw new BadArguments(
      `${option}: there is no ${JSON.stringify(unknown)}; there are ${known.join(", ")}`,
    );
  return known.filter((name) => wanted.includes(name));
}

/** Said before hours of work, not after. */
function writable(file: string): string {
  try {
    accessSync(dirname(file), constants.W_OK);
    return file;
  } catch {
    throw new BadArguments(`--json is ${file}, and there is no folder for it that can be written to`);
  }
}

function countOf(option: string, value: string, most: number): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1 || count > most)
    throw new BadArguments(`${option}: ${JSON.stringify(value)} is not a number from 1 to ${most}`);
  return count;
}
