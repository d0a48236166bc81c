import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { worldManifest } from "#shared/manifest.ts";
import type { WorldManifest } from "#shared/manifest.ts";
import { reservedWorldKeys, worldKey } from "#shared/protocol/parts.ts";
import { readJson, shaped } from "./parse.ts";
import { complainAbout } from "./problem.ts";
import type { Problem } from "./problem.ts";

/** Folders under `worlds/` that begin so hold what worlds share. */
export const sharedFolder = "_shared";
export const projectFile = "worlds.tiled-project";

export interface WorldSource {
  readonly key: string;
  readonly dir: string;
  readonly manifest: WorldManifest;
}

/** How a file is named in messages: `worlds/hub/map.tmj`, with `/` on every system. */
export function shownPath(worldsDir: string, path: string): string {
  return [basename(worldsDir), ...relative(worldsDir, path).split(sep)].filter(Boolean).join("/");
}

/** Every folder under `worlds/` that is not shared, sorted by key; the wrong ones become problems. */
export function discoverWorlds(worldsDir: string, problems: Problem[]): readonly WorldSource[] {
  return worldFolders(worldsDir).flatMap((key) => {
    const dir = join(worldsDir, key);
    const manifest = join(dir, "world.json");
    if (!worldKey.safeParse(key).success)
      return refuse(`"${key}" is no world key: a–z first, then a–z, 0–9, _ and -, 31 in all`, dir);
    if (reservedWorldKeys.some((reserved) => reserved === key))
      return refuse(`"${key}" is a reserved word`, dir);
    if (!existsSync(manifest)) return refuse("this folder has no world.json", dir);
    const complain = complainAbout(shownPath(worldsDir, manifest), problems);
    const json = readJson(manifest, complain);
    const parsed = json === undefined ? undefined : shaped(worldManifest, json, complain);
    if (parsed?.module && !existsSync(join(dir, parsed.module)))
      complain(`module "${parsed.module}" is not there`);
    return parsed ? [{ key, dir, manifest: parsed }] : [];
  });

  function refuse(says: string, dir: string): [] {
    problems.push({ file: shownPath(worldsDir, dir), says });
    return [];
  }
}

/** Names of the folders that claim to be worlds, sorted. */
export function worldFolders(worldsDir: string): readonly string[] {
  return readdirSync(worldsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_") && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort();
}

/** A picture of a world, its own or a shared one; `undefined` when neither exists. */
export function findPicture(dir: string, path: string): string | undefined {
  return [join(dir, path), join(dirname(dir), sharedFolder, path)].find((file) => existsSync(file));
}
