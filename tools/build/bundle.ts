import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { Plugin } from "vite";
import { recordSources } from "./source-record.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface BundleOptions {
  /** Relative to the repository. */
  readonly entry: string;
  /** The one file it becomes. */
  readonly file: string;
  readonly hasMap?: boolean;
  /** Where the licences of what went in are listed, relative to the file's folder; nowhere unless said. */
  readonly licenses?: string;
  readonly plugins?: readonly Plugin[];
}

/** Bundles a role into one minified file that needs nothing of `node_modules`. The rest of its folder stays. */
export async function bundleRole({
  entry,
  file,
  hasMap = false,
  licenses,
  plugins = [],
}: BundleOptions): Promise<void> {
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    plugins: [...plugins, recordSources],
    ssr: { noExternal: true, target: "node" },
    build: {
      ssr: join(root, entry),
      outDir: dirname(file),
      emptyOutDir: false,
      target: "node26",
      minify: true,
      sourcemap: hasMap,
      reportCompressedSize: false,
      license: licenses !== undefined && { fileName: licenses },
      rolldownOptions: { output: { entryFileNames: basename(file), codeSplitting: false } },
    },
  });
}
