import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { changeVersion } from "#server/cli/version-file.ts";
import { must } from "./run.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Builds the next version of what is committed here, as a release does.
 *
 * @param folder is made
 * @param builds of this version: what did not change in the packs keeps its time
 * @returns the folder of its build
 */
export async function buildNextVersion(folder: string, builds: string): Promise<string> {
  await must("git", ["clone", "--quiet", `file://${root}`, folder]);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  changeVersion(join(folder, "server/main.ts"));
  const previous = ["--previous", join(builds, "world_packs/index.json")];
  await must(process.execPath, ["tools/build/release.ts", ...previous], { cwd: folder });
  return join(folder, "builds");
}
