import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Repository } from "./repository.ts";

const author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];

/** A bare remote with a main of version 0.4, and a clone of it. */
export class TestMain implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "portcade-release-"));
  readonly remote = join(this.dir, "remote.git");
  readonly clone: Repository;

  constructor() {
    this.#git(this.dir, "init", "--quiet", "--bare", "--initial-branch=main", this.remote);
    const first = join(this.dir, "first");
    this.#git(this.dir, "clone", "--quiet", this.remote, first);
    this.#git(first, "checkout", "--quiet", "-B", "main");
    mkdirSync(join(first, "shared"));
    writeFileSync(join(first, "shared/version.ts"), 'export const appVersion = "0.4";\n');
    this.#git(first, "add", ".");
    this.#git(first, ...author, "commit", "--quiet", "--message", "First");
    this.#git(first, "push", "--quiet", "origin", "main");
    this.clone = this.checkOut("clone");
  }

  /** Another clone, as each job of a workflow has one. */
  checkOut(name: string): Repository {
    const to = join(this.dir, name);
    this.#git(this.dir, "clone", "--quiet", `file://${this.remote}`, to);
    this.#git(to, "config", "user.name", "Test");
    this.#git(to, "config", "user.email", "test@example.org");
    return new Repository(to);
  }

  /** Somebody else's commit comes to main meanwhile. */
  moveOn(): void {
    const other = this.checkOut(`other-${Math.random()}`);
    other.git("commit", "--quiet", "--allow-empty", "--message", "Meanwhile");
    other.git("push", "--quiet", "origin", "main");
  }

  /** The commit of a branch or tag of the remote; empty when there is none. */
  at(ref: string): string {
    return this.clone.git("ls-remote", "origin", ref).split("\t")[0] ?? "";
  }

  #git(cwd: string, ...args: string[]): void {
    execFileSync("git", args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
