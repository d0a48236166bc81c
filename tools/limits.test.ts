import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { root } from "./test/programs.ts";

const page = readFileSync(join(root, "docs/limits.md"), "utf8");
const rows = page.split("\n").filter((line) => /^\| (?!what |limit |-)/.test(line));
const linked = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => normalize(join("docs", path ?? "")));

/** A field that may hold more and more. */
const growing = /^ {2}(?:readonly )?#?\w+(?::[^=;()]+)? = (?:new (?:Map|Set|\w*Array)\b|\[\];)/m;
const keeps = (path: string): boolean =>
  /^(?:server|shared|client-web\/src)\/.*\.ts$/.test(path) &&
  !/\.test\.ts$|\.contract\.ts$|[-/]testing|^server\/sim\/|\/hand-clock|\/fake-/.test(path);

test("every limit has its place on the page", () => {
  const named = new Set(rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name)));
  expect(Object.keys(limits).filter((name) => !named.has(name))).toEqual([]);
});

test("every row names a test, and all that is named exists", () => {
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) {
    const proofs = linked(row.split(" | ").at(-1) ?? "");
    expect(proofs.length, row).toBeGreaterThan(0);
    for (const path of proofs) expect(path, row).toMatch(/\.test\.ts$/);
  }
  expect(linked(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("every file that keeps a map, a set or a list is on the page", () => {
  const known = new Set(linked(page));
  const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  const files = stdout
    .split("\0")
    .filter((path) => keeps(path) && growing.test(readFileSync(join(root, path), "utf8")));
  expect(files.length).toBeGreaterThan(40);
  expect(files.filter((path) => !known.has(path))).toEqual([]);
});
