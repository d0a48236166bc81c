import { chmodSync, copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A library that Node needs and a bare Debian lacks. */
export const library = "libatomic.so.1";

/** Starts what lies beside it, from wherever it is called and through links. Worlds inherit where the library is. */
const launcher = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec "$here/node" "$here/main.mjs" "$@"
`;

const windowsLauncher = `@"%~dp0node.exe" "%~dp0main.mjs" %*\r\n`;

/** This machine cannot make a server's folder, and why. */
class RuntimeMissing extends Error {
  override readonly name = "RuntimeMissing";
}

/** Puts Node, the library it needs and the program that starts both beside the bundled server, in `<outDir>/server`. */
export function placeRuntime(outDir: string): void {
  const dir = join(outDir, "server");
  mkdirSync(join(dir, "licenses"), { recursive: true });
  checkNode();
  const isWindows = process.platform === "win32";
  place(realpathSync(process.execPath), join(dir, isWindows ? "node.exe" : "node"), 0o755);
  place(join(dirname(realpathSync(process.execPath)), "../LICENSE"), join(dir, "licenses", "node.txt"));
  if (process.platform === "linux") place(findLibrary(), join(dir, library));
  const [name, script] = isWindows ? ["portcade.cmd", windowsLauncher] : ["portcade", launcher];
  writeFileSync(join(dir, name), script);
  chmodSync(join(dir, name), 0o755);
}

function place(from: string, to: string, mode = 0o644): void {
  copyFileSync(from, to);
  chmodSync(to, mode);
}

/** The Node that builds is the one that is shipped: it has to be the pinned one. */
function checkNode(): void {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    optionalDependencies: Record<string, string>;
  };
  const pinned = Object.values(optionalDependencies);
  if (!pinned.includes(process.version.slice(1)))
    throw new RuntimeMissing(
      `this is Node ${process.version}, and ${pinned[0]} is pinned: build with npm run build`,
    );
}

/** The library as it is loaded into this very Node. */
function findLibrary(): string {
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  const found = sharedObjects.find((path) => path.includes("libatomic.so"));
  if (found === undefined) throw new RuntimeMissing(`this Node has not loaded ${library}`);
  return realpathSync(found);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: "string" }, debug: { type: "boolean" } } });
  placeRuntime(resolve(values.out ?? "builds"));
}
