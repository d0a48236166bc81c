import { isBuiltin } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Plugin } from "vite";
import { bundleRole } from "./bundle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const builtinName = "\0builtin:";

/**
 * Node's own modules without `import`: importing one evaluates every getter it has, and those of `http`
 * load a whole fetch implementation (measured: 35 ms and 16 MB more).
 */
const leanBuiltins: Plugin = {
  name: "portcade-lean-builtins",
  enforce: "pre",
  resolveId(source) {
    const name = source.replace(/^node:/, "");
    // `module` is the bundler's own, and in memory anyway.
    return isBuiltin(name) && name !== "module" ? `${builtinName}${name}` : undefined;
  },
  load(id) {
    if (!id.startsWith(builtinName)) return undefined;
    return `module.exports = process.getBuiltinModule("node:${id.slice(builtinName.length)}");`;
  },
};

/**
 * Bundles the world role into one minified file that needs nothing beside it but Node.
 *
 * @returns the path of the bundle
 */
export async function buildWorldServer({
  outDir = join(root, "builds"),
  hasMap = false,
} = {}): Promise<string> {
  const file = join(outDir, "server", "world.mjs");
  await bundleRole({ entry: "server/roles/world.ts", file, hasMap, plugins: [leanBuiltins] });
  return file;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: "string" }, debug: { type: "boolean" } } });
  console.log(
    await buildWorldServer({ outDir: resolve(values.out ?? "builds"), hasMap: values.debug ?? false }),
  );
}
