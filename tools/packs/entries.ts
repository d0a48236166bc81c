import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { bundleModule } from "#tools/worlds/bundle-module.ts";
import { mapBytes } from "#tools/worlds/build.ts";
import type { CompiledWorld } from "#tools/worlds/compile.ts";
import { sharedFolder } from "#tools/worlds/discover.ts";
import { sha256 } from "#tools/worlds/output.ts";
import { stableJson } from "#tools/worlds/stable-json.ts";
import { licenses, PackRefused } from "./zip.ts";
import type { Entries } from "./zip.ts";

const licence = z.strictObject({
  author: z.string().min(1),
  license: z.string().min(1),
  source: z.string().min(1),
});
const licenceList = z.record(z.string(), licence);
type Licences = z.infer<typeof licenceList>;

/** What may lie in which folder of a pack. Tilesets' `.tsj` are for Tiled alone. */
const assets = { tiles: /\.png$/, sprites: /\.(png|json)$/, audio: /\.(json|ogg|mp3)$/ };
const unpacked = /\.tsj$/;

/** Everything that goes into a world's pack, by path. Throws `PackRefused` naming the file. */
export async function packEntries(world: CompiledWorld, worldsDir: string): Promise<Entries> {
  const shared = join(worldsDir, sharedFolder);
  const entries = new Map([
    ...assetsOf(shared, ["sprites"]),
    ...assetsOf(world.dir, ["tiles", "sprites", "audio"]),
  ]);
  for (const { image, path } of world.tilesets) entries.set(image, readFileSync(path));
  const code = join(world.dir, "client.ts");
  const client = existsSync(code) ? await bundleModule(code, "browser") : undefined;
  if (client !== undefined) entries.set("client.js", Buffer.from(client));
  entries.set(licenses, Buffer.from(stableJson(licencesFor(entries, [shared, world.dir]))));
  const map = Buffer.from(mapBytes(world));
  entries.set("map.json", map);
  entries.set("world.json", Buffer.from(stableJson(description(world, map, client !== undefined))));
  checkWhole(world, entries);
  return entries;
}

/** `world.json` of a pack: what it is, and which map it belongs to. */
function description({ key, manifest }: CompiledWorld, map: Uint8Array, hasClient: boolean): object {
  const entry = { map: "map.json", mapSha256: sha256(map), ...(hasClient && { client: "client.js" }) };
  return { schema: 1, key, name: manifest.name, ...entry };
}

function assetsOf(dir: string, folders: readonly (keyof typeof assets)[]): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  for (const folder of folders)
    for (const path of filesBelow(dir, folder)) {
      if (unpacked.test(path)) continue;
      if (!assets[folder].test(path))
        throw new PackRefused(`${join(dir, path)}: not a kind of file that ${folder}/ may hold`);
      entries.set(path, readFileSync(join(dir, path)));
    }
  return entries;
}

/** Files below a folder as pack paths, sorted. Links are refused: what they lead to may differ elsewhere. */
function filesBelow(dir: string, folder: string): string[] {
  const path = join(dir, folder);
  if (!existsSync(path)) return [];
  if (lstatSync(path).isSymbolicLink()) throw new PackRefused(`${path}: links are not packed`);
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(dir, inner);
      if (!entry.isFile()) throw new PackRefused(`${join(dir, inner)}: links are not packed`);
      return [inner];
    });
}

/** The licences of exactly the assets packed. Throws `PackRefused` for one nobody vouches for. */
function licencesFor(entries: Entries, dirs: readonly string[]): Licences {
  const known: Licences = Object.assign({}, ...dirs.map(readLicences));
  const used: Licences = {};
  for (const path of entries.keys()) {
    if (path === "client.js") continue;
    const entry = known[path];
    if (!entry) throw new PackRefused(`${path}: has no entry in ${licenses}`);
    used[path] = entry;
  }
  return used;
}

function readLicences(dir: string): Licences {
  const path = join(dir, licenses);
  if (!existsSync(path)) return {};
  try {
    return licenceList.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new PackRefused(`${path}: must map each asset to its author, license and source`, { cause });
  }
}

/** Whatever the map shows must be in the pack. */
function checkWhole({ map }: CompiledWorld, entries: Entries): void {
  const sprites = ["player", "portal", "portal-glow", ...map.npcs.map(({ sprite }) => sprite)];
  for (const path of [
    ...map.tilesets.map(({ image }) => image),
    ...sprites.map((name) => `sprites/${name}.png`),
  ])
    if (!entries.has(path)) throw new PackRefused(`${path}: shown in the world but not there`);
}
