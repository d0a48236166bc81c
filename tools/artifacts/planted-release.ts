import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readZip } from "#client/packs/zip.ts";
import type { PackIndex } from "#shared/manifest.ts";
import { appVersion } from "#shared/version.ts";
import { placeRuntime } from "#tools/build/runtime.ts";
import { exportPacks } from "#tools/packs/export-packs.ts";
import { zip } from "#tools/packs/zip.ts";
import { root } from "#tools/test/programs.ts";
import { buildWorlds } from "#tools/worlds/build.ts";
import { sha256 } from "#tools/worlds/output.ts";
import { releaseFolders, writeManifest } from "./manifest.ts";

const isWindows = process.platform === "win32";
const node = isWindows ? "server/node.exe" : "server/node";
export const starter = isWindows ? "server/portcade.cmd" : "server/portcade";
export const script = "web/assets/index-0123abcd.js";
export const lazyScript = "web/assets/pixi-renderer-0123abcd.js";
export const style = "web/assets/index-0123abcd.css";
export const font = "web/assets/pixelify-sans-latin-400-normal-0123abcd.woff2";

/** The parts that rules look at from outside alone. */
const parts: Readonly<Record<string, string>> = {
  "server/better_sqlite3.node": "addon",
  "server/main.mjs": `console.log(${JSON.stringify(appVersion)})\n`,
  "server/world.mjs": 'console.log("a world")\n',
  "server/licenses/packages.md": "licenses",
  "server/licenses/portcade.txt": "license",
  "web/index.html": `<html><head>
    <meta http-equiv="Content-Security-Policy" content="default-src 'self'">
    <link rel="manifest" href="./manifest.webmanifest" />
    <script type="module" src="./${script.slice(4)}"></script>
    <link rel="stylesheet" href="./${style.slice(4)}">
    </head></html>\n`,
  "web/manifest.webmanifest": "{}\n",
  "web/icons/icon-192.png": "icon",
  "web/icons/icon-512.png": "icon",
  "web/icons/icon-maskable.png": "icon",
  "web/licenses/packages.md": "licenses",
  "web/licenses/pixelify-sans.txt": "license",
  [script]: 'import("./pixi-renderer-0123abcd.js");\n',
  [lazyScript]: 'console.log("pixels")\n',
  [style]: "body { color: white }\n",
  [font]: "font",
};

const sources: Readonly<Record<string, readonly string[]>> = {
  "server/main.mjs": ["server/main.ts", "shared/version.ts", "better-sqlite3"],
  "server/world.mjs": ["server/roles/world.ts", "shared/version.ts"],
  [script]: ["client-web/src/main.ts", "shared/version.ts"],
  [lazyScript]: ["client-web/src/render/pixi-renderer.ts", "pixi.js"],
};

/** A small release that is in order, with the real worlds and packs, for tests to spoil. */
export class PlantedRelease {
  readonly dir = mkdtempSync(join(tmpdir(), "portcade-release-"));

  /** @returns one made anew, from the sources of this checkout */
  static async make(): Promise<PlantedRelease> {
    const release = new PlantedRelease();
    const worldsDir = join(root, "worlds");
    const { worlds } = await buildWorlds({ worldsDir, outDir: release.dir });
    await exportPacks({ worlds, worldsDir, outDir: release.dir });
    for (const [path, content] of Object.entries(parts)) release.write(path, content);
    placeRuntime(release.dir);
    const origin = { version: appVersion, release_commit: null, trigger_commit: null, run_id: null };
    writeManifest(release.dir, origin, sources);
    return release;
  }

  /** One like this, times and all. */
  copy(): PlantedRelease {
    const other = new PlantedRelease();
    const large = this.at(node);
    cpSync(this.dir, other.dir, {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => path !== large,
    });
    // A second name will do for it.
    linkSync(large, other.at(node));
    return other;
  }

  at(path: string): string {
    return join(this.dir, path);
  }

  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  /** Replaces a file, or makes it; never writes through a link. */
  write(path: string, content: string | Uint8Array): void {
    rmSync(this.at(path), { force: true });
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), content, { mode: path === starter ? 0o755 : 0o644 });
  }

  append(path: string, content: string): void {
    appendFileSync(this.at(path), content);
  }

  edit(path: string, change: (json: Record<string, unknown>) => void): void {
    const json = JSON.parse(this.read(path)) as Record<string, unknown>;
    change(json);
    this.write(path, JSON.stringify(json));
  }

  remove(path: string): void {
    rmSync(this.at(path), { recursive: true });
  }

  /** Adds to a world's pack, or replaces in it, and lists what it is then in the index, here and in the mirror. */
  async repack(key: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    const entries = await readZip(new Uint8Array(readFileSync(this.at(`world_packs/${key}.zip`))));
    for (const [path, content] of Object.entries(files)) entries.set(path, Buffer.from(content));
    const bytes = zip(entries);
    for (const folder of releaseFolders.slice(1)) {
      const dir = folder === "web" ? "web/world_packs" : folder;
      const index = JSON.parse(this.read(`${dir}/index.json`)) as PackIndex;
      const { mtime = 1 } = index.packs[key] ?? {};
      index.packs[key] = { file: `${key}.zip`, size: bytes.length, mtime, sha256: sha256(bytes) };
      this.write(`${dir}/index.json`, JSON.stringify(index));
      this.write(`${dir}/${key}.zip`, bytes);
      utimesSync(this.at(`${dir}/${key}.zip`), mtime, mtime);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }
}
