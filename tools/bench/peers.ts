import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SystemName } from "./row.ts";

const folder = fileURLToPath(new URL("peers", import.meta.url));
const installed = join(folder, "node_modules");
const stamp = join(installed, ".portcade-lock.sha256");

/** Whether C can be compiled, for Linux. */
export const hasCompiler =
  process.platform === "linux" && spawnSync("cc", ["--version"], { stdio: "ignore" }).status === 0;

/** A program of the peers' folder. */
export function peerProgram(name: string): string {
  return join(folder, name);
}

/** What the peers among these systems are made of, and of which version. */
export function peerVersions(systems: readonly SystemName[]): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const made: readonly (readonly [title: string, packageName: string, systems: readonly SystemName[]])[] = [
    ["Colyseus", "@colyseus/core", ["colyseus-view", "colyseus-all"]],
    ["Socket.IO", "socket.io", ["socketio"]],
    ["ws", "ws", ["ws-json"]],
  ];
  return made
    .filter(([, , names]) => names.some((name) => systems.includes(name)))
    .map(([title, packageName]) => `${title} ${dependencies[packageName]}`);
}

/** Which of these systems can run here, and why the others cannot. Installs the peers when one is wanted. */
export function findSystems(
  wanted: readonly SystemName[],
  progress: (line: string) => void,
): { systems: SystemName[]; missing: string[] } {
  const packages: readonly SystemName[] = wanted.filter((name) => name !== "portcade" && name !== "c-epoll");
  const fault = packages.length > 0 ? installPeers(progress) : undefined;
  const noCompiler = wanted.includes("c-epoll") && !hasCompiler;
  return {
    systems: wanted.filter(
      (name) => !(fault !== undefined && packages.includes(name)) && !(noCompiler && name === "c-epoll"),
    ),
    missing: [
      ...(fault === undefined
        ? []
        : [`${packages.join(", ")} left out: they cannot be installed (${fault})`]),
      ...(noCompiler ? ["c-epoll left out: it needs Linux and a C compiler"] : []),
    ],
  };
}

/** Compiles a C program of the peers' folder. @throws with the compiler's words */
export function compilePeer(source: string): string {
  mkdirSync(installed, { recursive: true });
  const program = join(installed, `.${basename(source, ".c")}`);
  const { status, stderr } = spawnSync(
    "cc",
    ["-O2", "-Wall", "-ffp-contract=off", "-o", program, join(folder, source), "-lm"],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`${source} does not compile: ${stderr}`);
  return program;
}

/** Makes the folder what its lockfile says; returns why that failed. */
function installPeers(progress: (line: string) => void): string | undefined {
  const digest = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return undefined;
  progress("installing the peers");
  const { status, stderr, error } = npmCi();
  if (status === 0) {
    writeFileSync(stamp, digest);
    return undefined;
  }
  return (
    error?.message ??
    stderr.split("\n").find((line) => line.includes("npm error")) ??
    `npm ended with ${status}`
  );
}

/** The npm that called us, or the one on the path. */
function npmCi() {
  const options = { cwd: folder, encoding: "utf8", timeout: 300_000 } as const;
  const { npm_execpath: npm } = process.env;
  return npm?.endsWith("npm-cli.js")
    ? spawnSync(process.execPath, [npm, "ci"], options)
    : spawnSync("npm", ["ci"], { ...options, shell: process.platform === "win32" });
}
