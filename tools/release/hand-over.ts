import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { appVersionPattern } from "#shared/version.ts";
import { readManifest } from "#tools/artifacts/manifest.ts";
import { packRelease } from "#tools/deploy/archive.ts";
import { ReleaseRefused } from "./refusal.ts";
import type { Repository } from "./repository.ts";

const record = z.strictObject({
  version: z.string().regex(appVersionPattern),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What is released: of which version and commit, and the sha256 of its archive. */
export type Release = z.infer<typeof record>;

export const archiveOf = (dir: string, { version }: Release): string =>
  join(dir, `portcade-${version}.tar.gz`);
const bundleOf = (dir: string): string => join(dir, "release.bundle");
const recordOf = (dir: string): string => join(dir, "release.json");

/**
 * Puts all that is released into one folder: the archive of the build, the release commit, and a record of both.
 *
 * @throws ReleaseRefused when the build is not of the release commit, or not for a server
 */
export async function handOver(repository: Repository, builds: string, dir: string): Promise<Release> {
  const { version, release_commit: commit } = readManifest(builds);
  if (commit === null || commit !== repository.head())
    throw new ReleaseRefused(
      `the build is of ${commit ?? "no commit"}, not of ${repository.head()}; build again`,
    );
  if (!isForLinux(join(builds, "server/node")))
    throw new ReleaseRefused(`${builds}/server is not for Linux, and servers are; build it there`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const sha256 = await packRelease(builds, join(dir, `portcade-${version}.tar.gz`));
  if (!repository.isAncestor(commit, "refs/remotes/origin/main"))
    repository.git("bundle", "create", "--quiet", resolve(bundleOf(dir)), "refs/remotes/origin/main..HEAD");
  const release = { version, commit, sha256 };
  writeFileSync(recordOf(dir), `${JSON.stringify(release)}\n`);
  return release;
}

/** Goes by how every program of that system begins. */
function isForLinux(program: string): boolean {
  if (!existsSync(program)) return false;
  const file = openSync(program, "r");
  const start = Buffer.alloc(4);
  readSync(file, start);
  closeSync(file);
  return start.toString("latin1") === "\x7fELF";
}

/** @throws ReleaseRefused when there is none */
export function readRelease(dir: string): Release {
  try {
    return record.parse(JSON.parse(readFileSync(recordOf(dir), "utf8")));
  } catch (cause) {
    throw new ReleaseRefused(`${recordOf(dir)} cannot be read; the step "pack" makes it`, { cause });
  }
}

/** Brings the release commit into this clone, when it is not there. */
export function takeCommit(repository: Repository, dir: string): void {
  if (existsSync(bundleOf(dir))) repository.git("fetch", "--quiet", resolve(bundleOf(dir)), "HEAD");
}

/** Unpacks the build, every file with its time. @throws ReleaseRefused */
export function unpack(dir: string, builds: string): Release {
  const release = readRelease(dir);
  mkdirSync(builds, { recursive: true });
  const { status, stderr } = spawnSync("tar", ["-xzf", archiveOf(dir, release), "-C", builds], {
    encoding: "utf8",
  });
  if (status !== 0) throw new ReleaseRefused(`the archive cannot be unpacked: ${stderr.trim()}`);
  if (readManifest(builds).release_commit !== release.commit)
    throw new ReleaseRefused("the archive is of another commit than its record says; run the release again");
  return release;
}
