import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PackIndexReader } from "./pack-index.ts";
import { restorePacks } from "./pack-times.ts";

const bytes = "what is in the pack";
const mtime = 1_700_000_000;

let dir: string;
let packs: string;
let saved: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-times-"));
  packs = join(dir, "packs");
  saved = join(dir, "index.json");
  mkdirSync(packs);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const hub = { file: "hub.zip", size: bytes.length, mtime, sha256 };
  writeFileSync(saved, JSON.stringify({ schema: 1, packs: { hub } }));
  utimesSync(saved, mtime, mtime);
  // As `cp` without `-p` leaves it: dated now.
  writeFileSync(join(packs, "hub.zip"), bytes);
});
afterEach(() => rmSync(dir, { recursive: true }));

const isOnOffer = (): boolean => {
  using reader = new PackIndexReader({ dir: packs, baseUrl: () => "" });
  return reader.packOf("hub") !== undefined;
};

test("packs that lost their times are on offer again, and the index is back with its own", async () => {
  expect(isOnOffer()).toBe(false);
  expect(await restorePacks(saved, packs)).toHaveLength(2);
  expect(isOnOffer()).toBe(true);
  expect(statSync(join(packs, "index.json")).mtimeMs).toBe(mtime * 1000);
  expect(await restorePacks(saved, packs)).toEqual([]);
});

test("a newer index is left alone, and holds", async () => {
  const newer = readFileSync(saved, "utf8").replace(String(mtime), String(mtime + 5));
  writeFileSync(join(packs, "index.json"), newer);
  await restorePacks(saved, packs);
  expect(readFileSync(join(packs, "index.json"), "utf8")).toBe(newer);
  expect(statSync(join(packs, "hub.zip")).mtimeMs).toBe((mtime + 5) * 1000);
});

test("a pack that is another, or is missing, is named and keeps its time", async () => {
  writeFileSync(join(packs, "hub.zip"), bytes.toUpperCase());
  const { mtimeMs } = statSync(join(packs, "hub.zip"));
  expect((await restorePacks(saved, packs)).at(-1)).toMatch(/^hub\.zip is not what index\.json says/);
  expect(statSync(join(packs, "hub.zip")).mtimeMs).toBe(mtimeMs);
  rmSync(join(packs, "hub.zip"));
  expect((await restorePacks(saved, packs)).at(-1)).toMatch(/^hub\.zip is missing/);
});
