import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { runChild } from "./child.mjs";
import { pinnedNode } from "./pinned-node.mjs";
import { root, Stop } from "./stop.mjs";

const stamp = join(root, "node_modules", ".portcade-lock.sha256");

/** Makes `node_modules` what the lockfile says; does nothing when it already is. */
export async function installLocked() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex");
  if (readIfThere(stamp) === digest) return;
  const { packages } = JSON.parse(lock);
  if (differences(packages).length > 0) await install();
  const wrong = differences(packages);
  if (wrong.length > 0)
    throw new Stop(`The installation is not complete (${wrong.slice(0, 3).join(", ")}). ${advice}`);
  // npm puts node_modules/.bin first on the path of its scripts. Without its library the pinned Node could not
  // even say so there, so the machine's own Node has to go on answering to the name.
  for (const file of ["node", "node.cmd", "node.ps1"])
    rmSync(join(root, "node_modules", ".bin", file), { force: true });
  writeFileSync(stamp, digest);
}

/** What the lockfile wants here and npm's own record of the installation lacks. */
function differences(wanted) {
  const record = readIfThere(join(root, "node_modules", ".package-lock.json"));
  if (!record) return ["nothing is installed"];
  const installed = JSON.parse(record).packages;
  // npm passes over an optional package it could not fetch; this one is not optional to us.
  const node = `node_modules/${pinnedNode().name}`;
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== "" && (path === node || !entry.optional || installed[path]))
    .filter(([path, entry]) => installed[path]?.version !== entry.version || !existsSync(join(root, path)))
    .map(([path, entry]) => `${path.replace(/^.*node_modules\//, "")} ${entry.version}`);
}

const advice =
  "Check the network and the space on the disk, then run the same command again; nothing else has to be undone.";

async function install() {
  const start = Date.now();
  console.log("Installing the locked dependencies, once (half a gigabyte on disk, a minute or so)…");
  // In a terminal npm itself shows that it works.
  const still = setInterval(
    () => process.stdout.isTTY || console.log(`  still installing, ${seconds(start)} s`),
    10_000,
  );
  const code = await npmCi().finally(() => clearInterval(still));
  if (code !== 0)
    throw new Stop(`The dependencies could not be installed (npm ended with ${code}). ${advice}`, code);
  console.log(`Installed in ${seconds(start)} s.`);
}

/** The npm that called us, run by the Node that runs it; or the one on the path. */
function npmCi() {
  // An environment made for production would leave out the tools; a warning about an old Node is not for this Node.
  const args = ["ci", "--include=dev", "--include=optional", "--loglevel=error"];
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const isNpm = npm && basename(npm) === "npm-cli.js";
  const child = isNpm
    ? runChild(node ?? process.execPath, [npm, ...args])
    : runChild("npm", args, { shell: process.platform === "win32" });
  return child.catch((error) => {
    throw new Stop(`npm could not be started (${error.message}). It comes with Node: https://nodejs.org/`);
  });
}

const seconds = (start) => Math.round((Date.now() - start) / 1000);

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
