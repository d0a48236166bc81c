import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "playwright/test";
import { PagesHost } from "#tools/edge/pages-host.ts";
import { builds } from "./file-server.ts";
import { expectWorld, test } from "./game.ts";

/** A page of an earlier build, whose renderer is no more on its site. */

const gone = "pixi-renderer-gone0000.js";
let dir: string;
/** The page of now, which the site does not show yet. */
let page: string;
test.beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-rebuilt-"));
  cpSync(join(builds, "web"), dir, { recursive: true });
  const assets = readdirSync(join(dir, "assets"));
  const [script = ""] = assets.filter((name) => /^index-.*\.js$/.test(name));
  const [renderer = ""] = assets.filter((name) => name.startsWith("pixi-renderer-"));
  const text = readFileSync(join(dir, "assets", script), "utf8");
  expect(text).toContain(renderer);
  writeFileSync(join(dir, "assets", "index-gone0000.js"), text.replaceAll(renderer, gone));
  page = readFileSync(join(dir, "index.html"), "utf8");
  writeFileSync(join(dir, "index.html"), page.replace(script, "index-gone0000.js"));
});
test.afterEach(() => rmSync(dir, { recursive: true }));

const addressOf = (site: PagesHost, master: { readonly url: string }): string =>
  `${site.url}?master_url=${encodeURIComponent(master.url.replace("http", "ws"))}`;

test("a page whose renderer is gone loads the newer one, and plays", async ({ page: player, master }) => {
  await using site = await PagesHost.start(dir);
  site.spoil = (path) => {
    if (path.endsWith(gone)) writeFileSync(join(dir, "index.html"), page);
  };
  await player.goto(addressOf(site, master));
  await expectWorld(player, "hub");
  expect(site.asked.filter((path) => path.endsWith(gone))).toHaveLength(1);
});

test("where there is no newer one it has tried once, and is not loaded for ever", async ({
  page: player,
  master,
}) => {
  await using site = await PagesHost.start(dir);
  let loads = 0;
  player.on("framenavigated", () => (loads += 1));
  const failed = player.waitForEvent("pageerror");
  await player.goto(addressOf(site, master));
  expect((await failed).message).toContain(gone);
  expect(loads).toBe(2);
});
