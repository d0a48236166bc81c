import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manifestFile, writeManifest } from "#tools/artifacts/manifest.ts";
import { checkOut } from "./check-out.ts";
import { handOver, unpack } from "./hand-over.ts";
import { pushCommit, pushTag } from "./push.ts";
import type { Repository } from "./repository.ts";
import { setVersion } from "./set-version.ts";
import { TestMain } from "./testing-main.ts";
import { validate } from "./validate.ts";

let main: TestMain;
let builds: string;
let dir: string;
beforeEach(() => {
  main = new TestMain();
  builds = join(main.dir, "builds");
  dir = join(main.dir, "hand-over");
});
afterEach(() => main[Symbol.dispose]());

/** Everything of the first job, with a build of one file a folder. */
async function make(repository: Repository, wish: string): Promise<string> {
  const version = validate(repository, wish);
  const commit = setVersion(repository, version);
  for (const folder of ["server", "web", "world_packs"]) {
    mkdirSync(join(builds, folder), { recursive: true });
    writeFileSync(join(builds, folder, "file.txt"), version);
  }
  writeFileSync(join(builds, "server/node"), "\x7fELF and more");
  writeManifest(builds, { version, release_commit: commit, trigger_commit: null, run_id: null });
  await handOver(repository, builds, dir);
  return commit;
}

test("a release reaches main only when it is pushed, and is tagged last", async () => {
  const before = main.at("refs/heads/main");
  const commit = await make(main.clone, "bump");
  expect([main.at("refs/heads/main"), main.at("refs/tags/v0.5")]).toEqual([before, ""]);

  const second = main.checkOut("second");
  expect(unpack(dir, join(main.dir, "unpacked"))).toMatchObject({ version: "0.5", commit });
  pushCommit(second, dir);
  expect([main.at("refs/heads/main"), main.at("refs/tags/v0.5")]).toEqual([commit, ""]);
  expect(main.clone.git("show", "--name-only", "--format=%s", commit)).toBe(
    "Release v0.5\n\nshared/version.ts",
  );
  pushTag(second, dir);
  expect(main.at("refs/tags/v0.5")).toBe(commit);
});

test("a release that failed after the push is run again with its exact version, and makes no second commit", async () => {
  const commit = await make(main.clone, "0.7");
  pushCommit(main.checkOut("second"), dir);
  const again = main.checkOut("again");
  expect(() => validate(again, "bump")).toThrow("run it again with version 0.7");
  expect(await make(again, "0.7")).toBe(commit);
  expect(pushCommit(again, dir)).toContain("already");
  pushTag(again, dir);
  expect(validate(again, "0.7")).toBe("0.7");
  expect(pushTag(again, dir)).toContain("already");
  expect(validate(again, "bump")).toBe("0.8");
});

test("a tag of another commit ends it first", () => {
  main.clone.git("push", "--quiet", "origin", "HEAD:refs/tags/v0.5");
  expect(() => validate(main.clone, "0.5")).toThrow("choose another version");
  expect(() => validate(main.clone, "bump")).toThrow("choose another version");
  main.clone.git("tag", "--annotate", "--message", "mine", "v0.4");
  main.clone.git("push", "--quiet", "origin", "v0.4");
  expect(validate(main.clone, "0.4")).toBe("0.4");
  main.moveOn();
  main.clone.git("pull", "--quiet", "--ff-only");
  expect(() => validate(main.clone, "0.4")).toThrow("choose another version");
});

test("what moves main meanwhile stops it, before and after the build", async () => {
  await make(main.clone, "bump");
  main.moveOn();
  const moved = main.at("refs/heads/main");
  expect(() => pushCommit(main.checkOut("second"), dir)).toThrow("nothing was published");
  expect(main.at("refs/heads/main")).toBe(moved);
  const late = main.checkOut("late");
  main.moveOn();
  expect(() => validate(late, "bump")).toThrow("start a new run");
});

test.each([
  ["0.3", "is older"],
  ["1", "is no version"],
  ["v1.0", "is no version"],
  ["--upload-pack=x", "is no version"],
  ["", "is no version"],
])("%j is refused as a version", (wish, words) => {
  expect(() => validate(main.clone, wish)).toThrow(words);
});

test("only main is released, as it is committed and with its history", () => {
  writeFileSync(join(main.clone.root, "more.txt"), "");
  expect(() => validate(main.clone, "bump")).toThrow("more.txt");
  main.clone.git("clean", "--quiet", "--force");
  main.clone.git("checkout", "--quiet", "-b", "mine");
  expect(() => validate(main.clone, "bump")).toThrow("only main is released");
});

test("a build of another commit is not handed over", async () => {
  await make(main.clone, "bump");
  main.clone.git("commit", "--quiet", "--allow-empty", "--message", "More");
  await expect(handOver(main.clone, builds, dir)).rejects.toThrow("build again");
  writeFileSync(join(builds, manifestFile), "{}");
  await expect(handOver(main.clone, builds, dir)).rejects.toThrow(manifestFile);
});

test("a build for another system than servers have is not handed over", async () => {
  await make(main.clone, "bump");
  writeFileSync(join(builds, "server/node"), "MZ");
  await expect(handOver(main.clone, builds, dir)).rejects.toThrow("is not for Linux");
});

test("a release of before is checked out by its version, handed over again, and changes neither main nor tags", async () => {
  const commit = await make(main.clone, "0.5");
  const second = main.checkOut("second");
  pushCommit(second, dir);
  pushTag(second, dir);
  main.moveOn();
  const moved = main.at("refs/heads/main");
  const back = main.checkOut("back");
  expect(checkOut(back, "0.5")).toEqual({ version: "0.5", commit });
  expect(back.head()).toBe(commit);
  expect(await handOver(back, builds, dir)).toMatchObject({ version: "0.5", commit });
  expect(main.at("refs/heads/main")).toBe(moved);
});

test("nothing but a finished release of main is gone back to", () => {
  expect(() => checkOut(main.clone, "0.5")).toThrow("there is no tag v0.5");
  main.clone.git("checkout", "--quiet", "-b", "mine");
  main.clone.git("commit", "--quiet", "--allow-empty", "--message", "Mine");
  main.clone.git("push", "--quiet", "origin", "mine:refs/tags/v0.5");
  expect(() => checkOut(main.clone, "0.5")).toThrow("only main is released");
  main.clone.git("checkout", "--quiet", "main");
  expect(() => checkOut(main.clone, "0.5")).toThrow("which is no commit of main");
});
