import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { visible } from "#adapters/log/escape.ts";
import { VersionRefused } from "#server/cli/version-file.ts";
import { packIndex } from "#shared/manifest.ts";
import { ManifestRefused, readManifest } from "#tools/artifacts/manifest.ts";
import { checkOut } from "./check-out.ts";
import { deploy } from "./deploy.ts";
import { handOver, readRelease, unpack } from "./hand-over.ts";
import { verifyHosted } from "./hosted.ts";
import { joinImages, platforms, pushImage, type Platform } from "./images.ts";
import { fetchPreviousPacks } from "./previous-packs.ts";
import { pushCommit, pushTag } from "./push.ts";
import { ReleaseRefused } from "./refusal.ts";
import { Repository } from "./repository.ts";
import { setVersion } from "./set-version.ts";
import { validate } from "./validate.ts";
import { given, wanted } from "./variables.ts";

const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const say = (line: string): void => console.log(line);

const text = { type: "string" } as const;
const options = {
  version: text,
  url: text,
  platform: text,
  built: { type: "boolean", default: false },
  dir: { type: "string", default: "builds/hand-over" },
  builds: { type: "string", default: "builds" },
  tries: { type: "string", default: "20" },
  pause: { type: "string", default: "5" },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

/** The wrong arguments were given. */
class UsageError extends Error {}

/** What a release consists of, in this order. */
const steps = {
  validate: {
    says: "--version <MAJOR.MINOR | bump>: may what is here be released as that?",
    run: (values) => {
      const version = validate(new Repository(root), need(values, "version"));
      tell({ version });
    },
  },
  version: {
    says: "--version <MAJOR.MINOR | bump>: makes the release commit, here alone",
    run: (values) => {
      const repository = new Repository(root);
      const version = validate(repository, need(values, "version"));
      tell({ version, commit: setVersion(repository, version) });
    },
  },
  "check-out": {
    says: "--version <MAJOR.MINOR>: checks out a release of before, to go back to it",
    run: (values) => tell(checkOut(new Repository(root), need(values, "version"))),
  },
  build: { says: "builds it, for the players of what is hosted now", run: build },
  pack: {
    says: "puts the build and the release commit into one folder, to be handed over",
    run: async (values) => tell(await handOver(new Repository(root), values.builds, values.dir)),
  },
  push: {
    says: "makes the release commit main's",
    run: ({ dir }) => say(pushCommit(new Repository(root), dir)),
  },
  unpack: {
    says: "unpacks the build that was handed over",
    run: ({ dir, builds }) => tell(unpack(dir, builds)),
  },
  "verify-hosted": { says: "--url <of the page>: is every file hosted as it was built?", run: verify },
  deploy: { says: "brings the server up to date, under its players", run: ({ dir }) => deploy(dir, say) },
  tag: {
    says: "tags the release commit: all is done",
    run: ({ dir }) => say(pushTag(new Repository(root), dir)),
  },
  image: {
    says: "--version <…> --platform <amd64 | arm64> [--built]: builds and pushes the image for this machine's kind",
    run: (values) => say(pushImage(need(values, "version"), platformOf(values), values.built)),
  },
  images: {
    says: "--version <…>: one name for the images of all platforms",
    run: (values) => say(joinImages(need(values, "version"))),
  },
} as const satisfies Record<string, { says: string; run: (values: Values) => void | Promise<void> }>;

async function build(): Promise<void> {
  const { GAME_HOST } = wanted(["GAME_HOST"]);
  const args = [
    "--trigger-commit",
    process.env["GITHUB_SHA"] ?? "",
    "--run-id",
    process.env["GITHUB_RUN_ID"] ?? "",
  ];
  const known = process.env["GITHUB_RUN_ID"] ? args : [];
  const [hosted, own] = [given("WORLD_PACK_BASE_URL"), `https://${GAME_HOST}/world_packs/`];
  const previous = join(root, ".logs", "previous-packs.json");
  mkdirSync(join(root, ".logs"), { recursive: true });
  const hasPrevious = await fetchPreviousPacks(hosted, own, previous);
  say(
    hasPrevious
      ? "Packs that stay the same keep their time"
      : `No packs are to be had at ${hosted ?? own}: all are dated by the history`,
  );
  const { status } = spawnSync(
    process.execPath,
    ["tools/run.mjs", "build", ...known, ...(hasPrevious ? ["--previous", previous] : [])],
    {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, PORTCADE_PUBLIC_MASTER_URL: `wss://${GAME_HOST}/` },
    },
  );
  if (status !== 0) throw new ReleaseRefused("it cannot be built; mend it on main, then start a new run");
}

async function verify(values: Values): Promise<void> {
  const url = need(values, "url");
  const tries = numberOf(values, "tries", 1);
  const pauseMs = numberOf(values, "pause", 0) * 1000;
  const { commit } = readRelease(values.dir);
  const manifest = readManifest(values.builds);
  if (manifest.release_commit !== commit)
    throw new ReleaseRefused(
      `${values.builds} holds another build than ${values.dir}; run the step unpack first`,
    );
  const index = join(values.builds, "world_packs/index.json");
  await verifyHosted(manifest, packIndex.parse(JSON.parse(readFileSync(index, "utf8"))), {
    url: url.endsWith("/") ? url : `${url}/`,
    tries,
    pauseMs,
    say,
  });
}

function need(values: Values, name: "version" | "url"): string {
  const value = values[name];
  if (!value) throw new UsageError(`--${name} is missing`);
  return value;
}

function numberOf(values: Values, name: "tries" | "pause", least: number): number {
  const value = values[name];
  if (!/^\d{1,4}$/.test(value) || Number(value) < least)
    throw new UsageError(`--${name} is a whole number from ${least} to 9999`);
  return Number(value);
}

function platformOf({ platform }: Values): Platform {
  const known = platforms.find((name) => name === platform);
  if (!known) throw new UsageError(`--platform is one of ${platforms.join(", ")}`);
  return known;
}

/** Prints what came of a step; a workflow gets it as the step's outputs. */
function tell(outputs: Readonly<Record<string, string>>): void {
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}`);
  say(lines.join(" "));
  const file = process.env["GITHUB_OUTPUT"];
  if (file) appendFileSync(file, `${lines.join("\n")}\n`);
}

const usage = `npm run release -- <step> [--dir builds/hand-over] [--builds builds]\n\n${Object.entries(steps)
  .map(([name, { says }]) => `  ${name.padEnd(14)} ${says}`)
  .join("\n")}\n`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name = ""] = positionals;
  if (!Object.hasOwn(steps, name))
    throw new UsageError(name ? `there is no step ${visible(name)}` : "name a step");
  await steps[name as keyof typeof steps].run(values);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isRefused = [ReleaseRefused, VersionRefused, ManifestRefused].some((kind) => error instanceof kind);
  console.error(`Not released: ${(error as Error).message}`);
  if (!isRefused) console.error(`\n${usage}`);
  process.exitCode = isRefused ? 1 : 14;
}
