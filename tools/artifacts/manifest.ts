import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { appVersionPattern } from "#shared/version.ts";
import { sha256, writeWhole } from "#tools/worlds/output.ts";

/** What a release is made of; everything else under `builds/` belongs to the machine it lies on. */
export const releaseFolders = ["server", "web", "world_packs"] as const;

export const manifestFile = "deployment_manifest.json";

const commit = z.string().regex(/^[0-9a-f]{40}$/);

/** `deployment_manifest.json`: what was built, from what, and every file of it. */
export const deploymentManifest = z.strictObject({
  schema: z.literal(1),
  version: z.string().regex(appVersionPattern),
  release_commit: commit.nullable().describe("Null when the tree was not that of a commit"),
  trigger_commit: commit.nullable().describe("What the release was started on; null in a local build"),
  run_id: z.string().regex(/^\d+$/).nullable().describe("Of the workflow; null in a local build"),
  generated_at: z.iso.datetime(),
  files: z.array(
    z.strictObject({
      path: z
        .string()
        .regex(/^(server|web|world_packs)(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/)
        .describe("Below the folder of the manifest"),
      size: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      sources: z
        .array(z.string())
        .optional()
        .describe("Of a bundle: the paths of its sources in the repository, and the names of its packages"),
    }),
  ),
});
export type DeploymentManifest = z.infer<typeof deploymentManifest>;

/** The manifest is missing, or says something else than it should. */
export class ManifestRefused extends Error {
  override readonly name = "ManifestRefused";
}

/** @param dir the folder that holds it, `builds/` in a checkout. @throws ManifestRefused in one line */
export function readManifest(dir: string): DeploymentManifest {
  const path = join(dir, manifestFile);
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ManifestRefused(`${path} cannot be read (${(cause as Error).message})`, { cause });
  }
  const read = deploymentManifest.safeParse(text);
  if (read.success) return read.data;
  throw new ManifestRefused(`${path}: ${z.prettifyError(read.error).replaceAll("\n", " ")}`);
}

/**
 * Lists what lies in the release's folders below `dir`, and writes the list there.
 *
 * @param sources of each bundle, by its path
 */
export function writeManifest(
  dir: string,
  origin: Omit<DeploymentManifest, "schema" | "generated_at" | "files">,
  sources: Readonly<Record<string, readonly string[]>> = {},
): DeploymentManifest {
  const files = listFiles(dir).map((path) => {
    const bytes = readFileSync(join(dir, path));
    const made = sources[path];
    return { path, size: bytes.length, sha256: sha256(bytes), ...(made && { sources: [...made] }) };
  });
  const manifest = { schema: 1, ...origin, generated_at: new Date().toISOString(), files } as const;
  writeWhole(join(dir, manifestFile), `${JSON.stringify(deploymentManifest.parse(manifest), null, 2)}\n`);
  return manifest;
}

/** Every path below a release's folders that is no folder, with `/`, sorted by its characters. */
export function listFiles(dir: string): string[] {
  return releaseFolders
    .flatMap((folder) => readdirSync(join(dir, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dir.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}
