import { expect } from "playwright/test";
import { enter, expectWorld, logIn, main, nameOf, placeOf, test, travel, worlds } from "./game.ts";

const refusal = "Enter 1-20 characters: letters, digits, _ and -. Names starting with Guest- are reserved.";

test("everybody is somebody at once: a guest with a version", async ({ page, master }) => {
  await enter(page, master.url);
  const panel = page.getByRole("region", { name: "Session" });
  await expect(panel).toContainText(`Guest: ${await nameOf(page)}`);
  await expect(panel).toContainText(/v\d+\.\d/);
});

test("a name that cannot be is refused in the dialog, which stays open", async ({ page, master }) => {
  await enter(page, master.url);
  await page.getByRole("button", { name: "Log in" }).click();
  const dialog = page.getByRole("dialog", { name: "Log in" });
  await expect(dialog).toContainText("Names are not protected yet");
  for (const name of ["Guest-1", "", "a".repeat(21), "no!way"]) {
    await dialog.getByRole("textbox", { name: "Name" }).fill(name);
    await dialog.getByRole("button", { name: "Log in" }).click();
    await expect(dialog.getByRole("alert")).toHaveText(refusal);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(main(page)).toHaveAttribute("data-player", /^Guest-/);
});

test("a reload comes back as the same guest, to the same place", async ({ page, master }) => {
  await enter(page, master.url);
  await travel(page, worlds.left);
  const before = { name: await nameOf(page), ...(await placeOf(page)) };
  await page.reload();
  await expectWorld(page, "left_world");
  expect(await nameOf(page)).toBe(before.name);
  const { x, y } = await placeOf(page);
  expect(Math.hypot(x - before.x, y - before.y)).toBeLessThan(24);
});

test("who logs in again from nothing stands where they stood", async ({ page, browser, master }) => {
  await enter(page, master.url);
  await logIn(page, "Returning_One");
  await expectWorld(page, "hub");
  await travel(page, worlds.top);
  await page.close();
  const later = await (await browser.newContext()).newPage();
  await enter(later, master.url);
  await logIn(later, "Returning_One");
  await expectWorld(later, "top_world");
  const { x, y } = await placeOf(later);
  expect(Math.hypot(x - 400, y - 410)).toBeLessThan(24);
  await later.context().close();
});

test("after a log-in the keys are the world's again, also where the world is the same", async ({
  page,
  master,
}) => {
  await enter(page, master.url);
  await logIn(page, "Straight_On");
  await expectWorld(page, "hub");
  await expect(page.locator("canvas.world")).toBeFocused();
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
});

test("logging out makes a guest again", async ({ page, master }) => {
  await enter(page, master.url);
  await logIn(page, "Passing_By");
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(main(page)).toHaveAttribute("data-player", /^Guest-/);
  await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
  await expectWorld(page, "hub");
});

test("a log-in elsewhere takes the stay over: the old page is told and stays quiet", async ({
  page,
  browser,
  master,
}) => {
  await enter(page, master.url);
  await logIn(page, "One_Of_Two");
  const other = await (await browser.newContext()).newPage();
  await enter(other, master.url);
  await logIn(other, "One_Of_Two");
  await expect(page.getByRole("alert")).toHaveText("You continued elsewhere");
  await expect(main(page)).toHaveAttribute("data-state", "rejected");
  await expectWorld(other, "hub");
  await expect(main(page)).toHaveAttribute("data-state", "rejected");
  await other.context().close();
});
