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

const lateName = "\0late:";

/** `ws` gets stand-ins for those modules; everybody else gets the real ones. */
const loadLate: Plugin = {
  name: "portcade-late-modules",
  enforce: "pre",
  resolveId(source, importer) {
    const isOfWs = /[\\/]node_modules[\\/]ws[\\/]/.test(importer ?? "");
    return isOfWs && Object.hasOwn(lateModules, source) ? `${lateName}${source}` : undefined;
  },
  load(id) {
    if (!id.startsWith(lateName)) return undefined;
    const name = id.slice(lateName.length);
    const calls = (lateModules[name] ?? []).map(
      (call) => `exports.${call} = (...given) => process.getBuiltinModule("node:${name}").${call}(...given);`,
    );
    return calls.join("\n");
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
    plugins: [loadLate],
    ssr: { noExternal: true, external: ["bufferutil", "utf-8-validate"], target: "node" },
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
