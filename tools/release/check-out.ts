import { ReleaseRefused } from "./refusal.ts";
import type { Repository } from "./repository.ts";
import { checkTree, tagOf } from "./validate.ts";

/**
 * Checks out a release of before: the same commit is built to the same bytes.
 *
 * @throws ReleaseRefused where main was never released as that
 */
export function checkOut(repository: Repository, version: string): { version: string; commit: string } {
  checkTree(repository);
  const tag = tagOf(version);
  const commit = repository.tagged(tag);
  if (commit === undefined)
    throw new ReleaseRefused(`there is no tag ${tag}; give the version of a release that was finished`);
  if (!repository.isAncestor(commit, "refs/remotes/origin/main"))
    throw new ReleaseRefused(`the tag ${tag} is of ${commit.slice(0, 12)}, which is no commit of main`);
  repository.git("checkout", "--quiet", "--detach", commit);
  return { version, commit };
}
