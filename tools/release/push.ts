import { ReleaseRefused } from "./refusal.ts";
import { readRelease, takeCommit } from "./hand-over.ts";
import type { Repository } from "./repository.ts";
import { tagOf } from "./validate.ts";

/**
 * Makes the release commit main's. From here on the version is taken.
 *
 * @param dir what was handed over
 * @throws ReleaseRefused when main has moved on
 */
export function pushCommit(repository: Repository, dir: string): string {
  const { commit, version } = readRelease(dir);
  takeCommit(repository, dir);
  const main = repository.fetchMain();
  if (main === commit) return `main is at ${commit.slice(0, 12)} already`;
  if (repository.git("rev-parse", `${commit}^`) !== main)
    throw new ReleaseRefused(
      `main is at ${main.slice(0, 12)} by now, so what was built is not what would be released; nothing was published. Start a new run with version ${version}`,
    );
  repository.git("push", "--quiet", "origin", `${commit}:refs/heads/main`);
  return `main is at ${commit.slice(0, 12)}`;
}

/** The last word: says that all the rest was done. @throws ReleaseRefused when the tag is of another commit */
export function pushTag(repository: Repository, dir: string): string {
  const { commit, version } = readRelease(dir);
  const tag = tagOf(version);
  const tagged = repository.tagged(tag);
  if (tagged === commit) return `${tag} is there already`;
  if (tagged !== undefined)
    throw new ReleaseRefused(
      `the tag ${tag} is of ${tagged.slice(0, 12)}; it was made while this release ran`,
    );
  takeCommit(repository, dir);
  repository.git("push", "--quiet", "origin", `${commit}:refs/tags/${tag}`);
  return `${tag} is ${commit.slice(0, 12)}`;
}
