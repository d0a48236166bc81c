/** One self-contained ES module made of a world's own code: a pack's module cannot resolve relative imports. */
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
  return chunk.code;
}
