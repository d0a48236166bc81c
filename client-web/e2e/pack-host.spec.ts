import { copyFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "playwright/test";
import { serveFiles, builds } from "./file-server.ts";
import { enter, expectWorld, main, nearby, placeOf, test, travel, worlds } from "./game.ts";
import { startMaster } from "./master.ts";

test("packs come from another host; when nobody has one the player is told why and stays", async ({
  page,
}) => {
  const packs = await serveFiles([`${builds}/world_packs`]);
  await using master = await startMaster({ env: { PORTCADE_WORLD_PACK_BASE_URL: packs.url } });
  const lines: string[] = [];
  page.on("console", (line) => lines.push(line.text()));
  await page.route(`${new URL("world_packs/", master.url).href}**`, (route) => route.abort());
  await enter(page, master.url);
  await travel(page, worlds.left);
  expect(lines.some((line) => line.startsWith("WORLD_PACK_READY") && line.includes("left_world"))).toBe(true);

  await packs[Symbol.asyncDispose]();
  await nearby(page).getByRole("button", { name: "Travel to Top World" }).click();
  await expect(page.getByRole("alert")).toContainText("cannot be reached", { timeout: 40_000 });
  await expectWorld(page, "left_world");
  expect(lines.some((line) => line.startsWith("WORLD_PACK_FAILED") && line.includes("top_world"))).toBe(true);

  // A world visited before needs no pack host.
  await travel(page, worlds.hub);
  const { x, y } = await placeOf(page);
  expect(Math.hypot(x - 170, y - 260)).toBeLessThan(24);
});

test("a host that has another release by now, or is down, keeps nobody out: the master has its packs itself", async ({
  page,
}) => {
  const dir = await mkdtemp(join(tmpdir(), "portcade-packs-"));
  await cp(`${builds}/world_packs`, dir, { recursive: true, preserveTimestamps: true });
  await copyFile(join(dir, "right_world.zip"), join(dir, "left_world.zip"));
  const packs = await serveFiles([dir]);
  await using master = await startMaster({ env: { PORTCADE_WORLD_PACK_BASE_URL: packs.url } });
  await enter(page, master.url);
  const own = page.waitForRequest((request) =>
    request.url().startsWith(new URL("world_packs/", master.url).href),
  );
  await travel(page, worlds.left);
  expect((await own).url()).toMatch(/\/[0-9a-f]{64}\.zip\?v=/);

  await packs[Symbol.asyncDispose]();
  await travel(page, worlds.hub);
  await travel(page, worlds.top);
  await rm(dir, { recursive: true });
});

test("a slow download is shown, named and counted, and can be called off", async ({ page }) => {
  await using packs = await serveFiles([`${builds}/world_packs`], /top_world/);
  await using master = await startMaster({ env: { PORTCADE_WORLD_PACK_BASE_URL: packs.url } });
  await enter(page, master.url);
  await nearby(page).getByRole("button", { name: "Travel to Top World" }).click();
  const bar = page.getByRole("progressbar", { name: "Downloading Top World" });
  await expect(bar).toBeVisible();
  await expect(bar).toHaveAttribute("aria-valuetext", /^(49|50) %$/);
  await expect(main(page)).toHaveAttribute("data-state", "preparing");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("progressbar")).toBeHidden();
  await expectWorld(page, "hub");
  await travel(page, worlds.left);
});

test("a second visit downloads nothing", async ({ page, master }) => {
  await enter(page, master.url);
  await travel(page, worlds.right);
  await travel(page, worlds.hub);
  let downloads = 0;
  page.on("request", (request) => (downloads += request.url().includes("/world_packs/") ? 1 : 0));
  await travel(page, worlds.right);
  await page.reload();
  await expectWorld(page, "right_world");
  expect(downloads).toBe(0);
});
