import { join } from "node:path";
import { changeVersion } from "#server/cli/version-file.ts";
import type { Repository } from "./repository.ts";
import { titleOf } from "./validate.ts";

/**
 * Makes the release commit, here alone. Where main is of this version already (a release that is run again), the
 * release commit is main's own.
 *
 * @returns the release commit
 */
export function setVersion(repository: Repository, version: string): string {
  changeVersion(join(repository.root, "server/main.ts"), version);
  if (repository.git("status", "--porcelain") !== "")
    repository.git("commit", "--quiet", "--message", titleOf(version), "--", "shared/version.ts");
  return repository.head();
}
