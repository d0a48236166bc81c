import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const known = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];
const debian = "apt-get install -y --no-install-recommends chromium-headless-shell";

/** The browser for the tests: the one named, one that is there, or Debian's own where it may be installed. */
export function findChromium(): { path: string } | { advice: string } {
  const named = process.env["PORTCADE_CHROMIUM"];
  if (named)
    return existsSync(named) ? { path: named } : { advice: `PORTCADE_CHROMIUM names no file: ${named}` };
  const find = (): string | undefined => known.find((path) => existsSync(path));
  const isDebian = existsSync("/etc/debian_version");
  if (!find() && isDebian && process.getuid?.() === 0) install();
  const path = find();
  if (path) return { path };
  const command = isDebian ? `sudo ${debian}` : "PORTCADE_CHROMIUM=<path of Chromium or Chrome> npm test";
  return { advice: `The browser tests need Chromium. Run:\n\n    ${command}\n` };
}

function install(): void {
  console.log("Installing Chromium for the browser tests…");
  for (const command of ["apt-get update", debian]) {
    const [program = "", ...args] = command.split(" ");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
    if (status !== 0) console.log(`${command} failed:\n${stdout}${stderr}`);
  }
}
