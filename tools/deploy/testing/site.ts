import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { appVersion } from "#shared/version.ts";
import { manifestFile, readManifest, releaseFolders, writeManifest } from "#tools/artifacts/manifest.ts";
import { packRelease } from "../archive.ts";
import { Machine } from "./machine.ts";
import { Players } from "./players.ts";
import { must, type Outcome, run } from "./run.ts";

const here = fileURLToPath(new URL("..", import.meta.url));
/** What is deployed: a release as `npm run build` makes it. */
export const builds =
  process.env["PORTCADE_DEPLOY_BUILDS"] ?? fileURLToPath(new URL("../../../builds", import.meta.url));
const host = "localhost";

/** A release that lies here, ready to be sent. */
export interface Release {
  readonly version: string;
  readonly archive: string;
  readonly sha256: string;
  /** Its folder on a machine. */
  readonly name: string;
}

/** A machine, the keys to it, and what is sent there: all that a deploy is rehearsed with. */
export class Site implements AsyncDisposable {
  readonly machine: Machine;
  /** For what belongs to one test run. */
  readonly dir: string;
  readonly url = `wss://${host}/`;

  private constructor(machine: Machine, dir: string) {
    this.machine = machine;
    this.dir = dir;
  }

  static async create(): Promise<Site> {
    const base = process.env["PORTCADE_DEPLOY_BASE"];
    if (base === undefined)
      throw new Error("PORTCADE_DEPLOY_BASE is not set; these tests run by npm run test:deploy");
    const dir = mkdtempSync(join(tmpdir(), "portcade-site-"));
    for (const name of ["deploy", "ci"])
      await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(dir, name)]);
    const machine = await Machine.create(base);
    for (const name of ["deploy", "ci"]) machine.copyIn(join(dir, `${name}.pub`), `/srv/${name}.pub`);
    machine.copyIn(here, "/srv/portcade");
    return new Site(machine, dir);
  }

  /** A machine that is ready for its first release. */
  static async bootstrapped(): Promise<Site> {
    const site = await Site.create();
    const keys = "--deploy-key /srv/deploy.pub --ci-key /srv/ci.pub";
    const { code, stderr } = await site.bootstrap(`--host ${host} --no-upgrade ${keys}`);
    if (code !== 0) throw new Error(stderr);
    return site;
  }

  bootstrap(...args: string[]): Promise<Outcome> {
    return this.machine.exec(`bash /srv/portcade/bootstrap.sh ${args.join(" ")}`);
  }

  /** Whoever has the key of `user`, at the machine's own door. */
  ssh(user: "deploy" | "ci", line: string, input = ""): Promise<Outcome> {
    const login = user === "ci" ? "portcade-ci" : user;
    const command = ["ssh", ...this.#login(user), `${login}@127.0.0.1`, line];
    return run(...this.machine.inItsNetwork(...command), { input });
  }

  /** A release like the one in `from`, but for what `change` does to a copy of it before its files are listed. */
  async release(name: string, change: (folder: string) => void = () => {}, from = builds): Promise<Release> {
    const folder = join(this.dir, name);
    for (const part of [...releaseFolders, manifestFile])
      cpSync(join(from, part), join(folder, part), { recursive: true, preserveTimestamps: true });
    writeFileSync(join(folder, "server", "name.txt"), name);
    change(folder);
    const { version, release_commit, trigger_commit, run_id } = readManifest(folder);
    writeManifest(folder, { version, release_commit, trigger_commit, run_id });
    const release = await this.pack(folder, version);
    rmSync(folder, { recursive: true });
    return release;
  }

  /** The folder of a release that is small and says that it is of this version; it can do nothing else. */
  tiny(name: string, script = ""): string {
    const folder = join(this.dir, name);
    for (const part of releaseFolders) mkdirSync(join(folder, part), { recursive: true });
    const program = `#!/bin/sh\n${script}\n[ "$1" != version ] || echo ${appVersion}\n`;
    writeFileSync(join(folder, "server/portcade"), program, { mode: 0o755 });
    const origin = { release_commit: null, trigger_commit: null, run_id: null };
    writeManifest(folder, { version: appVersion, ...origin });
    return folder;
  }

  /** A folder as it is, whatever its manifest says; perhaps with a Caddyfile of this text. */
  async pack(folder: string, version: string, caddyfile?: string): Promise<Release> {
    const archive = `${folder}.tar.gz`;
    if (caddyfile !== undefined) writeFileSync(join(this.dir, "Caddyfile"), caddyfile);
    const sha256 = await packRelease(folder, archive, 1, caddyfile === undefined ? undefined : this.dir);
    return { version, archive, sha256, name: `${version}-${sha256.slice(0, 12)}` };
  }

  /** As a pipeline does: everything is brought there by ssh, and the one command given. */
  async deploy({ version, archive, sha256 }: Release, more = "", caddy?: string): Promise<Outcome> {
    const settings = join(this.dir, "portcade.env");
    const master = `PORTCADE_PUBLIC_MASTER_URL=${this.url}\n`;
    const worlds = `PORTCADE_PUBLIC_WORLD_URL_TEMPLATE=${this.url}{world_key}\n`;
    writeFileSync(settings, `${master}${worlds}${more}`);
    await this.#send(settings, "portcade.env");
    if (caddy !== undefined) {
      writeFileSync(settings, caddy);
      await this.#send(settings, "caddy.env");
    }
    await this.#send(archive, `portcade-${version}.tar.gz`);
    return this.ssh("ci", `sudo -n /opt/portcade/bin/deploy ${version} ${sha256}`);
  }

  /** Players on this machine. */
  enter(walking: number, traveling = 0, version?: string): Promise<Players> {
    const caddy = join(this.machine.root, "var/lib/caddy/.local/share/caddy");
    return Players.enter({
      machine: this.machine,
      master: this.url,
      walking,
      traveling,
      authority: join(caddy, "pki/authorities/local/root.crt"),
      packs: join(this.dir, "packs"),
      version,
    });
  }

  async #send(file: string, name: string): Promise<void> {
    const to = `portcade-ci@127.0.0.1:/opt/portcade/incoming/${name}`;
    await must(...this.machine.inItsNetwork("scp", "-q", ...this.#login("ci"), file, to));
  }

  #login(user: "deploy" | "ci"): string[] {
    const known = [
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "LogLevel=ERROR",
    ];
    return ["-i", join(this.dir, user), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", ...known];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
