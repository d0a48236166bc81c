import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf, isFresh, stampFresh } from "./stale.ts";
import type { Step } from "./steps.ts";

const root = mkdtempSync(join(tmpdir(), "portcade-stale-"));
afterAll(() => rmSync(root, { recursive: true }));

const step: Step = {
  name: "thing",
  inputs: ["source", "one.json", "never-there"],
  outputs: ["builds/thing"],
  environment: ["PORTCADE_TEST_OF_STALE"],
  command: ["make.ts"],
};
const write = (path: string, content: string): void => writeFileSync(join(root, path), content);
const digest = (): string => digestOf(step, root);

mkdirSync(join(root, "source", "deep"), { recursive: true });
mkdirSync(join(root, "builds"));
write("source/deep/a.ts", "a");
write("one.json", "{}");

test("a step is fresh while its inputs are those it was built from and its outputs are there", () => {
  const before = digest();
  expect(isFresh(step, before, root)).toBe(false);
  stampFresh(step, before, root);
  expect(isFresh(step, before, root)).toBe(false);
  write("builds/thing", "built");
  expect(isFresh(step, digest(), root)).toBe(true);
  stampFresh({ ...step, name: "another" }, "x", root);
  expect(isFresh(step, digest(), root)).toBe(true);
});

test("a stamp that cannot be read means building again", () => {
  write("builds/.stamps/steps.json", "{");
  expect(isFresh(step, digest(), root)).toBe(false);
});

test("what goes into a build changes its digest, what does not leaves it", () => {
  const seen = new Set([digest()]);
  const isNews = (): boolean => seen.size !== seen.add(digest()).size;
  write("source/deep/b.ts", "b");
  expect(isNews()).toBe(true);
  write("source/deep/b.ts", "b, longer");
  expect(isNews()).toBe(true);
  utimesSync(join(root, "source/deep/b.ts"), 1, 1);
  expect(isNews()).toBe(true);
  rmSync(join(root, "source/deep/b.ts"));
  expect(isNews()).toBe(false);
  write("source/deep/a.test.ts", "test");
  write("source/.swap", "");
  expect(isNews()).toBe(false);
  process.env["PORTCADE_TEST_OF_STALE"] = "1";
  expect(isNews()).toBe(true);
  delete process.env["PORTCADE_TEST_OF_STALE"];
  expect(digestOf({ ...step, command: ["other.ts"] }, root)).not.toBe(digest());
});
