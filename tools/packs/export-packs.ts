import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackIndex } from "#shared/manifest.ts";
import type { CompiledWorld } from "#tools/worlds/compile.ts";
import { projectFile, sharedFolder } from "#tools/worlds/discover.ts";
import { sha256, writeIfChanged } from "#tools/worlds/output.ts";
import { stableJson } from "#tools/worlds/stable-json.ts";
import { changedAt } from "./age.ts";
import { packEntries } from "./entries.ts";
import { isAsRecorded, mirrorFile, placePack, readIndex } from "./publish.ts";
import type { PackRecord } from "./publish.ts";
import { readStamps, stampOf, writeStamps } from "./stamps.ts";
import { PackRefused, zip } from "./zip.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const exporter = [join(root, "tools", "packs"), join(root, "tools", "worlds")];

export interface ExportOptions {
  readonly worlds: readonly CompiledWorld[];
  readonly worldsDir: string;
  readonly outDir: string;
  /** Export only these; the others stay as the index has them. */
  readonly only?: readonly string[] | undefined;
  /** The index of what players have now; the one in `outDir` when not given. */
  readonly previous?: string | undefined;
}

export interface ExportedPack extends PackRecord {
  readonly key: string;
  /** Whether its bytes differ from the previous ones. */
  readonly changed: boolean;
  /** Whether it was put together anew, because something it is made of changed. */
  readonly rebuilt: boolean;
}

/**
 * Writes `world_packs/<key>.zip` and `index.json` under `outDir`, mirrored into `web/world_packs`. A pack whose
 * bytes stay the same keeps its time and its file. Throws `PackRefused` naming world and file.
 */
export async function exportPacks(options: ExportOptions): Promise<readonly ExportedPack[]> {
  const { worlds, outDir, only } = options;
  const dir = join(outDir, "world_packs");
  const recorded = readIndex(join(dir, "index.json"));
  const previous = options.previous === undefined ? recorded : readIndex(options.previous);
  const stamps = readStamps(outDir);
  const exported: ExportedPack[] = [];
  for (const world of worlds) {
    const kept = recorded[world.key];
    if (only && !only.includes(world.key) && kept) continue;
    exported.push(
      await exportPack(world, dir, { recorded: kept, before: previous[world.key] }, stamps, options),
    );
  }
  const made = Object.fromEntries(
    exported.map(({ key, file, size, mtime, sha256 }) => [key, { file, size, mtime, sha256 }]),
  );
  const living = worlds.flatMap(({ key }) => (recorded[key] ? [[key, recorded[key]] as const] : []));
  publishIndex(outDir, { schema: 1, packs: { ...Object.fromEntries(living), ...made } });
  writeStamps(outDir, stamps);
  return exported;
}

interface Known {
  readonly recorded: PackRecord | undefined;
  readonly before: PackRecord | undefined;
}

async function exportPack(
  world: CompiledWorld,
  dir: string,
  { recorded, before }: Known,
  stamps: Map<string, string>,
  options: ExportOptions,
): Promise<ExportedPack> {
  const { key } = world;
  const entries = await packEntries(world, options.worldsDir).catch((cause: unknown) => refuse(key, cause));
  const stamp = stampOf(entries);
  const isSettled =
    recorded !== undefined && recorded.sha256 === before?.sha256 && recorded.mtime === before.mtime;
  if (isSettled && stamps.get(key) === stamp && isAsRecorded(dir, recorded))
    return { key, ...recorded, changed: false, rebuilt: false };
  const bytes = zipOf(key, entries);
  const hash = sha256(bytes);
  const isSame = before?.sha256 === hash;
  const mtime = isSame
    ? before.mtime
    : Math.max(await changedAt(inputsOf(world, options.worldsDir), root), (before?.mtime ?? 0) + 1);
  const record = { file: `${key}.zip`, size: bytes.length, mtime, sha256: hash };
  if (!isAsRecorded(dir, record)) placePack(dir, key, bytes, mtime);
  stamps.set(key, stamp);
  return { key, ...record, changed: !isSame, rebuilt: true };
}

const inputsOf = (world: CompiledWorld, worldsDir: string): string[] => [
  world.dir,
  join(worldsDir, sharedFolder),
  join(worldsDir, projectFile),
  ...exporter,
];

function zipOf(key: string, entries: Parameters<typeof zip>[0]): Uint8Array {
  try {
    return zip(entries);
  } catch (cause) {
    return refuse(key, cause);
  }
}

function refuse(key: string, cause: unknown): never {
  if (cause instanceof PackRefused) throw new PackRefused(`world "${key}": ${cause.message}`);
  throw cause;
}

/** The index last, so that it never promises a pack that is not there yet; then what it no longer names goes. */
function publishIndex(outDir: string, index: PackIndex): void {
  const dir = join(outDir, "world_packs");
  const mirror = join(outDir, "web", "world_packs");
  const files = [...Object.values(index.packs).map(({ file }) => file), "index.json"];
  writeIfChanged(join(dir, "index.json"), stableJson(index));
  for (const file of files) mirrorFile(join(dir, file), join(mirror, file));
  for (const folder of [dir, mirror])
    for (const name of readdirSync(folder)) if (!files.includes(name)) rmSync(join(folder, name));
}
