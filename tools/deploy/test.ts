import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "#tools/test/system-program.ts";
import { program, root } from "#tools/test/programs.ts";
import { makeBaseSystem, suites } from "./testing/base-system.ts";

/**
 * `npm run test:deploy`: the scripts and units of this folder on machines of their own, with a real systemd. Needs
 * root on Debian. PORTCADE_DEPLOY_DEBIAN is bookworm (unless set) or trixie; PORTCADE_DEPLOY_BASE may name a folder
 * in which the bare system is kept from one run to the next.
 */
const programs = [
  { path: "/usr/bin/systemd-nspawn", debianPackage: "systemd-container" },
  { path: "/usr/sbin/debootstrap", debianPackage: "debootstrap" },
  { path: "/usr/bin/ssh", debianPackage: "openssh-client" },
  { path: "/usr/bin/shellcheck", debianPackage: "shellcheck" },
  { path: "/usr/bin/caddy", debianPackage: "caddy" },
  { path: "/usr/bin/podman", debianPackage: "podman" },
  { path: "/usr/sbin/runc", debianPackage: "runc" },
  { path: "/usr/lib/cni/bridge", debianPackage: "containernetworking-plugins" },
];

/** Why these tests cannot run here; empty when they can. */
function obstacles(): string[] {
  const isDebian =
    existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  if (!isDebian) return ["They need Debian."];
  if (process.getuid?.() !== 0) return ["They need root: sudo npm run test:deploy"];
  return programs.flatMap(({ path, debianPackage }) => {
    const title = debianPackage;
    const found = findProgram({ title, variable: "PORTCADE_NO_SUCH", places: [path], debianPackage });
    return "advice" in found ? [found.advice] : [];
  });
}

async function main(args: readonly string[]): Promise<number> {
  const problems = obstacles();
  if (problems.length > 0) {
    console.error(`The deploy tests were NOT RUN.\n${problems.join("\n")}`);
    return 1;
  }
  const suite = suites.find((name) => name === (process.env["PORTCADE_DEPLOY_DEBIAN"] ?? "bookworm"));
  if (!suite) {
    console.error(`PORTCADE_DEPLOY_DEBIAN is none of ${suites.join(", ")}`);
    return 14;
  }
  const kept = process.env["PORTCADE_DEPLOY_BASE"];
  const folder = kept ?? join(mkdtempSync(join(tmpdir(), "portcade-base-")), "root");
  try {
    if (!existsSync(folder)) console.log(`Making a bare Debian ${suite} (about a minute)…`);
    await makeBaseSystem(folder, suite);
    const vitest = [
      program("vitest"),
      "run",
      "--config",
      "tools/config/vitest.config.ts",
      "--project",
      "deploy",
    ];
    const env = { ...process.env, PORTCADE_DEPLOY_BASE: folder };
    return (
      spawnSync(process.execPath, [...vitest, ...args], { cwd: root, stdio: "inherit", env }).status ?? 1
    );
  } finally {
    if (kept === undefined) rmSync(join(folder, ".."), { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
