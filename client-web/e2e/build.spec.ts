import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "playwright/test";
import { build } from "vite";
import { builds } from "./file-server.ts";

/** What a release must be is checked by `verify:artifacts`; this is of the page's own build. */

test("nothing of the tests is in the page: no hook, no data", () => {
  const assets = join(builds, "web/assets");
  const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
  expect(scripts.length).toBeGreaterThan(1);
  for (const file of scripts) {
    const text = readFileSync(join(assets, file), "utf8");
    for (const trace of ["__world", "sky garden"])
      expect(text.includes(trace), `${trace} in ${file}`).toBe(false);
  }
});

test("a page built over an earlier one leaves the packs alone, and nothing else of it behind", async () => {
  const outDir = mkdtempSync(join(tmpdir(), "portcade-page-"));
  const [pack, old] = [join(outDir, "world_packs", "hub.zip"), join(outDir, "assets", "index-00000000.js")];
  for (const file of [pack, old]) {
    mkdirSync(join(file, ".."));
    writeFileSync(file, "earlier");
  }
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  await build({ configFile, logLevel: "warn", build: { outDir } });
  expect(readFileSync(pack, "utf8")).toBe("earlier");
  expect(existsSync(old)).toBe(false);
  expect(readFileSync(join(outDir, "index.html"), "utf8")).toMatch(/<script[^>]+src="\.\/assets\/index-/);
  rmSync(outDir, { recursive: true });
});
