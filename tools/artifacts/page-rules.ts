import { gzipSync } from "node:zlib";
import type { Artifacts } from "./artifacts.ts";
import type { Rule } from "./rule.ts";

const KiB = 1024;

/** What a player's first visit may cost, in bytes; scripts and styles as they travel, compressed. */
export const budgets = {
  scripts: 270 * KiB,
  ownScript: 60 * KiB,
  styles: 8 * KiB,
  fonts: 30 * KiB,
  pack: 8 * KiB * KiB,
} as const;

const attributes = /\s(?:src|href)="([^"]*)"/g;
/** What a script loads together with itself, in a minified bundle. */
const staticImport = /(?:^|[;}\n])(?:import|export)\s*(?:[^;()"'`]*?\bfrom\s*)?["'`]\.\/[^"'`]+["'`]/;

function startScripts(artifacts: Artifacts): string[] {
  const tags = artifacts.text("web/index.html").matchAll(/<script\b[^>]*\ssrc="\.?\/?([^"]*)"/g);
  return [...tags].map(([, path]) => `web/${path ?? ""}`);
}

const zipped = (artifacts: Artifacts, path: string): number => gzipSync(artifacts.bytes(path)).length;

/** Yields when the files of a kind are together more than their budget. */
function* sumOf(
  artifacts: Artifacts,
  kind: RegExp,
  budget: number,
  sizeOf: (artifacts: Artifacts, path: string) => number,
): Iterable<string> {
  const paths = artifacts.files.filter((path) => path.startsWith("web/assets/") && kind.test(path));
  const sum = paths.reduce((total, path) => total + sizeOf(artifacts, path), 0);
  if (sum > budget) yield `${paths.length} files are ${sum} bytes; ${budget} are allowed`;
}

export const pageRules = {
  "the page stands on its own": {
    says: "The page names only files beside it, which are there, and its policy comes first",
    *check(artifacts) {
      const html = artifacts.text("web/index.html");
      const there = new Set(artifacts.files);
      for (const [, url = ""] of html.matchAll(attributes))
        if (!url.startsWith("./")) yield `web/index.html names ${url}, which is not relative`;
        else if (!there.has(`web/${url.slice(2)}`)) yield `web/index.html names ${url}, which is not there`;
      if (!/<head>\s*<meta http-equiv="Content-Security-Policy" content="default-src /.test(html))
        yield "web/index.html does not begin with its policy";
    },
  },
  "one script at the start": {
    says: "The page begins with one script; what comes later it asks for when it needs it",
    *check(artifacts) {
      const scripts = startScripts(artifacts);
      const preloads = artifacts.text("web/index.html").match(/modulepreload/g) ?? [];
      if (scripts.length !== 1 || preloads.length > 0)
        yield `web/index.html begins with ${scripts.length} scripts and ${preloads.length} preloads`;
      for (const path of scripts)
        if (staticImport.test(artifacts.text(path))) yield `${path} loads another script with itself`;
    },
  },
  "budget of scripts": {
    says: "All scripts together, compressed: at most 270 KiB",
    check: (artifacts) => sumOf(artifacts, /\.js$/, budgets.scripts, zipped),
  },
  "budget of our script": {
    says: "What is ours, the script at the start, compressed: at most 60 KiB",
    *check(artifacts) {
      for (const path of startScripts(artifacts)) {
        const size = zipped(artifacts, path);
        if (size > budgets.ownScript) yield `${path} is ${size} bytes; ${budgets.ownScript} are allowed`;
      }
    },
  },
  "budget of styles": {
    says: "All styles together, compressed: at most 8 KiB",
    check: (artifacts) => sumOf(artifacts, /\.css$/, budgets.styles, zipped),
  },
  "budget of fonts": {
    says: "All fonts together: at most 30 KiB",
    check: (artifacts) => sumOf(artifacts, /\.woff2$/, budgets.fonts, (all, path) => all.bytes(path).length),
  },
  "budget of packs": {
    says: "Each world's pack: at most 8 MiB",
    *check(artifacts) {
      for (const path of artifacts.files.filter((path) => /^world_packs\/.*\.zip$/.test(path))) {
        const { size } = artifacts.stat(path);
        if (size > budgets.pack) yield `${path} is ${size} bytes; ${budgets.pack} are allowed`;
      }
    },
  },
} satisfies Record<string, Rule>;
