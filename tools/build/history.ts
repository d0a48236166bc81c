import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";

/** What git knows of the tree that is built. */
export interface History {
  /** Of `HEAD`. */
  readonly commit: string;
  /** Commits are missing, and with them when something last changed. */
  readonly isShallow: boolean;
  /** Files, relative to the repository, that differ from the commit or are not in it. */
  readonly changed: readonly string[];
}

/** @returns `undefined` where `root` is not the top of a clone with a commit */
export function readHistory(root: string): History | undefined {
  const top = git(root, "rev-parse", "--show-toplevel");
  const commit = git(root, "rev-parse", "--verify", "--quiet", "HEAD");
  if (top === undefined || commit === undefined || realpathSync(top) !== realpathSync(root)) return undefined;
  const status = git(root, "status", "--porcelain", "-z") ?? "";
  return {
    commit,
    isShallow: git(root, "rev-parse", "--is-shallow-repository") === "true",
    changed: status
      .split("\0")
      .filter(Boolean)
      .map((line) => line.slice(3)),
  };
}

function git(cwd: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd, encoding: "utf8" });
  return status === 0 ? stdout.replace(/\n$/, "") : undefined;
}
