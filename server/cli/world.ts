import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { runAlone } from "#world-server/alone.ts";
import { readConfig } from "../config.ts";
import type { Layout } from "../layout.ts";
import { readWorlds } from "../worlds.ts";
import { StartRefused } from "#engine/start-refused.ts";
import { exitCodes } from "./exit-codes.ts";

/** Runs one world without a master until it is asked to stop; resolves to the exit code. */
export async function runWorld(layout: Layout, { key }: { key?: string | undefined }): Promise<number> {
  const keys = keysOf(layout);
  if (typeof keys === "number") return keys;
  if (key === undefined || !keys.includes(key)) {
    const what = key === undefined ? "name a world" : `there is no world ${JSON.stringify(key)}`;
    process.stderr.write(`${what}; worlds: ${keys.join(", ")}\n`);
    return key === undefined ? exitCodes.badArguments.code : exitCodes.unknownWorld.code;
  }
  if (!existsSync(join(layout.worldsDir, key)))
    return refuse(exitCodes.worldUnloadable.code, `world ${key} is not built; run npm start`);
  const { config, problems } = readConfig(process.env, { cwd: process.cwd(), packDir: layout.packDir });
  if (!config) return refuse(exitCodes.badArguments.code, problems.join("\n"));
  const world = await runAlone(key, {
    worlds: pathToFileURL(layout.worldsDir + sep),
    limits: config.limits,
  });
  const asked = Promise.withResolvers<void>();
  process.once("SIGINT", asked.resolve).once("SIGTERM", asked.resolve);
  await asked.promise;
  await world.stop();
  return exitCodes.clean.code;
}

function keysOf(layout: Layout): string[] | number {
  try {
    return [...readWorlds(layout.worldIndex).keys()];
  } catch (error) {
    if (error instanceof StartRefused) return refuse(error.exitCode, error.message);
    throw error;
  }
}

function refuse(code: number, line: string): number {
  process.stderr.write(`${line}\n`);
  return code;
}
