import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PackIndexReader } from "./pack-index.ts";

const mtime = 1_700_000_000;
const sha256 = "a".repeat(64);
let dir: string;
let readers: PackIndexReader[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-packs-"));
  readers = [];
});
afterEach(() => {
  for (const reader of readers) reader[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

function pack(file: string, bytes: string): void {
  writeFileSync(join(dir, file), bytes);
  utimesSync(join(dir, file), mtime, mtime);
}

const entry = (file: string, size: number, hash = sha256) => ({ file, size, mtime, sha256: hash });

function index(packs: Record<string, unknown>): void {
  writeFileSync(join(dir, "index.uploading"), JSON.stringify({ schema: 1, packs }));
  renameSync(join(dir, "index.uploading"), join(dir, "index.json"));
}

function open(onChange?: (worlds: readonly string[]) => void, reports: string[] = []): PackIndexReader {
  const reader = new PackIndexReader({
    dir,
    baseUrl: () => "http://127.0.0.1:19080/world_packs",
    ...(onChange && { onChange }),
    report: (event) => reports.push(event),
  });
  readers.push(reader);
  return reader;
}

test("a pack that is what its index says is on offer", () => {
  pack("hub.zip", "12345");
  index({ hub: entry("hub.zip", 5) });
  const reader = open();
  const url = "http://127.0.0.1:19080/world_packs/hub.zip";
  expect(reader.packOf("hub")).toEqual({ url, size: 5, mtime, sha256 });
  const file = { path: join(dir, "hub.zip"), size: 5, mtime, sha256 };
  expect(reader.fileOf("hub.zip")).toEqual(file);
  expect(reader.fileOf(`${sha256}.zip`)).toEqual(file);
});

test("a pack of another size or mtime, or none, is not", () => {
  pack("hub.zip", "12345");
  index({ hub: entry("hub.zip", 5), caves: entry("caves.zip", 5) });
  const reader = open();
  expect(reader.packOf("caves")).toBeUndefined();
  expect(reader.packOf("nowhere")).toBeUndefined();
  pack("hub.zip", "123456");
  expect(reader.packOf("hub")).toBeUndefined();
  expect(reader.fileOf("hub.zip")).toBeUndefined();
  pack("hub.zip", "12345");
  expect(reader.packOf("hub")).toBeDefined();
  utimesSync(join(dir, "hub.zip"), mtime, mtime + 1);
  expect(reader.packOf("hub")).toBeUndefined();
});

test("a pack is read to its end before a launch is begun for it", async () => {
  const bytes = "12345";
  const hash = createHash("sha256").update(bytes).digest("hex");
  pack("hub.zip", bytes);
  pack("caves.zip", "1234\0");
  index({ hub: entry("hub.zip", 5, hash), caves: entry("caves.zip", 5, hash), arena: entry("arena.zip", 5) });
  const reader = open();
  expect(await reader.faultOf("hub")).toBeUndefined();
  expect(await reader.faultOf("caves")).toBe("caves.zip is not what index.json says");
  expect(await reader.faultOf("arena")).toMatch(/^arena\.zip is missing/);
  expect(await reader.faultOf("moon")).toBe("index.json names no pack of moon");
});

test("only names of the index can be fetched", () => {
  writeFileSync(join(dir, "secret.zip"), "x");
  index({});
  const reader = open();
  for (const name of ["secret.zip", "../secret.zip", "index.json", ""])
    expect(reader.fileOf(name)).toBeUndefined();
});

test("a new index is noticed by itself, with the worlds that changed", async () => {
  pack("hub.zip", "12345");
  pack("caves.zip", "12345");
  index({ hub: entry("hub.zip", 5), caves: entry("caves.zip", 5) });
  const changed = new Promise<readonly string[]>((resolve) => open(resolve));
  index({
    hub: entry("hub.zip", 5),
    caves: entry("caves.zip", 5, "b".repeat(64)),
    arena: entry("arena.zip", 1),
  });
  await expect(changed).resolves.toEqual(["arena", "caves"]);
});

test("a folder that appears later is found", () => {
  rmSync(dir, { recursive: true });
  const reader = open();
  expect(reader.packOf("hub")).toBeUndefined();
  mkdirSync(dir);
  pack("hub.zip", "1");
  index({ hub: entry("hub.zip", 1) });
  expect(reader.packOf("hub")).toMatchObject({ size: 1 });
});

test.each(["{", "[]", '{"schema":2,"packs":{}}', '{"schema":1,"packs":{"hub":{"file":"../x.zip"}}}'])(
  "an index that cannot be understood (%s) leaves the one before in force",
  (text) => {
    pack("hub.zip", "12345");
    index({ hub: entry("hub.zip", 5) });
    const reports: string[] = [];
    const reader = open(undefined, reports);
    writeFileSync(join(dir, "index.json"), text);
    expect(reader.packOf("hub")).toBeDefined();
    expect(reports).toEqual(["packs.loaded", "packs.refused"]);
  },
);
