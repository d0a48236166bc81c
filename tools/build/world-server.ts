import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { Plugin } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * What `ws` asks of Node but a world needs late or never: loaded on the first call. Compression is off,
 * TLS comes with an order or not at all, and hashing waits for the first socket.
 */
const lateModules: Readonly<Record<string, readonly string[]>> = {
  crypto: ["createHash", "randomBytes", "randomFillSync"],
  https: ["get", "request"],
  tls: ["connect"],
  zlib: ["createDeflateRaw", "createInflateRaw"],
};

/** Native helpers `ws` can do without, and asks for to learn that it must. */
const absentModules = new Set(["bufferutil", "utf-8-validate"]);

const absentName = "\0absent:";
const builtinName = "\0builtin:";
const lateName = "\0late:";

/**
 * Node's own modules without `import`: importing one evaluates every getter it has, and those of `http`
 * load a whole fetch implementation (measured: 35 ms and 16 MB more).
 */
const leanBuiltins: Plugin = {
  name: "portcade-lean-builtins",
  enforce: "pre",
  resolveId(source, importer) {
    const name = source.replace(/^node:/, "");
    const isOfWs = /[\\/]node_modules[\\/]ws[\\/]/.test(importer ?? "");
    if (isOfWs && Object.hasOwn(lateModules, name)) return `${lateName}${name}`;
    if (absentModules.has(name)) return `${absentName}${name}`;
    // `module` is the bundler's own, and in memory anyway.
    return isBuiltin(name) && name !== "module" ? `${builtinName}${name}` : undefined;
  },
  load(id) {
    if (id.startsWith(absentName)) return `throw new Error("not in the bundle");`;
    if (id.startsWith(builtinName))
      return `module.exports = process.getBuiltinModule("node:${id.slice(builtinName.length)}");`;
    if (!id.startsWith(lateName)) return undefined;
    const name = id.slice(lateName.length);
    const calls = (lateModules[name] ?? []).map(
      (call) => `exports.${call} = (...given) => process.getBuiltinModule("node:${name}").${call}(...given);`,
    );
    // `ws` does without the native helpers only when they fail to load.
    return calls.length > 0 ? calls.join("\n") : `exports.none = 1; throw new Error("${name} is not here");`;
  },
};

/**
 * Bundles the world role into one minified file that needs nothing beside it but Node.
 *
 * @returns the path of the bundle
 */
export async function buildWorldServer({ outDir = join(root, "builds") } = {}): Promise<string> {
  const file = join(outDir, "server", "world.mjs");
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    plugins: [leanBuiltins],
    ssr: { noExternal: true, target: "node" },
    build: {
      ssr: join(root, "server", "roles", "world.ts"),
      outDir: dirname(file),
      emptyOutDir: false,
      target: "node26",
      minify: true,
      reportCompressedSize: false,
      rolldownOptions: { output: { entryFileNames: "world.mjs", codeSplitting: false } },
    },
  });
  return file;
}

if (import.meta.main) console.log(await buildWorldServer());
