import { copyFileSync, cpSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Plugin } from "vite";
import { bundleRole } from "./bundle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const addon = "better_sqlite3.node";

/** The SQLite driver with its native part beside the bundle, where it would look for it in its own package. */
const addonBeside: Plugin = {
  name: "portcade-addon-beside",
  enforce: "pre",
  resolveId(source, importer, options) {
    if (source === "better-sqlite3")
      return this.resolve(`better-sqlite3/${platform}`, importer, { ...options, skipSelf: true });
    return source.endsWith(".node") ? { id: `./${addon}`, external: true } : undefined;
  },
};

const platform = `${process.platform}-${process.arch}`;

/** Bundles the master with all it needs but Node, into `<outDir>/server`. */
async function buildMaster(outDir: string, hasMap: boolean): Promise<void> {
  const dir = join(outDir, "server");
  const file = join(dir, "main.mjs");
  await bundleRole({
    entry: "server/main.ts",
    file,
    hasMap,
    licenses: "licenses/packages.md",
    plugins: [addonBeside],
  });
  const driver = dirname(createRequire(import.meta.url).resolve("better-sqlite3/package.json"));
  copyFileSync(join(driver, "prebuilds", `${platform}.node`), join(dir, addon));
  cpSync(join(root, "LICENSE"), join(dir, "licenses", "portcade.txt"));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: "string" }, debug: { type: "boolean" } } });
  await buildMaster(resolve(values.out ?? "builds"), values.debug ?? false);
}
