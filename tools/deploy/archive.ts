import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { manifestFile, releaseFolders } from "#tools/artifacts/manifest.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packs a build for `deploy`, with the Caddyfile of the checkout; every file keeps its time, as packs have to.
 *
 * @param builds the folder of the build
 * @param level of compression, 1 (quick) to 9
 * @param edge the folder that holds the Caddyfile
 * @returns the sha256 that `deploy` asks for
 */
export async function packRelease(builds: string, archive: string, level = 6, edge = root): Promise<string> {
  const plain = ["--sort=name", "--owner=0", "--group=0", `--use-compress-program=gzip -${level}`];
  const build = ["-C", builds, ...releaseFolders, manifestFile];
  await execa("tar", ["-cf", archive, ...plain, ...build, "-C", edge, "Caddyfile"]);
  return createHash("sha256").update(readFileSync(archive)).digest("hex");
}
