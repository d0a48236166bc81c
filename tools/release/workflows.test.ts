import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Job {
  readonly "runs-on": string;
  readonly container?: { readonly image: string };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: { readonly os?: readonly string[]; readonly include?: unknown } };
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}
interface Workflow {
  readonly "run-name"?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly on: Readonly<Record<string, unknown>>;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = fileURLToPath(new URL("../../.github/workflows", import.meta.url));
const files = readdirSync(folder);
const text = (file: string): string => readFileSync(join(folder, file), "utf8");

/** What jobs do, in their order, by the names that matter. */
const stepsOf = ({ jobs }: Workflow): string[] =>
  Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .map(({ uses = "", run = "" }) => /run\.mjs release (\S+)/.exec(run)?.[1] ?? (uses.split("@")[0] || run))
    .filter((name) => !/checkout|load-artifact$|safe\.directory|apt-get/.test(name));
const isEqual = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);
const permissionsOf = ({ jobs }: Workflow): unknown =>
  Object.values(jobs).map(({ permissions }) =>
    Object.entries(permissions ?? {}).map((pair) => pair.join(" ")),
  );
const everyJob = ({ jobs }: Workflow, holds: (job: Job) => boolean): boolean =>
  Object.values(jobs).every(holds);
const play = 'npm run smoke:web -- --skip-build --url "$PAGE_URL"';
const isSecret = /PORTCADE_(HOST|USER|SSH_KEY|KNOWN_HOSTS):/;

interface Rule {
  /** Absent: all. */
  readonly of?: readonly string[];
  readonly holds: (workflow: Workflow, source: string) => boolean;
  /** What of a workflow breaks it, and by what. */
  readonly plants: readonly (readonly [file: string, right: string, wrong: string])[];
}

