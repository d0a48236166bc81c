import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nextVersion, readVersion, withVersion } from "#server/cli/version-file.ts";
import { appVersion } from "#shared/version.ts";
import { runSmoke, type SmokeRun } from "./smoke-run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = join(root, "shared", "version.ts");

/** One version, read the same everywhere; changed only on purpose, here in a copy, and never by a test. */
await runSmoke(
  { name: "project-version", marker: "PROJECT_VERSION_TEST_PASS", timeoutS: 60 },
  async (smoke) => {
    const before = readFileSync(source, "utf8");
    smoke.check(readVersion(before) === appVersion, "the source and the program disagree on the version");
    const printed = run(["server/main.ts", "version"]);
    smoke.check(printed.includes(appVersion), `portcade version prints ${printed.trim()}`);
    checkBumps(smoke);
    checkEdits(smoke, before);
    const master = await smoke.master({ APP_VERSION: "6.5" });
    const build = master.lines.find((line) => line.includes("MASTER_READY"));
    smoke.check(
      build?.includes("build=6.5") === true,
      "a version given for a test is not the one the master has",
    );
    smoke.check(readFileSync(source, "utf8") === before, "the version file was changed");
    return `version=${appVersion}`;
  },
);

function checkBumps(smoke: SmokeRun): void {
  for (const [from, to] of [
    ["0.1", "0.2"],
    ["0.9", "1.0"],
    ["9.9", "10.0"],
  ] as const)
    smoke.check(nextVersion(from) === to, `${from} is followed by ${nextVersion(from)}, not ${to}`);
  for (const bad of ["1", "1.10", "01.0", "1.0.0", "v1.0", ""])
    smoke.check(
      isRefused(() => withVersion('export const appVersion = "0.1";', bad)),
      `${bad} passes for a version`,
    );
  for (const text of ["", 'export const appVersion = "0.1";\nexport const appVersion = "0.2";'])
    smoke.check(
      isRefused(() => readVersion(text)),
      "a source without exactly one version is read",
    );
}

/** Printing, setting, bumping and restoring leave the file as it was, in a checkout with nothing installed. */
function checkEdits(smoke: SmokeRun, before: string): void {
  const copy = smoke.emptyFolder();
  for (const part of ["server", "shared", "package.json"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  const tool = (...args: string[]): string => run(["server/main.ts", "version", ...args], copy).trim();
  smoke.check(tool() === appVersion, "version prints something else");
  smoke.check(tool("--set", "3.9") === "3.9" && tool("--bump") === "4.0", "--set and --bump disagree");
  smoke.check(tool() === "4.0", "what --bump made is not what is printed next");
  for (const wrong of [["--set", "4.10"], ["--set", "v4"], ["--set", "5.0", "--bump"], ["5.0"]])
    smoke.check(
      isRefused(() => tool(...wrong)),
      `version ${wrong.join(" ")} is not refused`,
    );
  smoke.check(tool("--set", appVersion) === appVersion, "--set does not restore");
  const restored = readFileSync(join(copy, "shared", "version.ts"), "utf8");
  smoke.check(restored === before, "the restored file differs");
}

function run(args: readonly string[], cwd = root): string {
  return execFileSync(process.execPath, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function isRefused(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch {
    return true;
  }
}
