import { expect } from "playwright/test";
import { expectAccessible, main, test } from "./game.ts";
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
