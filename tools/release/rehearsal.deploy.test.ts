import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { must, type Outcome, run } from "#tools/deploy/testing/run.ts";
import { Site } from "#tools/deploy/testing/site.ts";
import { PagesHost } from "./pages-host.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What the workflow runs besides steps of the release: played by tests of their own. */
const elsewhere = /\.ci\/run|chown|smoke:web/;

let dir: string;
let remote: string;
let site: Site;
let pages: PagesHost;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "portcade-rehearsal-"));
  remote = join(dir, "remote.git");
  await must("git", ["clone", "--quiet", "--bare", `file://${root}`, remote]);
  // Whatever is checked out here is what is rehearsed.
  const head = (await must("git", ["--git-dir", remote, "rev-parse", "HEAD"])).trim();
  await must("git", ["--git-dir", remote, "update-ref", "refs/heads/main", head]);
  await must("git", ["--git-dir", remote, "symbolic-ref", "HEAD", "refs/heads/main"]);
  mkdirSync(join(dir, "pages"));
  pages = await PagesHost.start(join(dir, "pages"));
  site = await Site.create();
  const made = await site.bootstrap(
    "--host localhost --no-upgrade --deploy-key /srv/deploy.pub --ci-key /srv/ci.pub",
  );
  if (made.code !== 0) throw new Error(made.stderr);
  env = {
    ...process.env,
    GIT_AUTHOR_NAME: "Test",
    GIT_AUTHOR_EMAIL: "test@example.org",
    GIT_COMMITTER_NAME: "Test",
    GIT_COMMITTER_EMAIL: "test@example.org",
    PORTCADE_HOST: "127.0.0.1",
    PORTCADE_USER: "portcade-ci",
    PORTCADE_SSH_KEY: readFileSync(join(site.dir, "ci"), "utf8"),
    PORTCADE_KNOWN_HOSTS: await must(...site.machine.inItsNetwork("ssh-keyscan", "127.0.0.1")),
    PORTCADE_GAME_HOST: "localhost",
    PORTCADE_WORLD_PACK_BASE_URL: `${pages.url}world_packs/`,
    PAGE_URL: pages.url,
  };
});
afterAll(async () => {
  await pages?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

interface Step {
  readonly run?: string;
  readonly uses?: string;
}
const { jobs } = parse(readFileSync(join(root, ".github/workflows/release.yml"), "utf8")) as {
  jobs: Record<string, { steps: Step[] }>;
};

/** A fresh clone of the remote's main, with the packages that lie here. */
async function clone(name: string): Promise<string> {
  const to = join(dir, name);
  await must("git", ["clone", "--quiet", `file://${remote}`, to]);
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
  writeFileSync(join(to, ".git/info/exclude"), "node_modules\n");
  return to;
}

/** Runs a job's own lines in a clone; resolves to the first that fails, or the last. */
async function play(job: string, cwd: string, version: string): Promise<Outcome> {
  let outcome: Outcome = { code: 0, stdout: "", stderr: "" };
  for (const { run: line = "", uses = "" } of jobs[job]?.steps ?? []) {
    if (uses.startsWith("actions/deploy-pages"))
      await must("cp", ["-a", `${cwd}/builds/web/.`, join(dir, "pages")]);
    if (line === "" || elsewhere.test(line)) continue;
    const short = line.replace("verify-hosted", "verify-hosted --tries 2 --pause 0");
    const bash = ["bash", "-euo", "pipefail", "-c", short];
    const [command, args] = line.includes("release deploy")
      ? site.machine.inItsNetwork(...bash)
      : (["/usr/bin/env", bash] as const);
    outcome = await run(command, args, { cwd, env: { ...env, VERSION: version } });
    if (outcome.code !== 0) break;
  }
  return outcome;
}

/** Both jobs, each with a clone of its own, and what one hands to the other. */
async function release(name: string, version: string): Promise<Outcome> {
  const first = await clone(`${name}-build`);
  const second = await clone(`${name}-publish`);
  const built = await play("build", first, version);
  if (built.code !== 0) return built;
  mkdirSync(join(second, "builds"), { recursive: true });
  await must("cp", ["-a", join(first, "builds/hand-over"), join(second, "builds/hand-over")]);
  return play("publish", second, version);
}

const at = async (ref: string): Promise<string> =>
  (await run("git", ["--git-dir", remote, "rev-parse", "--verify", "--quiet", ref])).stdout.trim();
const current = async (): Promise<string> =>
  (await site.machine.exec("readlink /opt/portcade/current")).stdout.trim();

test("a release goes from a commit of main to the host, to the server by ssh, and is tagged last", async () => {
  const before = await at("main");
  expect(await release("first", "9.0")).toMatchObject({ code: 0 });
  const commit = await at("main");
  expect(await at("main^")).toBe(before);
  expect(await at("refs/tags/v9.0")).toBe(commit);
  expect(await current()).toMatch(/^releases\/9\.0-/);
  expect(await site.machine.must("curl -sf http://127.0.0.1:19080/status")).toContain('"version":"9.0"');
});
