import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nextVersion, readVersion } from "#server/cli/version-file.ts";
import { appVersionPattern } from "#shared/version.ts";
import { ReleaseRefused } from "./refusal.ts";
import type { Repository } from "./repository.ts";

export const tagOf = (version: string): string => `v${version}`;
export const titleOf = (version: string): string => `Release v${version}`;

/**
 * May this commit be released, and as what?
 *
 * @param wish `MAJOR.MINOR`, or `bump` for the next one
 * @returns the version
 * @throws ReleaseRefused
 */
export function validate(repository: Repository, wish: string): string {
  checkTree(repository);
  const current = readVersion(readFileSync(join(repository.root, "shared/version.ts"), "utf8"));
  const head = repository.head();
  const isUnfinished =
    repository.git("log", "-1", "--format=%s") === titleOf(current) &&
    repository.tagged(tagOf(current)) === undefined;
  if (wish === "bump" && isUnfinished)
    throw new ReleaseRefused(
      `the release of ${current} was not finished; run it again with version ${current}`,
    );
  const version = wish === "bump" ? nextVersion(current) : wish;
  if (!appVersionPattern.test(version))
    throw new ReleaseRefused(
      `${JSON.stringify(version)} is no version; give MAJOR.MINOR (minor 0 to 9) or bump`,
    );
  if (Number(version) < Number(current))
    throw new ReleaseRefused(
      `main is of version ${current} already; ${version} is older. Give ${current} or a newer one`,
    );
  const tagged = repository.tagged(tagOf(version));
  if (tagged !== undefined && (tagged !== head || version !== current))
    throw new ReleaseRefused(
      `the tag ${tagOf(version)} is of commit ${tagged.slice(0, 12)}, another one than this would be; choose another version`,
    );
  return version;
}

/** @throws ReleaseRefused unless this is main as it is now, with nothing changed. */
export function checkTree(repository: Repository): void {
  const branch = repository.git("rev-parse", "--abbrev-ref", "HEAD");
  if (branch !== "main") throw new ReleaseRefused(`only main is released, not ${branch}; start it on main`);
  const changed = repository.git("status", "--porcelain");
  if (changed !== "") throw new ReleaseRefused(`the tree is not as committed:\n${changed}\nCommit it first`);
  if (repository.git("rev-parse", "--is-shallow-repository") === "true")
    throw new ReleaseRefused("this clone is shallow, and packs are dated by history; git fetch --unshallow");
  const main = repository.fetchMain();
  if (main !== repository.head())
    throw new ReleaseRefused(
      `main is at ${main.slice(0, 12)} by now, this is ${repository.head().slice(0, 12)}; start a new run, with the exact version if it was tried before`,
    );
}
