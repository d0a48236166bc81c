import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { worldIndex } from "#shared/manifest.ts";
import type { WorldEntry } from "#shared/manifest.ts";
import { bundleModule } from "./bundle-module.ts";
import { compileWorld, labelled } from "./compile.ts";
import type { CompiledWorld } from "./compile.ts";
import { crossCheck } from "./cross-checks.ts";
import { discoverWorlds, projectFile, shownPath, worldFolders } from "./discover.ts";
import { isMain } from "./is-main.ts";
import { pruneFolders, sha256, writeIfChanged } from "./output.ts";
import { WorldsRefused } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { stableJson } from "./stable-json.ts";
import { readProject } from "./tiled-project.ts";
import type { TiledProject } from "./tiled-project.ts";

export interface BuildOptions {
  readonly worldsDir: string;
  readonly outDir: string;
  /** Write only these worlds; all are checked all the same, for portals lead across. */
  readonly only?: readonly string[] | undefined;
}

export interface BuiltWorlds {
  readonly worlds: readonly CompiledWorld[];
  /** Keys whose built files differ from what was there before. */
  readonly changed: readonly string[];
}

/** Compiles every world without writing anything. Throws `WorldsRefused` naming all that is wrong. */
export function compileWorlds(worldsDir: string): readonly CompiledWorld[] {
  const problems: Problem[] = [];
  const path = join(worldsDir, projectFile);
  const project = readProject(path, shownPath(worldsDir, path), problems);
  const sources = discoverWorlds(worldsDir, problems);
  if (project) checkKeys(project, worldsDir, problems);
  const compiled = project
    ? sources.flatMap((source) => compileWorld(source, worldsDir, project, problems) ?? [])
    : [];
  crossCheck(new Map(compiled.map((world) => [world.key, world])), problems);
  if (sources.length === 0 && problems.length === 0)
    problems.push({ file: shownPath(worldsDir, worldsDir), says: "holds no world" });
  if (problems.length > 0) throw new WorldsRefused(problems);
  const names = new Map(compiled.map(({ key, manifest }) => [key, manifest.name]));
  return compiled.map((world) => withLabels(world, names));
}

/**
 * Writes `server/worlds.json` and `server/worlds/<key>/{map.json,world.json,module.mjs}` under `outDir`.
 * Files whose bytes stay the same are not touched. Throws `WorldsRefused`, having written nothing unless it is a
 * module that needs code of another.
 */
export async function buildWorlds({ worldsDir, outDir, only }: BuildOptions): Promise<BuiltWorlds> {
  const worlds = compileWorlds(worldsDir);
  const target = join(outDir, "server", "worlds");
  const changed = [];
  for (const world of worlds)
    if ((only ?? [world.key]).includes(world.key) && (await writeWorld(world, join(target, world.key))))
      changed.push(world.key);
  pruneFolders(target, new Set(worlds.map(({ key }) => key)));
  const index = worldIndex.parse(Object.fromEntries(worlds.map((world) => [world.key, entryOf(world)])));
  writeIfChanged(join(outDir, "server", "worlds.json"), stableJson(index));
  return { worlds, changed };
}

/** The bytes of a world's `map.json`, in the server's folder and in the pack alike. */
export const mapBytes = ({ map }: CompiledWorld): string => stableJson(map);

function checkKeys(project: TiledProject, worldsDir: string, problems: Problem[]): void {
  const listed = project.enums.get("WorldKey") ?? [];
  const folders = worldFolders(worldsDir);
  if (listed.join() === folders.join()) return;
  const file = shownPath(worldsDir, join(worldsDir, projectFile));
  problems.push({
    file,
    says: `WorldKey lists ${listed.join(", ")}; the folders are ${folders.join(", ")}: run npm run worlds:sync-tiled`,
  });
}

function withLabels(world: CompiledWorld, names: ReadonlyMap<string, string>): CompiledWorld {
  const portals = Object.entries(world.map.portals).map(([name, portal]) => [name, labelled(portal, names)]);
  return { ...world, map: { ...world.map, portals: Object.fromEntries(portals) } };
}

function entryOf(world: CompiledWorld): WorldEntry {
  const { key, manifest, map } = world;
  const { name, capacity, fallback } = manifest;
  const portals = Object.entries(map.portals).map(([id, { target, spawn }]) => [id, { target, spawn }]);
  return {
    key,
    name,
    capacity,
    ...(fallback && { fallback }),
    spawns: map.spawns,
    portals: Object.fromEntries(portals),
    mapSha256: sha256(mapBytes(world)),
  };
}

async function writeWorld(world: CompiledWorld, dir: string): Promise<boolean> {
  const { module } = world.manifest;
  const written = [
    writeIfChanged(join(dir, "map.json"), mapBytes(world)),
    writeIfChanged(join(dir, "world.json"), stableJson(world.manifest)),
    writeIfChanged(join(dir, "module.mjs"), module && (await bundleModule(join(world.dir, module), "node"))),
  ];
  return written.includes(true);
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: { worlds: { type: "string", default: "worlds" }, out: { type: "string", default: "builds" } },
  });
  try {
    const { worlds, changed } = await buildWorlds({
      worldsDir: resolve(values.worlds),
      outDir: resolve(values.out),
    });
    console.log(`WORLDS_BUILT worlds=${worlds.length} changed=${changed.join(",") || "none"}`);
  } catch (cause) {
    if (!(cause instanceof WorldsRefused)) throw cause;
    console.error(cause.message);
    process.exitCode = 1;
  }
}
