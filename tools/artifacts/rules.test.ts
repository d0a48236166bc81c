import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "#tools/test/programs.ts";
import { Artifacts } from "./artifacts.ts";
import { budgets } from "./page-rules.ts";
import { font, lazyScript, PlantedRelease, script, starter, style } from "./planted-release.ts";
import { breaches, rules } from "./rules.ts";
import type { RuleName } from "./rules.ts";

/** How a release is spoiled, by what the rule says of it then. */
type Violations = Readonly<Record<string, (release: PlantedRelease) => unknown>>;

const source = (path: string): string => readFileSync(join(root, path), "utf8");
const isWindows = process.platform === "win32";
const node = isWindows ? "server/node.exe" : "server/node";

/** Every rule has at least one; the type sees to it that none is forgotten. */
const violations: Readonly<Record<RuleName, Violations>> = {
  "nothing missing": {
    "server/world.mjs is missing": (release) => release.remove("server/world.mjs"),
    "server/worlds/hub/map.json is missing": (release) => release.remove("server/worlds/hub/map.json"),
    "server/worlds/left_world/module.mjs is missing": (release) =>
      release.remove("server/worlds/left_world/module.mjs"),
    "world_packs/top_world.zip is missing": (release) => release.remove("world_packs/top_world.zip"),
    "server/worlds.json lists left_world,right_world,top_world; the folders are hub,left_world,right_world,top_world":
      (release) => release.edit("server/worlds.json", (worlds) => delete worlds["hub"]),
  },
  "nothing unexpected": {
    "server/durable.db-wal has no place": (release) => release.write("server/durable.db-wal", ""),
    "server/worlds/hub/module.mjs has no place": (release) =>
      release.write("server/worlds/hub/module.mjs", ""),
    "web/assets/index-0123abcd.ts has no place": (release) =>
      release.write("web/assets/index-0123abcd.ts", ""),
    "web/worlds/hub/map.json has no place": (release) => release.write("web/worlds/hub/map.json", "{}"),
    "world_packs/hub.uploading.zip has no place": (release) =>
      release.write("world_packs/hub.uploading.zip", ""),
    "data has no place beside": (release) => mkdirSync(release.at("data")),
  },
  "plain files": {
    "web/icons/icon-192.png is no plain file": (release) => {
      release.remove("web/icons/icon-192.png");
      symlinkSync(release.at("web/icons/icon-512.png"), release.at("web/icons/icon-192.png"));
    },
    // Windows knows no such bit: there a second link stands in for it.
    [isWindows ? "web/icons/icon-512.png is no plain file" : "server/portcade is not executable"]: (
      release,
    ) => {
      if (!isWindows) return chmodSync(release.at(starter), 0o644);
      release.remove("web/icons/icon-512.png");
      symlinkSync(release.at("web/icons/icon-192.png"), release.at("web/icons/icon-512.png"));
    },
  },
  "what the manifest says": {
    "web/index.html is another one than listed": (release) => release.append("web/index.html", " "),
    "server/new.mjs is not listed": (release) => release.write("server/new.mjs", ""),
    "server/world.mjs is listed and not there": (release) => release.remove("server/world.mjs"),
    "the version is 99.9": (release) =>
      release.edit("deployment_manifest.json", (manifest) => (manifest["version"] = "99.9")),
    "cannot be checked: ": (release) => release.remove("deployment_manifest.json"),
  },
  "packs as their index says": {
    "hub.zip is another one than listed": (release) => release.append("world_packs/hub.zip", " "),
    "hub.zip has lost its time": (release) => utimesSync(release.at("world_packs/hub.zip"), 1, 1),
    "index.json lists hub,left_world,right_world;": (release) =>
      release.edit(
        "world_packs/index.json",
        ({ packs }) => delete (packs as { top_world?: object }).top_world,
      ),
  },
  "packs mirrored": {
    "web/world_packs/hub.zip differs": (release) => release.append("web/world_packs/hub.zip", " "),
    "web/world_packs/index.json differs": (release) => release.append("web/world_packs/index.json", " "),
    "web/world_packs/hub.zip has lost its time": (release) =>
      utimesSync(release.at("web/world_packs/hub.zip"), 1, 1),
  },
  "one map": {
    "server/worlds/hub/map.json is not the map": (release) =>
      release.append("server/worlds/hub/map.json", " "),
    "hub.zip: map.json is not the map": (release) =>
      release.repack("hub", { "map.json": release.read("server/worlds/top_world/map.json") }),
  },
  "a pack holds its own world": {
    "hub.zip: world.json says it is left_world": (release) =>
      release.repack("hub", { "world.json": '{"key":"left_world"}' }),
    "hub.zip: tiles/tide.png is not from worlds/hub": (release) =>
      release.repack("hub", { "tiles/tide.png": readFileSync(join(root, pictureOf("left_world"))) }),
    "hub.zip: notes.txt is no part of a pack": (release) => release.repack("hub", { "notes.txt": "" }),
  },
  "a pack says nothing else": {
    "hub.zip: client.js says .*, as client-web/src/i18n/en.ts does": (release) =>
      release.repack("hub", { "client.js": source("client-web/src/i18n/en.ts") }),
    "hub.zip: client.js says .*, as server/cli/help.ts does": (release) =>
      release.repack("hub", { "client.js": source("server/cli/help.ts") }),
    "hub.zip: map.json says .*, as worlds/top_world/map.tmj does": (release) =>
      release.repack("hub", { "map.json": source("worlds/top_world/map.tmj") }),
  },
  "the web client is the client": madeOf(script, [
    "server/core/machines.ts",
    "worlds/left_world/world.ts",
    "tools/smoke/web.ts",
    "client-web/src/app/journey.test.ts",
    "client-web/src/app/testing.ts",
    "client-web/e2e/game.ts",
    "zod",
    "nobody knows what",
  ]),
  "the page says nothing else": Object.fromEntries(
    [
      "server/cli/help.ts",
      "server/world-server/master-link.ts",
      "worlds/top_world/map.tmj",
      "client-web/src/app/journey.test.ts",
      "client-web/e2e/version.spec.ts",
      "tools/smoke/web.ts",
    ].map((path) => [
      `says .*, as ${path} does`,
      (release: PlantedRelease) => release.append(lazyScript, source(path)),
    ]),
  ),
  "the server is the server": {
    ...madeOf("server/main.mjs", [
      "client-web/src/main.ts",
      "server/sim/cluster.ts",
      "server/roles/testing.ts",
      "server/engine/store.contract.ts",
      "tools/artifacts/verify.ts",
      "worlds/left_world/world.ts",
      "vitest",
      "nobody knows what",
    ]),
    ...madeOf("server/world.mjs", ["server/core/machines.ts", "server/roles/master.ts", "zod", "ws"]),
  },
  "no source maps": {
    "web/assets/index-0123abcd.js.map is a source map": (release) => release.write(`${script}.map`, "{}"),
    "web/assets/index-0123abcd.js names a source map": (release) =>
      release.append(script, "//# sourceMappingURL=index-0123abcd.js.map\n"),
    "web/assets/index-0123abcd.css names a source map": (release) =>
      release.append(style, "/*# sourceMappingURL=index-0123abcd.css.map */\n"),
    "hub.zip:client.js names a source map": (release) =>
      release.repack("hub", { "client.js": "//# sourceMappingURL=data:,{}" }),
  },
  "no path of this machine": {
    "server/main.mjs names ": (release) => release.append("server/main.mjs", `"${join(root, "server")}"`),
    "web/index.html names ": (release) => release.append("web/index.html", release.at("web")),
    "hub.zip:client.js names ": (release) => release.repack("hub", { "client.js": `"${join(root, "x")}"` }),
  },
  "nothing beside the bundle": {
    "server/main.mjs looks for ": (release) =>
      release.append("server/main.mjs", "new Worker(new URL(`./backup-worker.ts`,import.meta.url))"),
  },
  "the pinned Node": { "is not the Node of the lockfile": (release) => release.write(node, "another") },
  "it runs on Debian 12": {
    "better_sqlite3.node wants GLIBC_2.38; Debian 12 has GLIBC_2.36": (release) =>
      release.append("server/better_sqlite3.node", "\0GLIBC_2.38\0"),
    "better_sqlite3.node wants GLIBCXX_3.4.33": (release) =>
      release.append("server/better_sqlite3.node", "\0GLIBCXX_3.4.33\0"),
  },
  "it starts": {
    'says "99.9"': (release) => release.write("server/main.mjs", "console.log('99.9')"),
    'says ".+", not ': (release) => release.remove(starter),
    // Elsewhere Node needs none.
    ...(process.platform === "linux" && {
      "takes libatomic.so.1 from ": (release: PlantedRelease) =>
        release.write(starter, release.read(starter).replace("LD_LIBRARY_PATH", "ELSEWHERE")),
    }),
  },
  "the page stands on its own": {
    "names https://elsewhere.example/x.js, which is not relative": (release) =>
      release.append("web/index.html", '<script src="https://elsewhere.example/x.js"></script>'),
    "names /icon.png, which is not relative": (release) =>
      release.append("web/index.html", '<link rel="icon" href="/icon.png">'),
    "names ./gone.png, which is not there": (release) =>
      release.append("web/index.html", '<link rel="icon" href="./gone.png">'),
    "does not begin with its policy": (release) =>
      release.write("web/index.html", release.read("web/index.html").replace("Content-Security-Policy", "x")),
  },
  "one script at the start": {
    "begins with 2 scripts and 0 preloads": (release) =>
      release.append("web/index.html", `<script type="module" src="./${lazyScript.slice(4)}"></script>`),
    "begins with 1 scripts and 1 preloads": (release) =>
      release.append("web/index.html", `<link rel="modulepreload" href="./${lazyScript.slice(4)}">`),
    "index-0123abcd.js loads another script with itself": (release) =>
      release.write(script, "import{a as b}from`./pixi-renderer-0123abcd.js`;b()"),
  },
  "budget of scripts": {
    "2 files are \\d+ bytes; 276480 are allowed": (release) =>
      release.write(lazyScript, randomBytes(budgets.scripts)),
  },
  "budget of our script": {
    "index-0123abcd.js is \\d+ bytes; 61440 are allowed": (release) =>
      release.write(script, randomBytes(budgets.ownScript + 1)),
  },
  "budget of styles": {
    "1 files are \\d+ bytes; 8192 are allowed": (release) =>
      release.write(style, randomBytes(budgets.styles + 1)),
  },
  "budget of fonts": {
    "1 files are 30721 bytes; 30720 are allowed": (release) =>
      truncateSync(release.at(font), budgets.fonts + 1),
  },
  "budget of packs": {
    "world_packs/hub.zip is 8388609 bytes; 8388608 are allowed": (release) =>
      truncateSync(release.at("world_packs/hub.zip"), budgets.pack + 1),
  },
};