const rules: Readonly<Record<string, Rule>> = {
  "actions are GitHub's own, pinned by commit, with their version beside it": {
    holds: (workflow, source) =>
      everyJob(workflow, ({ steps }) =>
        steps.every(({ uses }) => uses === undefined || /^actions\/[a-z-]+@[0-9a-f]{40}$/.test(uses)),
      ) && source.match(/uses: .*(?<! # v\d+\.\d+\.\d+)$/gm) === null,
    plants: [
      ["ci.yml", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7 # v7.0.1"],
      ["release.yml", "actions/deploy-pages", "someone/deploy-pages"],
      ["roll-back.yml", " # v7.0.1", ""],
    ],
  },
  "every job ends": {
    holds: (workflow) => everyJob(workflow, (job) => (job["timeout-minutes"] ?? 0) > 0),
    plants: [["release.yml", "timeout-minutes: 10", "# none"]],
  },
  "no line of shell holds an expression": {
    holds: (workflow) =>
      everyJob(workflow, ({ steps }) => steps.every(({ run = "" }) => !run.includes("${{"))),
    plants: [
      ["roll-back.yml", 'check-out --version "$VERSION"', "check-out --version ${{ inputs.version }}"],
    ],
  },
  "nothing is allowed to all jobs but reading": {
    holds: ({ permissions }) => isEqual(permissions, {}) || isEqual(permissions, { contents: "read" }),
    plants: [
      ["ci.yml", "contents: read", "contents: write"],
      ["release.yml", "permissions: {}", "permissions: { contents: write }"],
    ],
  },
  "what tests and builds may only read; what publishes may no more than it needs": {
    of: ["release.yml"],
    holds: (workflow) =>
      isEqual(permissionsOf(workflow), [
        ["contents read"],
        ["contents write", "pages write", "id-token write", "attestations write"],
        ["contents read", "packages write"],
        ["contents read", "packages write"],
      ]),
    plants: [
      ["release.yml", "contents: read", "contents: write"],
      ["release.yml", "attestations: write", "attestations: write\n      actions: write"],
    ],
  },
  "going back writes nothing to the repository": {
    of: ["roll-back.yml"],
    holds: (workflow) =>
      isEqual(permissionsOf(workflow), [
        ["contents read"],
        ["contents read", "pages write", "id-token write"],
      ]),
    plants: [["roll-back.yml", "contents: read\n      pages", "contents: write\n      pages"]],
  },
  "started by hand alone": {
    of: ["release.yml", "roll-back.yml"],
    holds: ({ on }) => isEqual(Object.keys(on), ["workflow_dispatch"]),
    plants: [["release.yml", "  workflow_dispatch:", "  push:\n  workflow_dispatch:"]],
  },
  "one at a time, and none is broken off": {
    of: ["release.yml", "roll-back.yml"],
    holds: ({ concurrency }) => isEqual(concurrency, { group: "release", "cancel-in-progress": false }),
    plants: [
      ["release.yml", "group: release", "group: ${{ github.run_id }}"],
      ["roll-back.yml", "cancel-in-progress: false", "cancel-in-progress: true"],
    ],
  },
  "a run is called by what it releases": {
    of: ["release.yml"],
    holds: (workflow) =>
      workflow["run-name"] ===
      "${{ inputs.version == 'bump' && 'Release auto-bump' || format('Release v{0}', inputs.version) }}",
    plants: [["release.yml", "'Release auto-bump'", "'Release bump'"]],
  },
  "a release goes in its order": {
    of: ["release.yml"],
    holds: (workflow) =>
      isEqual(stepsOf(workflow), [
        "validate",
        "version",
        ".ci/run",
        "build",
        "npm run verify:artifacts",
        "npm run smoke:web -- --built --skip-build",
        "pack",
        "unpack",
        "actions/attest-build-provenance",
        "actions/configure-pages",
        "push",
        "actions/upload-pages-artifact",
        "actions/deploy-pages",
        "verify-hosted",
        "deploy",
        play,
        "tag",
        "unpack",
        "image",
        "images",
      ]),
    plants: [
      ["release.yml", "release push", "release tag"],
      ["release.yml", "release verify-hosted", "true"],
      ["release.yml", "npm run verify:artifacts", "npm run build"],
    ],
  },
  "going back begins with the server, which may refuse": {
    of: ["roll-back.yml"],
    holds: (workflow) =>
      isEqual(stepsOf(workflow), [
        "check-out",
        "build",
        "npm run verify:artifacts",
        "npm run smoke:web -- --built --skip-build",
        "pack",
        "unpack",
        "actions/configure-pages",
        "deploy",
        "actions/upload-pages-artifact",
        "actions/deploy-pages",
        "verify-hosted",
        play,
      ]),
    plants: [["roll-back.yml", "release deploy", "release push"]],
  },
  "what is released is tested and built where servers are at home": {
    of: ["release.yml", "roll-back.yml"],
    holds: ({ jobs }) => jobs["build"]?.container?.image === "node:26-bookworm",
    plants: [["release.yml", "image: node:26-bookworm", "image: node:26-trixie"]],
  },
  "every secret and variable goes by the name of the program that this one follows, too": {
    of: ["release.yml", "roll-back.yml"],
    holds: (_, source) => {
      const given = source.split("\n").filter((line) => /PORTCADE_\w+: /.test(line) && !/steps\./.test(line));
      return given.length === 9 && given.every(isGivenTwice);
    },
    plants: [
      ["release.yml", " || secrets.VIRTUCADE_SSH_KEY", ""],
      ["roll-back.yml", "secrets.PORTCADE_USER", "vars.PORTCADE_USER"],
      ["release.yml", "vars.PORTCADE_ACME_EMAIL || ", ""],
    ],
  },
  "images are built on machines of their own kind": {
    of: ["release.yml"],
    holds: ({ jobs }) =>
      isEqual(jobs["image"]?.strategy?.matrix.include, [
        { platform: "amd64", machine: "ubuntu-24.04", built: "yes" },
        { platform: "arm64", machine: "ubuntu-24.04-arm" },
      ]),
    plants: [["release.yml", "machine: ubuntu-24.04-arm", "machine: ubuntu-24.04"]],
  },
  "every commit is tried on Linux, macOS and Windows": {
    of: ["ci.yml"],
    holds: ({ on, jobs }) =>
      isEqual(on, { push: { branches: ["main"] }, pull_request: null }) &&
      jobs["all"]?.container?.image === "node:26-bookworm" &&
      isEqual(jobs["quick"]?.strategy?.matrix.os, ["macos-15", "windows-2025"]),
    plants: [
      ["ci.yml", ", windows-2025", ""],
      ["ci.yml", "pull_request:", "workflow_dispatch:"],
    ],
  },
};

function isGivenTwice(line: string): boolean {
  const [, name = "", expression] = /(PORTCADE_\w+): \$\{\{ (.*) \}\}/.exec(line) ?? [];
  const kind = isSecret.test(line) ? "secrets" : "vars";
  return expression === `${kind}.${name} || ${kind}.${name.replace("PORTCADE", "VIRTUCADE")}`;
}

/** The rules that a workflow breaks. */
const broken = (file: string, source: string): string[] =>
  Object.entries(rules)
    .filter(([, { of = files, holds }]) => of.includes(file) && !holds(parse(source) as Workflow, source))
    .map(([name]) => name);

test.each(files)("%s keeps every rule", (file) => {
  expect(broken(file, text(file))).toEqual([]);
});

const plants = Object.entries(rules).flatMap(([name, { plants }]) =>
  plants.map(([file, right, wrong]) => [name, wrong, file, right] as const),
);
test.each(plants)("%s: %j would be seen", (name, wrong, file, right) => {
  const source = text(file);
  expect(source).toContain(right);
  expect(
    broken(
      file,
      source.replace(right, () => wrong),
    ),
  ).toContain(name);
});
