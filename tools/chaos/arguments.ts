import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

export interface Wish {
  /** Every scenario once, in less than two minutes. */
  readonly isShort: boolean;
  /** Processes to kill while players play; none when it was not asked for. */
  readonly kills: number;
  /** Scenarios by name; all when empty. */
  readonly only: readonly string[];
  readonly seed: number;
  readonly players: number;
  readonly json: string | undefined;
}

export const usage = `npm run chaos -- [--short] [--kills N] [--only name,…] [--seed 1] [--players 8] [--json FILE]

Real masters, worlds and players, and everything that can be done to them. Without --short and --kills every scenario
runs in full; with --kills N so many processes are killed under playing players, and no other scenario runs unless it
is named. Exit codes: 0 nothing was lost, 1 something was, 14 bad arguments.`;

/** @throws Error with a sentence for a wish that cannot be */
export function readWish(args: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: "boolean", default: false },
      kills: { type: "string", default: "0" },
      only: { type: "string", default: "" },
      seed: { type: "string", default: "1" },
      players: { type: "string", default: "8" },
      json: { type: "string" },
    },
  });
  return {
    isShort: values.short,
    kills: whole("kills", values.kills, 0, 1_000_000),
    only: values.only.split(",").filter((name) => name !== ""),
    seed: whole("seed", values.seed, 0, 2 ** 31),
    players: whole("players", values.players, 2, 64),
    json: values.json === undefined ? undefined : writable(values.json),
  };
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

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value;
  throw new Error(
    `--${name} is ${JSON.stringify(text)}, and must be a whole number from ${least} to ${most}`,
  );
}
