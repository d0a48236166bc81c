import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packIndex } from "#shared/manifest.ts";
import { appVersion } from "#shared/version.ts";
import { manifestFile, releaseFolders, writeManifest } from "#tools/artifacts/manifest.ts";
import type { DeploymentManifest } from "#tools/artifacts/manifest.ts";
import { runStep } from "./all.ts";
import { readHistory } from "./history.ts";
import type { History } from "./history.ts";
import { openRecord, readRecord } from "./source-record.ts";
import { digestOf, stampFresh } from "./stale.ts";
import { checkoutSteps, releaseSteps } from "./steps.ts";
import type { Step } from "./steps.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const builds = join(root, "builds");

const usage = `npm run build -- [--debug] [--out builds] [--previous index.json] [--trigger-commit <hash>] [--run-id <id>]

  --debug           with source maps; what is released has none
  --out             another folder than builds/
  --previous        the index.json of the packs that players have now: what did not change keeps its time
  --trigger-commit  what the release was started on, for the manifest
  --run-id          of the workflow, for the manifest
`;

/** What must not be built, and what to do about it. */
class BuildRefused extends Error {
  override readonly name = "BuildRefused";
}

const text = { type: "string" } as const;
const options = {
  debug: { type: "boolean", default: false },
  out: text,
  previous: text,
  "trigger-commit": text,
  "run-id": text,
  help: { type: "boolean", short: "h" },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

/** Builds beside what is there and puts it in its place whole: a build that fails leaves the last one. */
function buildRelease(values: Values): void {
  const history = readHistory(root);
  const previous = checkPrevious(values.previous, history);
  const outDir = resolve(values.out ?? builds);
  const hasMaps = values.debug;
  const here = checkoutSteps({ outDir: builds, hasMaps });
  const digests = here.map((step) => digestOf(step, root));
  const next = join(outDir, ".next");
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  openRecord(next);
  if (!runSteps(releaseSteps({ outDir: next, hasMaps, previous })))
    throw new BuildRefused(`Nothing was built; ${outDir} is as it was.`);
  const origin = {
    version: appVersion,
    release_commit: history?.changed.length === 0 ? history.commit : null,
    trigger_commit: values["trigger-commit"] ?? null,
    run_id: values["run-id"] ?? null,
  };
  const manifest = writeManifest(next, origin, readRecord(next));
  for (const part of [...releaseFolders, manifestFile]) putInPlace(join(next, part), join(outDir, part));
  rmSync(next, { recursive: true });
  // What a checkout runs from is up to date with it.
  if (outDir === builds) for (const [n, step] of here.entries()) stampFresh(step, digests[n] ?? "", root);
  tell(manifest, history);
}

function runSteps(steps: readonly Step[]): boolean {
  for (const step of steps) {
    const said = runStep(step);
    if (said === undefined) return false;
    if (step.name === "packs") process.stdout.write(said);
  }
  return true;
}

/** Packs are dated by history; where that is not whole, by what players have now. */
function checkPrevious(path: string | undefined, history: History | undefined): string | undefined {
  if (path === undefined) {
    if (history && !history.isShallow) return undefined;
    const what = history ? "this clone is shallow" : "this is no clone";
    const way = history ? "fetch it (git fetch --unshallow)" : "build in a clone";
    throw new BuildRefused(
      `${what}, and the packs are dated by history; ${way}, or give the index.json that players have now: npm run build -- --previous <index.json>`,
    );
  }
  try {
    packIndex.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new BuildRefused(`--previous ${path}: is no index of packs`, { cause });
  }
  return resolve(path);
}

function putInPlace(from: string, to: string): void {
  const old = `${from}.old`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
}

function tell({ version, release_commit, files }: DeploymentManifest, history: History | undefined): void {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  console.log(`DEPLOYMENT_MANIFEST_WRITTEN files=${files.length} bytes=${bytes}`);
  console.log(`EXPORT_ALL_DONE version=${version} commit=${release_commit ?? "none"}`);
  if (release_commit !== null) return;
  const [first = "nothing", ...more] = history?.changed ?? [];
  const differs = `${first}${more.length > 0 ? ` and ${more.length} more` : ""}: not as committed`;
  console.log(`Not for a release. ${history ? differs : "This is no clone"}.`);
}

if (import.meta.main)
  try {
    const { values } = parseArgs({ options });
    if (values.help) process.stdout.write(usage);
    else buildRelease(values);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = error instanceof BuildRefused ? 1 : 14;
  }
