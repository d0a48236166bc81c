import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly on: Readonly<Record<string, unknown>>;
  readonly concurrency: { readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = fileURLToPath(new URL("../../.github/workflows", import.meta.url));
const files = readdirSync(folder);
const text = (file: string): string => readFileSync(join(folder, file), "utf8");
const read = (file: string): Workflow => parse(text(file)) as Workflow;
const release = read("release.yml");

test.each(files)(
  "%s: actions are pinned by commit, jobs end, and no line of shell holds an expression",
  (file) => {
    for (const job of Object.values(read(file).jobs)) {
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      for (const { uses, run } of job.steps) {
        if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
        if (run !== undefined) expect(run).not.toContain("${{");
      }
    }
    expect(text(file).match(/uses: .*(?<! # v\d+\.\d+\.\d+)$/gm)).toBeNull();
  },
);

test("a release is started by hand, one at a time, in its order", () => {
  expect(Object.keys(release.on)).toEqual(["workflow_dispatch"]);
  expect(release.concurrency["cancel-in-progress"]).toBe(false);
  const names = Object.values(release.jobs)
    .flatMap(({ steps }) => steps)
    .map(({ uses = "", run = "" }) => /run\.mjs release (\S+)/.exec(run)?.[1] ?? (uses.split("@")[0] || run))
    .filter((name) => !/checkout|load-artifact$|chown/.test(name));
  expect(names).toEqual([
    "validate",
    "version",
    "sudo --preserve-env=CI,PATH .ci/run",
    "build",
    "npm run verify:artifacts",
    "npm run smoke:web -- --built --skip-build",
    "pack",
    "unpack",
    "actions/attest-build-provenance",
    "push",
    "actions/upload-pages-artifact",
    "actions/deploy-pages",
    "verify-hosted",
    "deploy",
    'npm run smoke:web -- --skip-build --url "$PAGE_URL"',
    "tag",
  ]);
});

test("what builds and tests may only read; only what publishes may write, and no more than it needs", () => {
  expect(release.permissions).toEqual({});
  expect(release.jobs["build"]?.permissions).toEqual({ contents: "read" });
  expect(release.jobs["publish"]?.permissions).toEqual({
    contents: "write",
    pages: "write",
    "id-token": "write",
    attestations: "write",
  });
  expect(read("ci.yml").permissions).toEqual({ contents: "read" });
});

test("every secret and variable goes by the name of the program that this one follows, too", () => {
  const given = [...text("release.yml").matchAll(/(PORTCADE_\w+): \$\{\{ (.*) \}\}/g)];
  expect(given).toHaveLength(9);
  for (const [, name = "", expression] of given) {
    const kind = /_(HOST|USER|SSH_KEY|KNOWN_HOSTS)$/.test(name) && !/GAME/.test(name) ? "secrets" : "vars";
    const other = name.replace("PORTCADE", "VIRTUCADE");
    expect(expression).toBe(`${kind}.${name} || ${kind}.${other}`);
  }
});
