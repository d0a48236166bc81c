import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "portcade-folder-"))));
afterEach(() => rmSync(dir, { recursive: true }));

test("makes every folder on the way, and leaves those that are there alone", () => {
  const path = join(dir, "a", "b");
  makeFolder(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  makeFolder(path, 0o755);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("a place where nothing can be made is an error, not a loop without end", () => {
  writeFileSync(join(dir, "file"), "");
  expect(() => makeFolder(join(dir, "file"))).toThrow("EEXIST");
  expect(() => makeFolder(join(dir, "file", "below"))).toThrow("EEXIST");
  expect(() => makeFolder("/proc/nope/deep")).toThrow("ENOENT");
});
