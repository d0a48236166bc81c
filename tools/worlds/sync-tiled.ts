import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectFile, worldFolders } from "./discover.ts";
import { isMain } from "./is-main.ts";
import { writeIfChanged } from "./output.ts";
import { withWorldKeys } from "./tiled-project.ts";

/** Sets the project's `WorldKey` to the folders there are; whether that changed it. */
export function syncTiled(worldsDir: string): boolean {
  const path = join(worldsDir, projectFile);
  return writeIfChanged(path, withWorldKeys(readFileSync(path, "utf8"), worldFolders(worldsDir)));
}

if (isMain(import.meta.url)) {
  const isChanged = syncTiled(resolve(process.argv[2] ?? "worlds"));
  console.log(isChanged ? "WorldKey brought up to date" : "WorldKey was up to date");
}
