import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "playwright/test";
import { builds } from "./file-server.ts";

const assets = join(builds, "web/assets");
const files = readdirSync(assets);
const sizeOf = (ending: string, among = files): number =>
  among
    .filter((file) => file.endsWith(ending))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file)), { level: 9 }).length, 0);

test("what a page downloads stays small", () => {
  const entry = files.filter((file) => file.startsWith("index-"));
  expect(sizeOf(".js", entry)).toBeGreaterThan(0);
  expect(sizeOf(".js", entry), "our own code and what it needs at once").toBeLessThanOrEqual(60 * 1024);
  expect(sizeOf(".js"), "all scripts").toBeLessThanOrEqual(270 * 1024);
  expect(sizeOf(".css"), "styles").toBeLessThanOrEqual(8 * 1024);
  expect(sizeOf(".woff2"), "fonts").toBeLessThanOrEqual(30 * 1024);
});

test("the page has one script of its own, and no test hook, test data or source map in it", () => {
  const page = readFileSync(join(builds, "web/index.html"), "utf8");
  expect(page.match(/<script[^>]+src=/g)).toHaveLength(1);
  for (const file of files.filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(join(assets, file), "utf8");
    for (const trace of ["__world", "sourceMappingURL", "sky garden"])
      expect(text.includes(trace), `${trace} in ${file}`).toBe(false);
  }
  expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
});

test("building the page again leaves the packs alone", () => {
  expect(readdirSync(join(builds, "web/world_packs"))).toContain("index.json");
});

test("no world's pack is larger than players can be asked to wait for", () => {
  const folder = join(builds, "world_packs");
  const packs = readdirSync(folder).filter((file) => file.endsWith(".zip"));
  expect(packs.length).toBeGreaterThanOrEqual(4);
  for (const pack of packs)
    expect(readFileSync(join(folder, pack)).length, pack).toBeLessThanOrEqual(8 * 1024 * 1024);
});