/** A picture that only this world has. */
function pictureOf(key: string): string {
  const { tilesets } = JSON.parse(source(`worlds/${key}/map.tmj`)) as { tilesets: { source: string }[] };
  const set = tilesets.map(({ source }) => source).find((path) => path.startsWith("tiles/")) ?? "";
  return `worlds/${key}/${set.replace(/\.tsj$/, ".png")}`;
}

/** A bundle that says of itself that this went into it. */
function madeOf(bundle: string, sources: readonly string[]): Violations {
  const plant = (release: PlantedRelease, source: string): void =>
    release.edit("deployment_manifest.json", (manifest) => {
      const file = (manifest["files"] as { path: string; sources?: string[] }[]).find(
        ({ path }) => path === bundle,
      );
      if (file?.sources && source !== "nobody knows what") file.sources.push(source);
      else delete file?.sources;
    });
  return Object.fromEntries(
    sources.map((source) => [
      `${bundle} is made of ${source}$`,
      (release: PlantedRelease) => plant(release, source),
    ]),
  );
}

let sound: PlantedRelease;
beforeAll(async () => {
  sound = await PlantedRelease.make();
});
afterAll(() => sound[Symbol.dispose]());

const names = Object.keys(rules) as RuleName[];

test.each(names)("a release in order breaks no rule: %s", async (name) => {
  expect(await breaches(name, new Artifacts({ dir: sound.dir, root }))).toEqual([]);
});

describe.each(names)("the rule %s notices", (name) => {
  test.each(Object.entries(violations[name]))("%s", async (line, spoil) => {
    using release = sound.copy();
    await spoil(release);
    const found = await breaches(name, new Artifacts({ dir: release.dir, root }));
    expect(found).toContainEqual(expect.stringMatching(line));
    if (!line.startsWith("cannot"))
      expect(found).not.toContainEqual(expect.stringContaining("cannot be checked"));
  });
});
