import { readdirSync } from "node:fs";
import { join } from "node:path";
import { appVersion } from "#shared/version.ts";
import { worldFolders } from "#tools/worlds/discover.ts";
import { sha256 } from "#tools/worlds/output.ts";
import type { Artifacts } from "./artifacts.ts";
import { manifestFile, releaseFolders } from "./manifest.ts";
import type { Rule } from "./rule.ts";

const isWindows = process.platform === "win32";
const programs = isWindows ? ["server/portcade.cmd", "server/node.exe"] : ["server/portcade", "server/node"];

/** What is there once. */
const required = [
  ...programs,
  ...(process.platform === "linux" ? ["server/libatomic.so.1"] : []),
  "server/better_sqlite3.node",
  "server/main.mjs",
  "server/world.mjs",
  "server/worlds.json",
  "server/licenses/node.txt",
  "server/licenses/packages.md",
  "server/licenses/portcade.txt",
  "web/index.html",
  "web/manifest.webmanifest",
  "web/icons/icon-192.png",
  "web/icons/icon-512.png",
  "web/icons/icon-maskable.png",
  "web/licenses/packages.md",
  "web/licenses/pixelify-sans.txt",
  "web/world_packs/index.json",
  "world_packs/index.json",
];

/** What each world adds; the module only where it has rules of its own. */
const ofWorld = (key: string): string[] => [
  `server/worlds/${key}/map.json`,
  `server/worlds/${key}/world.json`,
  `world_packs/${key}.zip`,
  `web/world_packs/${key}.zip`,
];

/** The client's own files carry the hash of what is in them, so that a page never meets those of another build. */
const assets =
  /^web\/assets\/(?:(?:index|pixi-renderer|browserAll|webworkerAll|init|ZzFX)-[\w-]{8}\.js|index-[\w-]{8}\.css|pixelify-sans-latin-400-normal-[\w-]{8}\.woff2)$/;

/** What may lie beside a release: this machine's own, never uploaded. */
const beside = ["README.md", ".stamps", "compile-cache", "preview", "web-fake"];

function hasModule(artifacts: Artifacts, key: string): boolean {
  const { module } = JSON.parse(artifacts.text(`server/worlds/${key}/world.json`)) as { module?: string };
  return module !== undefined;
}

export const fileRules = {
  "nothing missing": {
    says: "Every part is there, and of every world its map, its rules and its pack",
    *check(artifacts) {
      const worlds = worldFolders(join(artifacts.root, "worlds"));
      const there = new Set(artifacts.files);
      for (const path of [...required, ...worlds.flatMap(ofWorld)])
        if (!there.has(path)) yield `${path} is missing`;
      for (const key of worlds)
        if (hasModule(artifacts, key) && !there.has(`server/worlds/${key}/module.mjs`))
          yield `server/worlds/${key}/module.mjs is missing`;
      const listed = Object.keys(artifacts.worlds).join();
      if (listed !== worlds.join())
        yield `server/worlds.json lists ${listed}; the folders are ${worlds.join()}`;
    },
  },
  "nothing unexpected": {
    says: "No other file: no database, no source, no note",
    *check(artifacts) {
      const worlds = Object.keys(artifacts.worlds);
      const modules = worlds.filter((key) => hasModule(artifacts, key));
      const known = new Set([
        ...required,
        ...worlds.flatMap(ofWorld),
        ...modules.map((key) => `server/worlds/${key}/module.mjs`),
      ]);
      for (const path of artifacts.files)
        if (!known.has(path) && !assets.test(path)) yield `${path} has no place in a release`;
      const parts: readonly string[] = [...releaseFolders, manifestFile, ...beside];
      for (const name of readdirSync(artifacts.dir))
        if (!parts.includes(name)) yield `${name} has no place beside a release`;
    },
  },
  "plain files": {
    says: "Files are files, not links; what is to be started may be",
    *check(artifacts) {
      for (const path of artifacts.files)
        if (!artifacts.stat(path).isFile()) yield `${path} is no plain file`;
      for (const path of isWindows ? [] : programs)
        if ((artifacts.stat(path).mode & 0o111) !== 0o111) yield `${path} is not executable`;
    },
  },
  "what the manifest says": {
    says: "The manifest lists every file with its size and hash, and the version is that of the sources",
    *check(artifacts) {
      const { files, version } = artifacts.manifest;
      const listed = new Map(files.map((file) => [file.path, file]));
      for (const path of artifacts.files) {
        const bytes = artifacts.bytes(path);
        const { size, sha256: hash } = listed.get(path) ?? {};
        if (size === undefined) yield `${path} is not listed`;
        else if (size !== bytes.length || hash !== sha256(bytes)) yield `${path} is another one than listed`;
        listed.delete(path);
      }
      for (const path of listed.keys()) yield `${path} is listed and not there`;
      if (version !== appVersion) yield `the version is ${version}, the sources are ${appVersion}`;
    },
  },
} satisfies Record<string, Rule>;
