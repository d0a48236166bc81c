import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appVersionPattern } from "#shared/version.ts";
import { archiveOf, readRelease } from "./hand-over.ts";
import { ReleaseRefused } from "./refusal.ts";
import { given, wanted } from "./variables.ts";

const incoming = "/opt/portcade/incoming";

/**
 * Brings the release to the server and has it switched there: under the players, and back by itself when it does not
 * come up.
 *
 * @param dir what was handed over
 * @throws ReleaseRefused with what the server said
 */
export function deploy(dir: string, say: (line: string) => void): void {
  const release = readRelease(dir);
  const { HOST, USER, SSH_KEY, KNOWN_HOSTS, GAME_HOST } = wanted([
    "HOST",
    "USER",
    "SSH_KEY",
    "KNOWN_HOSTS",
    "GAME_HOST",
  ]);
  const own = mkdtempSync(join(tmpdir(), "portcade-deploy-"));
  const write = (name: string, text: string): string => {
    const path = join(own, name);
    writeFileSync(path, `${text.trim()}\n`, { mode: 0o600 });
    return path;
  };
  try {
    const options = sshOptions(write("key", SSH_KEY), write("known_hosts", KNOWN_HOSTS));
    const settings = write("portcade.env", serverSettings(GAME_HOST));
    const caddy = write("caddy.env", caddySettings(GAME_HOST, given("ACME_EMAIL")));
    const archive = archiveOf(dir, release);
    say(`Uploading ${release.version} to ${HOST}…`);
    for (const [file, name] of [
      [settings, "portcade.env"],
      [caddy, "caddy.env"],
      [archive, `portcade-${release.version}.tar.gz`],
    ] as const)
      run(
        "scp",
        ["-q", ...options, file, `${USER}@${isIPv6(HOST) ? `[${HOST}]` : HOST}:${incoming}/${name}`],
        () => "nothing has changed there",
      );
    say("Switching…");
    const ssh = [...options, `${USER}@${HOST}`];
    const command = `sudo -n /opt/portcade/bin/deploy ${release.version} ${release.sha256}`;
    run("ssh", [...ssh, command], () => whatNow(release.version, ssh));
    say(`DEPLOY_DONE version=${release.version}`);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** What the server is started with; the whole of it, at each deploy. */
export function serverSettings(gameHost: string, env = process.env): string {
  const settings = {
    PUBLIC_MASTER_URL: `wss://${gameHost}/`,
    PUBLIC_WORLD_URL_TEMPLATE: `wss://${gameHost}/{world_key}`,
    WORLD_PACK_BASE_URL: given("WORLD_PACK_BASE_URL", env),
    PAGE_ORIGINS: given("PUBLIC_WEB_URL", env),
  };
  const lines = Object.entries(settings).filter(([, value]) => value !== undefined);
  return lines.map(([name, value]) => `PORTCADE_${name}=${value}`).join("\n");
}

/** What Caddy there is started with; the whole of it, at each deploy. */
export function caddySettings(gameHost: string, email = ""): string {
  return `PORTCADE_GAME_HOST=${gameHost}\nPORTCADE_ACME_EMAIL=${email}`;
}

/** Only the key and the server that were named: no agent, no other key, no server that is met for the first time. */
function sshOptions(key: string, knownHosts: string): string[] {
  const options = {
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    ConnectTimeout: "20",
    ServerAliveInterval: "15",
  };
  return [
    "-F",
    "/dev/null",
    "-i",
    key,
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
}

/** What players meet after a switch that failed, and the way out of it. */
function whatNow(version: string, ssh: readonly string[]): string {
  const { stdout } = spawnSync("ssh", [...ssh, "cat /opt/portcade/current/.version"], { encoding: "utf8" });
  const again = `run the release again with version ${version}`;
  const running = appVersionPattern.exec(stdout?.trim() ?? "")?.[0];
  if (running === undefined) return `nothing runs there; ${again}`;
  if (running === version) return again;
  return `${running} runs there. Where the page of ${version} is hosted already, whoever comes waits until both are the same: ${again}, or the workflow "Roll back" with version ${running}`;
}

function run(command: string, args: readonly string[], advice: () => string): void {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (error) throw new ReleaseRefused(`${command} cannot be started: ${error.message}`);
  if (status !== 0)
    throw new ReleaseRefused(
      `the server was not brought up to date (${command} ${status}, its words are above); ${advice()}`,
    );
}
