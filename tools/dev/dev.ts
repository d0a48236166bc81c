import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { WorldEntry } from "#shared/manifest.ts";
import { buildAll } from "#tools/build/all.ts";
import { root } from "#tools/test/programs.ts";
import { compareWorlds, watchFolders } from "./changes.ts";
import { DevMaster } from "./master.ts";
import { serveTiles } from "./tiles.ts";
import type { Tiles } from "./tiles.ts";

const worldsFile = join(root, "builds/server/worlds.json");
const readWorlds = (): Record<string, WorldEntry> =>
  JSON.parse(readFileSync(worldsFile, "utf8")) as Record<string, WorldEntry>;

/** Builds what has changed and restarts as little as that asks for. New packs the master notices by itself. */
async function follow(paths: readonly string[], master: DevMaster, tiles: Tiles | undefined): Promise<void> {
  const before = readWorlds();
  const built = buildAll();
  // What cannot be built is shown; what was built before goes on running.
  if (!built) return;
  const worlds = compareWorlds(before, readWorlds());
  const isServer = paths.some((path) => /^(?:server|shared)\/.*(?<!\.test)\.ts$/.test(path));
  if (isServer || worlds === "master") await master.restart();
  else for (const key of worlds) master.restartWorld(key);
  if (built.includes("client"))
    if (tiles) tiles.reload();
    else console.log("The client is built anew: reload its page.");
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { clients: { type: "string", default: "0" } } });
  const count = Number(values.clients);
  if (!Number.isInteger(count) || count < 0 || count > 16) {
    console.error(`--clients ${values.clients}: allowed are 0 to 16.`);
    return 14;
  }
  if (!buildAll()) return 1;
  await using master = new DevMaster([]);
  await using tiles =
    count > 0 ? await serveTiles(count, Number(process.env["PORTCADE_PORT"] ?? 19080)) : undefined;
  const ended = new Promise<number>((resolve) => {
    master.ended = resolve;
    process.on("SIGINT", () => resolve(0)).on("SIGTERM", () => resolve(0));
  });
  master.start();
  if (tiles) console.log(`${count} clients side by side: ${tiles.url}`);
  let following = Promise.resolve();
  const watching = watchFolders(root, ["worlds", "client-web", "shared", "server"], (paths) => {
    following = following.then(() => follow(paths, master, tiles));
  });
  const code = await ended;
  watching[Symbol.dispose]();
  await following;
  return code;
}

process.exitCode = await main();
