import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What each bundle was made of: sources as paths in the repository, packages by name. By the bundle's path. */
export type SourceRecord = Readonly<Record<string, readonly string[]>>;

/** Lies beside the bundles' folders while a release is built, and nowhere else. */
const recordFile = ".sources.json";

export function openRecord(outDir: string): void {
  writeFileSync(join(outDir, recordFile), "{}");
}

export function readRecord(outDir: string): SourceRecord {
  return JSON.parse(readFileSync(join(outDir, recordFile), "utf8")) as SourceRecord;
}

/** Writes down what a bundle is made of, where a record is kept: the bundler alone knows. */
export const recordSources: Plugin = {
  name: "portcade:record-sources",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    const outDir = dirname(dir);
    if (!existsSync(join(outDir, recordFile))) return;
    const made: Record<string, readonly string[]> = {};
    for (const file of Object.values(bundle))
      if (file.type === "chunk")
        made[relative(outDir, join(dir, file.fileName)).replaceAll(sep, "/")] = sourcesOf(file.moduleIds);
    writeFileSync(join(outDir, recordFile), JSON.stringify({ ...readRecord(outDir), ...made }));
  },
};

function sourcesOf(ids: readonly string[]): string[] {
  // What is no file is the bundler's own, a few lines of glue.
  const real = ids.filter((id) => isAbsolute(id));
  return [...new Set(real.map(nameOf))].sort();
}

function nameOf(id: string): string {
  const path = id.replace(/\?.*$/, "").replaceAll("\\", "/");
  const [, inPackage] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return inPackage ?? relative(root, path).replaceAll(sep, "/");
}
