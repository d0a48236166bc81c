import { spawnSync } from "node:child_process";
import { ReleaseRefused } from "./refusal.ts";

/** A clone with the remote `origin`, whose `main` is what is released. */
export class Repository {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** @returns what git printed, without the last line break. @throws ReleaseRefused with git's own words */
  git(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync("git", args, { cwd: this.root, encoding: "utf8" });
    if (status === 0) return stdout.replace(/\n$/, "");
    throw new ReleaseRefused(`git ${args.join(" ")} failed: ${stderr.trim() || stdout.trim()}`);
  }

  /** Asks `origin` for its main and its tags. @returns the commit of its main */
  fetchMain(): string {
    this.git("fetch", "--quiet", "--force", "origin", "+refs/heads/main:refs/remotes/origin/main");
    return this.git("rev-parse", "refs/remotes/origin/main");
  }

  head(): string {
    return this.git("rev-parse", "HEAD");
  }

  /** Whether a commit is part of the history of another. */
  isAncestor(commit: string, of: string): boolean {
    const { status } = spawnSync("git", ["merge-base", "--is-ancestor", commit, of], { cwd: this.root });
    return status === 0;
  }

  /** @returns the commit that the tag of this name has at `origin`; `undefined` when there is none */
  tagged(name: string): string | undefined {
    const lines = this.git("ls-remote", "origin", `refs/tags/${name}`, `refs/tags/${name}^{}`).split("\n");
    // Of a tag that is an object of its own, the second line is the commit.
    return lines.at(-1)?.split("\t")[0] || undefined;
  }
}
