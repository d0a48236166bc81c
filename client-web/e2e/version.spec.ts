import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "playwright/test";
import { freePorts } from "#tools/test/free-ports.ts";
import { expectAccessible, expectWorld, main, test } from "./game.ts";
import { startMaster } from "./master.ts";

test("an older page is told of the update, reloads once, and then asks for patience instead of looping", async ({
  page,
}) => {
  await using master = await startMaster({ env: { PORTCADE_APP_VERSION: "8.9" } });
  await page.goto(master.url);
  const dialog = page.getByRole("dialog", { name: "Game updated" });
  await expect(dialog).toBeVisible();
  await expect(main(page)).toHaveAttribute("data-state", "rejected");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Reload" }).click();
  await expect(page).toHaveURL(/[?&]v=8\.9(&|$)/);
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText("Try again shortly");
  await expect(dialog.getByRole("button")).toHaveCount(0);
  expect(master.log()).not.toContain("MASTER_WORLD_STARTED");
});

test("the update cannot be waved away with Escape", async ({ page }) => {
  await using master = await startMaster({ env: { PORTCADE_APP_VERSION: "8.9" } });
  await page.goto(master.url);
  const dialog = page.getByRole("dialog", { name: "Game updated" });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
});

test("a page that is newer than its server is let in by itself once the server has its version", async ({
  page,
}) => {
  const dataDir = await mkdtemp(join(tmpdir(), "portcade-newer-"));
  const port = { PORTCADE_PORT: String(await freePorts()) };
  await using before = await startMaster({ dataDir, env: { ...port, PORTCADE_APP_VERSION: "0.0" } });
  await page.goto(before.url);
  const dialog = page.getByRole("dialog", { name: "Game updated" });
  await expect(dialog).toContainText("You are let in as soon as it is ready");
  await expectAccessible(page);
  await before.stop();
  await using after = await startMaster({ dataDir, env: port });
  await expectWorld(page, "hub");
  await after.stop();
  await rm(dataDir, { recursive: true });
});
