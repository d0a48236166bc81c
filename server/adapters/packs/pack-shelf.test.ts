import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PackFile } from "./pack-index.ts";
import { PackShelf } from "./pack-shelf.ts";

const mtime = 1_700_000_000;
let dir: string;
let reports: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-shelf-"));
  reports = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (): PackShelf =>
  new PackShelf({
    dir: join(dir, "kept"),
    report: (event, { reason }) => reports.push(reason === undefined ? event : `${event}: ${reason}`),
  });

function pack(bytes: string, sha256 = createHash("sha256").update(bytes).digest("hex")): PackFile {
  const path = join(dir, "hub.zip");
  writeFileSync(path, bytes);
  utimesSync(path, mtime, mtime);
  return { path, size: bytes.length, mtime, sha256 };
}

test("a pack is kept as it was when another takes its place, also for the next master", async () => {
  const shelf = open();
  const first = pack("first");
  shelf.keep(first);
  shelf.keep(first);
  expect(shelf.get(first.sha256)).toBeUndefined();
  await shelf[Symbol.asyncDispose]();
  pack("second");
  for (const each of [shelf, open()]) {
    const kept = each.get(first.sha256);
    expect(kept).toMatchObject({ size: 5, mtime, sha256: first.sha256 });
    expect(readFileSync(kept?.path as string, "utf8")).toBe("first");
    expect(each.fileOf(`${first.sha256}.zip`)).toEqual(kept);
  }
  expect(reports).toEqual(["packs.kept"]);
});

test("one that is not what it should be, or cannot be read, is not kept, and nothing is left of it", async () => {
  const shelf = open();
  shelf.keep(pack("half", "a".repeat(64)));
  shelf.keep({ ...pack("gone"), path: join(dir, "gone.zip") });
  await shelf[Symbol.asyncDispose]();
  expect(readdirSync(join(dir, "kept"))).toEqual([]);
  expect(reports.toSorted()).toEqual([
    "packs.refused: a pack that players need cannot be kept: ENOENT",
    "packs.refused: a pack that players need cannot be kept: it is not what index.json says",
  ]);
});

test("what is not needed goes, and so does what a master that was killed had begun", async () => {
  const shelf = open();
  const [first, second] = [pack("first"), pack("second")];
  shelf.keep(second);
  await shelf[Symbol.asyncDispose]();
  shelf.keep(pack("first"));
  await shelf[Symbol.asyncDispose]();
  shelf.retain(new Set([first.sha256]));
  expect(shelf.get(second.sha256)).toBeUndefined();
  expect(shelf.get(first.sha256)).toBeDefined();
  writeFileSync(join(dir, "kept", `${second.sha256}.zip.part`), "sec");
  open();
  expect(readdirSync(join(dir, "kept"))).toEqual([`${first.sha256}.zip`]);
});

test("a folder that has gone is told of, and ends nobody", async () => {
  const shelf = open();
  rmSync(join(dir, "kept"), { recursive: true });
  shelf.retain(new Set());
  shelf.keep(pack("first"));
  await shelf[Symbol.asyncDispose]();
  expect(reports).toEqual([
    "packs.refused: packs that nobody needs any more cannot be removed: ENOENT",
    "packs.refused: a pack that players need cannot be kept: ENOENT",
  ]);
});

test("only names of copies can be fetched", () => {
  mkdirSync(join(dir, "kept"));
  writeFileSync(join(dir, "kept", "secret.zip"), "x");
  const shelf = open();
  for (const name of ["secret.zip", "../hub.zip", "", ".zip", `${"a".repeat(64)}.zip`, "a".repeat(64)])
    expect(shelf.fileOf(name)).toBeUndefined();
});
