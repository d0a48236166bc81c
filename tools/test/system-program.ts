import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A program of the system that tests need and npm cannot bring. */
export interface SystemProgram {
  readonly title: string;
  /** The variable that names it when it lies elsewhere. */
  readonly variable: string;
  readonly places: readonly string[];
  readonly debianPackage: string;
}

/** The one named, one that is there, or Debian's own where it may be installed; else what to do. */
export function findProgram(wanted: SystemProgram): { path: string } | { advice: string } {
  const { title, variable, places, debianPackage } = wanted;
  const named = process.env[variable];
  if (named) return existsSync(named) ? { path: named } : { advice: `${variable} names no file: ${named}` };
  const find = (): string | undefined => places.find((path) => existsSync(path));
  const isDebian = existsSync("/etc/debian_version");
  const command = `apt-get install -y --no-install-recommends ${debianPackage}`;
  if (!find() && isDebian && process.getuid?.() === 0) install(title, command);
  const path = find();
  if (path) return { path };
  const advice = isDebian ? `sudo ${command}` : `${variable}=<path of ${title}> npm test`;
  return { advice: `These tests need ${title}. Run:\n\n    ${advice}\n` };
}

/** Whoever else installs something just now is waited for, and what a mirror fails to send is asked for again. */
const patient = "-o DPkg::Lock::Timeout=300 -o Acquire::Retries=5";

function install(title: string, command: string): void {
  console.log(`Installing ${title} for the tests…`);
  for (const line of ["apt-get update", command]) {
    const [program = "", ...args] = `${line} ${patient}`.split(" ");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
    if (status !== 0) console.log(`${line} failed:\n${stdout}${stderr}`);
  }
}
