import { readFileSync } from "node:fs";
import { z } from "zod";
import { StartRefused } from "#engine/start-refused.ts";
import { type WorldEntry, worldIndex } from "#shared/manifest.ts";
import { exitCodes } from "./cli/exit-codes.ts";

export const initialWorld = "hub";

/**
 * The worlds that were built, by key.
 *
 * @throws StartRefused when there are none, or not the first one
 */
export function readWorlds(path: string): ReadonlyMap<string, WorldEntry> {
  const read = worldIndex.safeParse(parse(path));
  if (!read.success)
    throw new StartRefused(
      exitCodes.worldsUnreadable.code,
      `${path} is no world index: ${z.prettifyError(read.error).replaceAll("\n", " ")}`,
    );
  const worlds = new Map(Object.entries(read.data).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (!worlds.has(initialWorld))
    throw new StartRefused(
      exitCodes.worldsUnreadable.code,
      `${path} holds no world "${initialWorld}", where everybody begins`,
    );
  return worlds;
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (error) {
    throw new StartRefused(
      exitCodes.worldsUnreadable.code,
      `the worlds are not built (${(error as Error).message}); run npm start`,
    );
  }
}
