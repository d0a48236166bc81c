import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { library } from "#tools/build/runtime.ts";
import { sha256 } from "#tools/worlds/output.ts";
import type { Artifacts } from "./artifacts.ts";
import type { Rule } from "./rule.ts";
import { belongsTo, strangersInClient } from "./sources.ts";

const code = /\.(?:js|mjs|css|html|json|webmanifest)$/;
const isWindows = process.platform === "win32";

const unknown = "nobody knows what";

/** What the page draws and sounds with, and what these need. */
const clientPackages = [
  "pixi.js",
  "@pixi/colord",
  "earcut",
  "eventemitter3",
  "ismobilejs",
  "parse-svg-path",
  "zzfx",
];

/** Versions as they stand in a program, and the newest that Debian 12 knows. */
const libraries = [
  ["GLIBC_2.", /\bGLIBC_2\.(\d+)/g, 36],
  ["GLIBCXX_3.4.", /\bGLIBCXX_3\.4\.(\d+)/g, 30],
] as const;

/** Names of the packages that are installed for more than building and testing. */
function productionPackages(root: string): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const production = Object.entries(packages).filter(([, { dev }]) => dev !== true);
  return new Set(production.map(([path]) => path.replace(/^.*node_modules\//, "")));
}

type Listed = Artifacts["manifest"]["files"][number];

const bundlesOf = ({ manifest }: Artifacts, kind: RegExp): readonly Listed[] =>
  manifest.files.filter(({ path }) => kind.test(path));

export const codeRules = {
  "the web client is the client": {
    says: "The page's scripts are made of the client's sources and the packages it draws and sounds with",
    *check(artifacts) {
      for (const { path, sources } of bundlesOf(artifacts, /^web\/.*\.js$/))
        for (const source of sources ?? [unknown])
          if (!belongsTo(source, "client") && !clientPackages.includes(source))
            yield `${path} is made of ${source}`;
    },
  },
  "the page says nothing else": {
    says: "No text in the page's scripts that is the server's, a world's, a tool's or a test's",
    *check(artifacts) {
      for (const { path } of bundlesOf(artifacts, /^web\/.*\.js$/))
        for (const [source, phrase] of strangersInClient(artifacts.text(path), artifacts.root))
          yield `${path} says ${JSON.stringify(phrase)}, as ${source} does`;
    },
  },
  "the server is the server": {
    says: "The master is made of the server's sources and production packages, a world of its own sources alone",
    *check(artifacts) {
      const packages = productionPackages(artifacts.root);
      for (const { path, sources } of bundlesOf(artifacts, /^server\/main\.mjs$/))
        for (const source of sources ?? [unknown])
          if (!belongsTo(source, "server") && !packages.has(source)) yield `${path} is made of ${source}`;
      for (const { path, sources } of bundlesOf(artifacts, /^server\/world\.mjs$/))
        for (const source of sources ?? [unknown])
          if (!belongsTo(source, "world server")) yield `${path} is made of ${source}`;
    },
  },
  "no source maps": {
    says: "No source map, and no word of one",
    async *check(artifacts) {
      for (const path of artifacts.files) if (path.endsWith(".map")) yield `${path} is a source map`;
      for (const [path, text] of await artifacts.texts(code))
        // In a library it may be a word to look for; at the end of a line it is a pointer.
        if (/[#@] ?sourceMappingURL=\S+\s*(?:\*\/\s*)?$/m.test(text)) yield `${path} names a source map`;
    },
  },
  "no path of this machine": {
    says: "Nothing names a folder of the machine it was built on",
    async *check(artifacts) {
      for (const [path, text] of await artifacts.texts(code))
        for (const folder of new Set([artifacts.root, artifacts.dir]))
          if (text.includes(folder.replace(/\/$/, ""))) yield `${path} names ${folder}`;
    },
  },
  "nothing beside the bundle": {
    says: "The server's programs ask for no source and no package that is not there",
    *check(artifacts) {
      for (const path of ["server/main.mjs", "server/world.mjs"])
        for (const [named] of artifacts.text(path).matchAll(/new URL\([`"']\.{1,2}\/[^`"')]*\.ts[`"']/g))
          yield `${path} looks for ${named}`;
    },
  },
  "the pinned Node": {
    says: "The Node in the folder is, byte for byte, the one that is pinned",
    *check(artifacts) {
      const name = isWindows ? "server/node.exe" : "server/node";
      if (sha256(artifacts.bytes(name)) !== sha256(readFileSync(process.execPath)))
        yield `${name} is not the Node of the lockfile; build with npm run build`;
    },
  },
  "it runs on Debian 12": {
    says: "What is compiled asks for no newer C and C++ libraries than Debian 12 has",
    *check(artifacts) {
      const compiled = /^server\/(?:node|.*\.node|.*\.so(?:\.\d+)*)$/;
      for (const path of artifacts.files.filter((path) => compiled.test(path))) {
        const text = artifacts.bytes(path).toString("latin1");
        for (const [name, versions, most] of libraries) {
          const wanted = Math.max(0, ...[...text.matchAll(versions)].map(([, version]) => Number(version)));
          if (wanted > most) yield `${path} wants ${name}${wanted}; Debian 12 has ${name}${most}`;
        }
      }
    },
  },
  "it starts": {
    says: "Started from its own folder the server says the manifest's version; a library that Debian lacks is its own",
    *check(artifacts) {
      const { version } = artifacts.manifest;
      const said = start(artifacts);
      if (said !== version) yield `server/portcade version says ${JSON.stringify(said)}, not ${version}`;
      if (process.platform !== "linux") return;
      const [from] = start(artifacts, { NODE_OPTIONS: `--import=data:text/javascript,${tellLibrary}` }).split(
        "\n",
      );
      if (from !== realpathSync(join(artifacts.dir, "server", library)))
        yield `server/portcade takes ${library} from ${from}`;
    },
  },
} satisfies Record<string, Rule>;

/** No blanks and no double quotes: it stands in a setting that is split at them. */
const tellLibrary = `console.log(process.report.getReport().sharedObjects.find((p)=>p.includes('${library}')))`;

/**
 * Asks the server for its version, with nothing of this machine's that could help: a release brings all it needs.
 *
 * @returns all that it printed
 */
function start({ dir }: Artifacts, more: NodeJS.ProcessEnv = {}): string {
  const { PATH, SystemRoot } = process.env;
  const script = join(dir, "server", "portcade");
  const options = { encoding: "utf8", env: { PATH, SystemRoot, ...more } } as const;
  const { stdout, stderr, error } = isWindows
    ? spawnSync(`"${script}.cmd" version`, { shell: true, ...options })
    : spawnSync(script, ["version"], options);
  return `${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`.trim();
}
