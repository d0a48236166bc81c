import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { expect, test } from "vitest";
import { root } from "./test/programs.ts";
import { untidy } from "./tidy.ts";

/** This checkout and this person's home. */
const machinePaths = [join(root, "."), homedir()].filter((path) => path.length > 1).map((path) => path + sep);

function trackedFiles(): Map<string, string> {
  const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  const paths = stdout.split("\0").filter((path) => path !== "" && path !== "package-lock.json");
  return new Map(paths.flatMap((path) => (read(path) === undefined ? [] : [[path, read(path) ?? ""]])));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return undefined;
  }
}

test("everything is in its place", () => {
  const files = trackedFiles();
  expect(files.size).toBeGreaterThan(50);
  expect(untidy(files, { machinePaths })).toEqual([]);
});

test("the lockfile names no registry", () => {
  expect(read("package-lock.json")).not.toMatch(/https?:\/\/registry/);
});

/** `~` keeps the faults from being faults of this file. */
const planted = [
  ["src/a.ts", ""],
  ["shared/index.ts", ""],
  ["shared/someThing.ts", ""],
  ["shared/a.ts", "// TO~DO later"],
  ["docs/a.md", "FIX~ME"],
  ["shared/a.ts", "// oxlint~-disable-next-line no-shadow"],
  ["shared/a.ts", "// @ts~-ignore"],
  ["shared/a.test.ts", "test~.skip('…')"],
  ["shared/a.test.ts", "describe~.only('…')"],
  ["shared/a.ts", "export * from './b.ts';"],
  ["server/core/a.ts", 'import { b } from "..~/../shared/b.ts";'],
  ["server/roles/a.process.test.ts", 'expect(told).toEqual({ server: "0~.1" });'],
  ["docs/a.md", "https://~registry.example/"],
  ["docs/a.md", "/ho~me/somebody/project"],
  ["docs/a.md", "see /the/machine/of/mine/file"],
] as const;

test.for(planted)("finds what is planted in %s: %s", ([path, content]) => {
  const options = { machinePaths: ["/the/machine/of/mine/"] };
  expect(untidy(new Map([[path, content.replace("~", "")]]), options)).toHaveLength(1);
  expect(untidy(new Map([["shared/a.ts", "export const a = 1;\n"]]), options)).toEqual([]);
});
