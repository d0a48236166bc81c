import { expect } from "playwright/test";
import { enter, main, message, test } from "./game.ts";
import { startMaster } from "./master.ts";

test("without any server the page says so and keeps trying", async ({ page }) => {
  await using master = await startMaster();
  await enter(page, master.url);
  await master.stop();
  await expect(main(page)).toHaveAttribute("data-state", "offline");
  await expect(page.getByRole("alert")).toContainText(/Connection Lost|Server Offline|World Disconnected/);
  await expect(message(page)).toBeDisabled();
});
