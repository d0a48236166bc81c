import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { sharedFolder, shownPath } from "./discover.ts";
import { WorldsRefused } from "./problem.ts";

const shared = fileURLToPath(new URL("../../shared/", import.meta.url));

/**
 * One self-contained ES module made of a world's own code: a pack's module cannot resolve relative imports.
 *
 * @param entry in the world's folder
 * @throws WorldsRefused when it needs code that is another's
 */
export async function bundleModule(entry: string, platform: "node" | "browser"): Promise<string> {
  // Loaded only when a world has code: the bundler costs more to start than all maps to compile.
  const { build } = await import("vite");
  const result = await build({
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      minify: platform === "browser",
      target: "es2024",
      ...(platform === "node" && { ssr: true }),
      rollupOptions: {
        input: entry,
        preserveEntrySignatures: "strict",
        output: { format: "es", codeSplitting: false },
      },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output && "output" in output ? output.output[0] : undefined;
  if (!chunk) throw new Error(`${entry}: the bundler made nothing`);
  refuseStrangers(entry, chunk.moduleIds);
  return chunk.code;
}

/** Players load what a pack holds, and a world's process must not become another part of the server. */
function refuseStrangers(entry: string, ids: readonly string[]): void {
  const world = dirname(entry);
  const places = [`${world}/`, join(dirname(world), sharedFolder, "/"), shared];
  // The bundler writes paths with `/` everywhere.
  const isOwn = (id: string): boolean =>
    id.includes("/node_modules/") || places.some((place) => id.startsWith(place.replaceAll(sep, "/")));
  const problems = ids
    // What is no file is the bundler's own, a few lines of glue.
    .filter((id) => isAbsolute(id) && !isOwn(id))
    .map((id) => ({
      file: shownPath(dirname(world), entry),
      says: `needs ${relative(dirname(dirname(world)), id)}; a world's code may need its own folder, ${basename(dirname(world))}/${sharedFolder}, shared and packages`,
    }));
  if (problems.length > 0) throw new WorldsRefused(problems);
}
