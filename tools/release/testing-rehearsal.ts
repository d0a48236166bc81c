import { X509Certificate, createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { must, type Outcome, run } from "#tools/deploy/testing/run.ts";
import { Site } from "#tools/deploy/testing/site.ts";
import { PagesHost } from "#tools/edge/pages-host.ts";
import { findChromium } from "#tools/test/chromium.ts";
import { openDoor } from "./testing-door.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** A page of a repository lies in a folder of its host. */
const basePath = "/portcade/";
/** Of the tests all of this is a part; the others are about a machine of GitHub's. */
const elsewhere = /\.ci\/run|safe\.directory|apt-get/;
const handOver = "builds/hand-over";
const email = "test@example.org";
const author = {
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: email,
};

interface Step {
  readonly run?: string;
  readonly uses?: string;
}
type Jobs = Readonly<Record<string, { readonly steps: readonly Step[] }>>;

/** What became of a release. */
export interface Released extends Outcome {
  /** The lines that ran, in their order; the last is the one that failed when `code` is not 0. */
  readonly lines: readonly string[];
  /** Where it was built: a clone of this release's own commit. */
  readonly clone: string;
}

/** Something done in a job's clone just before one of its lines. */
export type Before = (line: string, clone: string) => void | Promise<void>;

/** A bare remote, a host like Pages and a server with systemd, all in the server's network; and the workflow's own lines. */
export class Rehearsal implements AsyncDisposable {
  readonly dir: string;
  readonly site: Site;
  readonly pages: PagesHost;
  readonly #remote: string;
  readonly #env: NodeJS.ProcessEnv;
  #clones = 0;
  /** Once is enough of what knows nothing of what runs elsewhere, and takes longest. */
  #playedBuilt = 0;

  readonly #parts: AsyncDisposableStack;

  private constructor(
    parts: AsyncDisposableStack,
    dir: string,
    site: Site,
    pages: PagesHost,
    env: NodeJS.ProcessEnv,
  ) {
    this.#parts = parts;
    this.dir = dir;
    this.site = site;
    this.pages = pages;
    this.#remote = join(dir, "remote.git");
    this.#env = env;
  }

  /** What is rehearsed is the commit that is checked out here. */
  static async start(): Promise<Rehearsal> {
    await using parts = new AsyncDisposableStack();
    const dir = mkdtempSync(join(tmpdir(), "portcade-rehearsal-"));
    parts.defer(() => rmSync(dir, { recursive: true, force: true }));
    const head = await makeRemote(join(dir, "remote.git"));
    mkdirSync(join(dir, "pages"));
    const site = parts.use(await Site.create());
    const made = await site.bootstrap(
      "--host localhost --no-upgrade --deploy-key /srv/deploy.pub --ci-key /srv/ci.pub",
    );
    if (made.code !== 0) throw new Error(made.stderr);
    const door = await openDoor(site.machine);
    const pages = parts.use(await PagesHost.start(join(dir, "pages"), { basePath, door }));
    const env = {
      ...process.env,
      ...author,
      PORTCADE_HOST: "127.0.0.1",
      PORTCADE_USER: "portcade-ci",
      PORTCADE_SSH_KEY: readFileSync(join(site.dir, "ci"), "utf8"),
      PORTCADE_KNOWN_HOSTS: await must(...site.machine.inItsNetwork("ssh-keyscan", "127.0.0.1")),
      PORTCADE_GAME_HOST: "localhost",
      PORTCADE_ACME_EMAIL: email,
      PORTCADE_WORLD_PACK_BASE_URL: `${pages.url}world_packs/`,
      PORTCADE_PUBLIC_WEB_URL: pages.url,
      PAGE_URL: pages.url,
      GITHUB_SHA: head,
      GITHUB_RUN_ID: "17",
    };
    return new Rehearsal(parts.move(), dir, site, pages, env);
  }

  /** The commit of a branch or tag of the remote; empty when there is none. */
  async at(ref: string): Promise<string> {
    return (await run("git", ["-C", this.#remote, "rev-parse", "--verify", "--quiet", ref])).stdout.trim();
  }

  /** The release that the server runs; empty when none does. */
  async current(): Promise<string> {
    const { stdout } = await this.site.machine.exec("readlink /opt/portcade/current");
    return stdout.trim().replace("releases/", "");
  }

  /** Somebody's commit to main. */
  async commit(title: string, change: (folder: string) => void): Promise<void> {
    const folder = await this.#clone();
    change(folder);
    await must("git", ["-C", folder, "commit", "--quiet", "--all", "--message", title], { env: this.#env });
    await must("git", ["-C", folder, "push", "--quiet", "origin", "main"]);
  }

  release(version: string, before?: Before): Promise<Released> {
    return this.#run("release.yml", version, before);
  }

  rollBack(version: string): Promise<Released> {
    return this.#run("roll-back.yml", version);
  }

  /** Runs a command in the server's network, with what a run of the workflow has. */
  exec(cwd: string, env: NodeJS.ProcessEnv, ...command: string[]): Promise<Outcome> {
    return run(...this.site.machine.inItsNetwork(...command), { cwd, env: { ...this.#env, ...env } });
  }

  /** What a program needs to believe the certificates of this server, which are nobody else's. */
  get authority(): string {
    return join(this.site.machine.root, "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt");
  }

  /** Both jobs of a run, each with a clone of its own, and what one hands to the other; up to the first line that fails. */
  async #run(workflow: string, version: string, before: Before = () => {}): Promise<Released> {
    const { jobs } = parse(readFileSync(join(root, ".github/workflows", workflow), "utf8")) as { jobs: Jobs };
    const [first, second] = [await this.#clone(), await this.#clone()];
    const lines: string[] = [];
    const play = async ({ run: line = "", uses = "" }: Step, clone: string): Promise<Outcome | undefined> => {
      if (uses.startsWith("actions/deploy-pages")) await this.#host(join(clone, "builds/web"));
      if (line === "" || elsewhere.test(line)) return undefined;
      await before(line, clone);
      lines.push(line);
      if (line.includes("--built") && this.#playedBuilt++ > 0) return undefined;
      const short = line.replace("verify-hosted", "verify-hosted --tries 2 --pause 0");
      const env = { VERSION: version, ...(/smoke:web.*--url/.test(line) && this.#browser()) };
      return this.exec(clone, env, "bash", "-euo", "pipefail", "-c", short);
    };
    for (const [job, clone] of [
      ["build", first],
      ["publish", second],
    ] as const) {
      if (job === "publish") await must("cp", ["-a", join(first, handOver), join(second, "builds")]);
      for (const step of jobs[job]?.steps ?? []) {
        const outcome = await play(step, clone);
        if (outcome !== undefined && outcome.code !== 0) return { ...outcome, lines, clone: first };
      }
    }
    return { code: 0, stdout: "", stderr: "", lines, clone: first };
  }

  /** A fresh clone of the remote's main, with the packages that lie here. */
  async #clone(): Promise<string> {
    const to = join(this.dir, `clone-${(this.#clones += 1)}`);
    await must("git", ["clone", "--quiet", `file://${this.#remote}`, to]);
    symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
    writeFileSync(join(to, ".git/info/exclude"), "node_modules\n");
    return to;
  }

  async #host(web: string): Promise<void> {
    // As Pages does: what the site before had besides is gone.
    const pages = join(this.dir, "pages");
    rmSync(pages, { recursive: true });
    await must("cp", ["-a", web, pages]);
    this.pages.deployedAt = new Date();
  }

  /** A browser that believes the authority of this server, and no other that is unknown. */
  #browser(): NodeJS.ProcessEnv {
    const found = findChromium();
    if ("advice" in found) throw new Error(found.advice);
    const between = readFileSync(this.authority.replace("root.crt", "intermediate.crt"));
    const key = new X509Certificate(between).publicKey.export({ type: "spki", format: "der" });
    const hash = createHash("sha256").update(key).digest("base64");
    const path = join(this.dir, "browser");
    writeFileSync(
      path,
      `#!/bin/sh\nexec ${found.path} --ignore-certificate-errors-spki-list=${hash} "$@"\n`,
      { mode: 0o755 },
    );
    return { PORTCADE_CHROMIUM: path };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

/**
 * A bare repository whose main is the commit that is checked out here, or, where only that is here and not its history,
 * one of the same files without any.
 *
 * @returns that commit
 */
async function makeRemote(remote: string): Promise<string> {
  const git = async (...args: string[]): Promise<string> =>
    (await must("git", ["-C", remote, ...args], { env: { ...process.env, ...author } })).trim();
  await must("git", ["clone", "--quiet", "--bare", `file://${root}`, remote]);
  let head = await git("rev-parse", "HEAD");
  if ((await git("rev-parse", "--is-shallow-repository")) === "true") {
    head = await git("commit-tree", "-m", "All of it", "HEAD^{tree}");
    for (const ref of (await git("for-each-ref", "--format=%(refname)")).split("\n"))
      await git("update-ref", "-d", ref);
    rmSync(join(remote, "shallow"));
  }
  await git("update-ref", "refs/heads/main", head);
  await git("symbolic-ref", "HEAD", "refs/heads/main");
  return head;
}
