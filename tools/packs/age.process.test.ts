import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changedAt } from "./age.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "portcade-age-"));
  mkdirSync(join(root, "world"));
  write("map.tmj", 5000);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const world = (): string[] => [join(root, "world")];

function write(name: string, time: number): void {
  writeFileSync(join(root, "world", name), String(time));
  utimesSync(join(root, "world", name), time, time);
}

async function commit(time: number): Promise<void> {
  const env = { GIT_COMMITTER_DATE: `${time} +0000`, GIT_AUTHOR_DATE: `${time} +0000` };
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd: root, env });
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "a");
}

test("what is committed is as old as its newest commit", async () => {
  await commit(1_700_000_000);
  expect(await changedAt(world(), root)).toBe(1_700_000_000);
});

test("what differs from its commit is as old as its newest file", async () => {
  await commit(1_700_000_000);
  write("map.tmj", 7000);
  expect(await changedAt(world(), root)).toBe(7000);
});

test("what is not committed yet counts, too", async () => {
  await commit(1_700_000_000);
  write("new.tmj", 9000);
  expect(await changedAt(world(), root)).toBe(9000);
});

test("without a history the newest file tells", async () => {
  write("other.tmj", 6000);
  expect(await changedAt(world(), root)).toBe(6000);
});
