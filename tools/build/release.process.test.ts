import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listFiles, readManifest } from "#tools/artifacts/manifest.ts";
import { root } from "#tools/test/programs.ts";

/** Two whole builds and a refused one, each from a clone with packages of its own. */
const patienceMs = 600_000;

const home = mkdtempSync(join(tmpdir(), "portcade-clones-"));
const origin = join(home, "origin");

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

function run(cwd: string, command: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const [program = "", ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, output: `${error?.message ?? ""}${stdout}${stderr}` };
}

function git(cwd: string, ...args: string[]): string {
  const { status, output } = run(cwd, ["git", "-c", "core.autocrlf=false", ...args]);
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${output}`);
  return output.trim();
}

const build = (clone: string, { env = {}, args = [] }: Surroundings = {}): Ended =>
  run(clone, [process.execPath, "tools/build/release.ts", ...args], env);

/** A clone with the packages beside it, as an installation would put them there. */
function clone(name: string, ...args: string[]): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  git(home, "clone", "--quiet", ...args, `file://${origin}`, path);
  const packages = join(path, "node_modules");
  // A second name for each file takes a second; where that cannot be, it is copied.
  const linked = run(home, ["cp", "-al", join(root, "node_modules"), packages]);
  if (linked.status !== 0) cpSync(join(root, "node_modules"), packages, { recursive: true });
  return path;
}

/** A clone with a first build in it. */
const here = join(home, "here");
let first: Ended;

/** What is here and now, committed: a test is of the tree it stands in. */
beforeAll(() => {
  mkdirSync(origin);
  const listed = run(root, ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]).output;
  for (const path of listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path))))
    cpSync(join(root, path), join(origin, path));
  git(origin, "init", "--quiet");
  git(origin, "config", "user.name", "Ada");
  git(origin, "config", "user.email", "ada@portcade.example");
  git(origin, "add", "--all");
  git(origin, "commit", "--quiet", "--message", "One");
  git(origin, "commit", "--quiet", "--allow-empty", "--message", "Two");
  clone("here");
  first = build(here, { env: { TZ: "America/Los_Angeles", LANG: "C" } });
  if (first.status !== 0) throw new Error(first.output);
}, patienceMs);
afterAll(() => rmSync(home, { recursive: true, force: true }));

test(
  "the same commit gives the same bytes, in another folder, time zone, language and with other rights",
  () => {
    const there = clone("a folder/somewhere else");
    expect(first.output).toMatch(/^EXPORT_ALL_DONE version=\d+\.\d commit=[0-9a-f]{40}$/m);
    const strict = ["sh", "-c", `umask 077 && exec "$0" tools/build/release.ts`, process.execPath];
    const env = { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8" };
    const second = process.platform === "win32" ? build(there, { env }) : run(there, strict, env);
    expect(second).toMatchObject({ status: 0 });

    const builds = [join(here, "builds"), join(there, "builds")] as const;
    const [one, two] = builds.map((dir) => readManifest(dir));
    expect(one?.files).toEqual(two?.files);
    expect(one?.files.map(({ path }) => path)).toEqual(listFiles(builds[0]));
    expect(one).toMatchObject({
      release_commit: git(origin, "rev-parse", "HEAD"),
      trigger_commit: null,
      run_id: null,
    });
    for (const { path, size } of one?.files ?? []) {
      const [ours, theirs] = builds.map((dir) => readFileSync(join(dir, path)));
      expect(ours?.length, path).toBe(size);
      expect(theirs && ours?.equals(theirs), path).toBe(true);
    }
    const committed = Number(git(origin, "log", "-1", "--format=%ct", "HEAD^"));
    for (const dir of builds)
      for (const path of listFiles(dir).filter((path) => path.endsWith(".zip")))
        expect(statSync(join(dir, path)).mtimeMs / 1000, path).toBe(committed);
    for (const place of [here, there]) expect(git(place, "status", "--porcelain")).toBe("");

    const verified = run(here, [process.execPath, "tools/artifacts/verify.ts"]);
    expect(verified.output).toMatch(/^VERIFY_EXPORT_ARTIFACTS_DONE/m);
  },
  patienceMs,
);

test(
  "a shallow clone is refused, unless the index of what players have is given: then what is the same keeps its time",
  () => {
    const shallow = clone("shallow", "--depth", "1");
    const refused = build(shallow);
    expect(refused.status).toBe(1);
    expect(refused.output).toMatch(
      /^this clone is shallow.*git fetch --unshallow.*--previous <index\.json>\n$/,
    );
    expect(existsSync(join(shallow, "builds", "world_packs"))).toBe(false);

    const none = build(shallow, { args: ["--previous", "package.json"] });
    expect(none).toMatchObject({ status: 1, output: "--previous package.json: is no index of packs\n" });

    const index = join(here, "builds", "world_packs", "index.json");
    const players = JSON.parse(readFileSync(index, "utf8")) as { packs: Record<string, { mtime: number }> };
    expect(Object.keys(players.packs)).toContain("hub");
    appendFileSync(join(shallow, "worlds", "left_world", "world.ts"), "export const tide = 1;\n");
    const given = build(shallow, { args: ["--previous", index, "--run-id", "17"] });
    expect(given.output).toMatch(/^Not for a release\. worlds\/left_world\/world\.ts: not as committed\.$/m);
    const built = JSON.parse(
      readFileSync(join(shallow, "builds", "world_packs", "index.json"), "utf8"),
    ) as typeof players;
    expect(built).toEqual(players);
    expect(readManifest(join(shallow, "builds"))).toMatchObject({ release_commit: null, run_id: "17" });
  },
  patienceMs,
);

test(
  "a build that fails leaves the last one as it was, and a debug build, whose maps the checks refuse, can replace it",
  () => {
    const manifest = join(here, "builds", "deployment_manifest.json");
    const before = readFileSync(manifest);
    const main = join(here, "client-web", "src", "main.ts");
    appendFileSync(main, "import './nowhere.ts';\n");
    const failed = build(here);
    expect(failed.status).toBe(1);
    expect(failed.output).toMatch(/^Nothing was built; .* is as it was\.$/m);
    expect(readFileSync(manifest)).toEqual(before);

    git(here, "checkout", "--quiet", "--", "client-web");
    appendFileSync(main, 'import { machines } from "#core/machines.ts";\nconsole.log(machines);\n');
    expect(build(here, { args: ["--debug"] })).toMatchObject({ status: 0 });
    const { status, output } = run(here, [process.execPath, "tools/artifacts/verify.ts"]);
    expect(status).toBe(1);
    expect(output).toMatch(/main\.mjs\.map is a source map/);
    expect(output).toMatch(/index-.*\.js\.map is a source map/);
    expect(output).toMatch(/index-.*\.js is made of server\/core\/machines\.ts/);
    expect(output).toMatch(/^VERIFY_EXPORT_ARTIFACTS_FAIL /m);
  },
  patienceMs,
);
