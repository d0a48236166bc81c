// The door to every npm script. Plain JavaScript for any Node from 18 on: it installs what the lockfile names,
// finds the pinned Node among it, and runs the script with that one and no other.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runChild } from "./run/child.mjs";
import { installLocked } from "./run/install.mjs";
import { findPinnedNode } from "./run/pinned-node.mjs";
import { root, Stop } from "./run/stop.mjs";

const build = ["tools/build/all.ts"];
const release = ["tools/build/release.ts"];

/** Names whose script is not simply `tools/<name, ":" as "/">.ts`. Each is a list of scripts run in order. */
const commands = {
  start: (args) => [build, ["server/main.ts", "start", ...args]],
  portcade: (args) => {
    const [name = "start", what] = args.filter((arg) => !arg.startsWith("-"));
    // A master that runs is asked or told what to do with what lies on the disk; only an upgrade is of something new.
    const needsBuild = name === "start" || (name === "world" && what !== "list" && what !== "drain");
    return [...(needsBuild ? [build] : []), ["server/main.ts", ...args]];
  },
  test: (args) => [["tools/test/run.ts", ...args]],
  check: (args) => [["tools/test/run.ts", "--quick", ...args]],
  build: (args) => [[...release, ...args]],
  "verify:artifacts": (args) => [["tools/artifacts/verify.ts", ...args]],
  // As `npm test` builds it: whatever history this clone has, what is built here is for no player.
  "test:deploy": (args) => [
    [...release, "--previous", "tools/test/no-packs.json"],
    ["tools/deploy/test.ts", ...args],
  ],
  packs: (args) => [["tools/worlds/build.ts"], ["tools/packs/build.ts", ...args]],
  "packs:serve": (args) => [["tools/serve/packs.ts", ...args]],
};

/** What plays the whole game needs it built. */
const playsTheGame = /^(dev$|chaos$|smoke(:|$)|bench(:|$))/;

/** `--built` plays it as it is released; `--skip-build` says that it lies there already. */
function before(args) {
  if (args.includes("--skip-build")) return [];
  return [args.includes("--built") ? release : build];
}

function scriptsFor(name, args) {
  if (Object.hasOwn(commands, name)) return commands[name](args);
  const script = [`tools/${name.replaceAll(":", "/")}.ts`, `tools/${name}/${name}.ts`].find((path) =>
    existsSync(join(root, path)),
  );
  if (!/^[a-z:-]+$/.test(name) || !script)
    throw new Stop(`There is no command "${name}". Known: ${Object.keys(commands).join(", ")}.`, 14);
  return [...(playsTheGame.test(name) ? before(args) : []), [script, ...args]];
}

async function main([name, ...args]) {
  if (!name) throw new Stop("Usage: node tools/run.mjs <name> [arguments]", 14);
  const scripts = scriptsFor(name, args);
  await installLocked();
  const node = findPinnedNode();
  for (const [script, ...rest] of scripts) {
    const code = await runChild(node, [join(root, script), ...rest]);
    if (code !== 0) return code;
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(error.message);
  process.exitCode = error.code;
}
