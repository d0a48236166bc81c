import { expect, type Page } from "playwright/test";
import { enter, log, logIn, main, message, nameOf, nearby, say, test, travel, worlds } from "./game.ts";

const inList = (page: Page, name: string) =>
  nearby(page)
    .getByRole("listitem")
    .filter({ hasText: new RegExp(`^${name}$`) });

test("two players see each other, the host of the hub, and each other leaving", async ({
  page,
  browser,
  master,
}) => {
  await enter(page, master.url);
  const other = await (await browser.newContext()).newPage();
  await enter(other, master.url);
  const [mine, theirs] = [await nameOf(page), await nameOf(other)];
  expect(mine).toMatch(/^Guest-\d+$/);
  expect(theirs).not.toBe(mine);
  await expect(inList(page, theirs)).toHaveCount(1);
  await expect(inList(other, mine)).toHaveCount(1);
  await expect(inList(page, "Arcade Host")).toHaveCount(1);
  await expect(inList(page, mine)).toHaveCount(0);
  await other.close();
  await expect(inList(page, theirs)).toHaveCount(0);
});

test("what one says the other reads, word for word and never as markup", async ({
  page,
  browser,
  master,
}) => {
  await enter(page, master.url);
  const other = await (await browser.newContext()).newPage();
  await enter(other, master.url);
  const text = `<img src=x onerror="document.title='broken'"> & "quotes" ${Date.now()}`;
  await say(page, text);
  const line = log(other).locator("p").last();
  await expect(line).toHaveText(`${await nameOf(page)}: ${text}`);
  await expect(log(page).locator("p").last()).toHaveText(`${await nameOf(page)}: ${text}`);
  expect(await other.title()).toBe("Portcade");
  await other.context().close();
});

test("the chat goes on while one of two is on the way", async ({ page, browser, master }) => {
  await enter(page, master.url);
  const other = await (await browser.newContext()).newPage();
  await enter(other, master.url);
  const [mine, theirs] = [await nameOf(page), await nameOf(other)];
  const journey = travel(page, worlds.left);
  for (const n of [1, 2, 3]) await say(other, `message ${n} to the traveller`);
  await journey;
  await say(page, "hello from the other side");
  for (const n of [1, 2, 3])
    await expect(log(page)).toContainText(`${theirs}: message ${n} to the traveller`);
  await expect(log(other)).toContainText(`${mine}: hello from the other side`);
  await expect(message(page)).toBeEnabled();
  await other.context().close();
});

test("a name taken by login is what everybody else sees", async ({ page, browser, master }) => {
  await enter(page, master.url);
  const other = await (await browser.newContext()).newPage();
  await enter(other, master.url);
  await logIn(other, "Marguerite");
  await expect(main(other)).toHaveAttribute("data-state", "in-world");
  await expect(inList(page, "Marguerite")).toHaveCount(1);
  await other.context().close();
});
