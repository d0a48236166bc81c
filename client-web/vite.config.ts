import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { recordSources } from "#tools/build/source-record.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * What a page may load and dial. Scripts of world packs are blobs. Servers and packs may be anywhere, as an
 * address can name them; a page that came over https is kept from unencrypted ones by the browser itself, and a
 * master that serves the page narrows this by its own header.
 */
export const policy = [
  "default-src 'self'",
  "script-src 'self' blob:",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self' blob: data:",
  "connect-src 'self' wss: https: ws: http:",
  "object-src 'none'",
  "base-uri 'none'",
].join("; ");

const withPolicy: Plugin = {
  name: "portcade:policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: policy },
      injectTo: "head-prepend",
    },
  ],
};

/** `--mode fake` builds the page over test data instead of a server, for looking at every screen. */
const withFake: Plugin = {
  name: "portcade:fake",
  transformIndexHtml: {
    order: "pre",
    handler: (html) => html.replace("/src/main.ts", "/src/app/fake-main.ts"),
  },
};

/** Fonts are no modules: the bundler's list of licenses passes them over. */
const withFontLicense: Plugin = {
  name: "portcade:font-license",
  apply: "build",
  generateBundle() {
    const source = readFileSync(here("../node_modules/@fontsource/pixelify-sans/LICENSE"));
    this.emitFile({ type: "asset", fileName: "licenses/pixelify-sans.txt", source });
  },
};

/**
 * Files of earlier builds go once the new ones are there, so that a page being loaded finds either; everything
 * else in the folder (the packs above all) stays.
 */
const withoutOldAssets: Plugin = {
  name: "portcade:without-old-assets",
  apply: "build",
  writeBundle: ({ dir = "" }, bundle) => {
    const assets = join(dir, "assets");
    for (const file of readdirSync(assets))
      if (bundle[`assets/${file}`] === undefined) rmSync(join(assets, file), { recursive: true });
  },
};

export default defineConfig(({ mode }) => {
  const outDir = here(mode === "fake" ? "../builds/web-fake" : "../builds/web");
  return {
    root: here("."),
    base: "./",
    plugins: [
      withPolicy,
      withFontLicense,
      recordSources,
      withoutOldAssets,
      ...(mode === "fake" ? [withFake] : []),
    ],
    define: {
      __MASTER_URL__: JSON.stringify(process.env["PORTCADE_PUBLIC_MASTER_URL"] ?? ""),
      __CLIENT_HOSTS__: JSON.stringify(
        (process.env["PORTCADE_CLIENT_HOSTS"] ?? "").split(",").filter(Boolean),
      ),
      __TEST_HOOK__: JSON.stringify(mode === "test"),
    },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      sourcemap: false,
      license: { fileName: "licenses/packages.md" },
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 900,
    },
  };
});
