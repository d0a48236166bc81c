import { expect, type Page } from "playwright/test";
import { enter, expectAccessible, main, nameOf, nearby, placeOf, say, test, travel, worlds } from "./game.ts";

const canvas = (page: Page) => page.getByRole("application");
const talkTo = (page: Page, name: string) => nearby(page).getByRole("button", { name: `Talk to ${name}` });
/** What a character close by says, for who cannot see the bubble. */
const spoken = (page: Page) => nearby(page).getByRole("status");
const inList = (page: Page, name: string) =>
  nearby(page)
    .getByRole("listitem")
    .filter({ hasText: new RegExp(`^${name}$`) });

/** Everything that a page's world socket says in text. */
function worldWords(page: Page): { type: string; entity?: number; text?: string }[] {
  const words: { type: string }[] = [];
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (typeof payload === "string" && /"type":"(bubble|interact)/.test(payload))
        words.push(JSON.parse(payload) as { type: string });
    });
  });
  return words;
}

test("what one says stands over their head for who sees them, and for nobody in another world", async ({
  page,
  browser,
  master,
}) => {
  const [near, far] = [
    await (await browser.newContext()).newPage(),
    await (await browser.newContext()).newPage(),
  ];
  const [mine, theirs, elsewhere] = [worldWords(page), worldWords(near), worldWords(far)];
  await enter(far, master.url);
  await travel(far, worlds.left);
  await enter(page, master.url);
  await enter(near, master.url);
  await expect(inList(near, await nameOf(page))).toHaveCount(1);
  const text = `<b>over here</b> ${Date.now()}`;
  await say(page, text);
  await expect.poll(() => theirs.map((word) => word.text)).toEqual([text]);
  await expect.poll(() => mine.map((word) => word.text)).toEqual([text]);
  // The line itself is heard everywhere, so what was to come there has come.
  await expect(far.getByRole("log", { name: "Chat" })).toContainText(text);
  expect(elsewhere).toEqual([]);
  await near.screenshot({ path: test.info().outputPath("bubble.png") });
  await near.context().close();
  await far.context().close();
});

test("a character is spoken to by its button, and answers in words too", async ({ page, master }) => {
  await enter(page, master.url);
  await talkTo(page, "Arcade Host").click();
  await expect(spoken(page)).toHaveText(/^Arcade Host: Welcome to Portcade!/);
  await expectAccessible(page);
});

test("a character in reach is spoken to by a key", async ({ page, master }) => {
  await enter(page, master.url);
  await canvas(page).focus();
  // The host walks to and fro in front of the spawn: down to it, and Space until it is the nearest thing.
  await page.keyboard.down("s");
  await expect(async () => expect((await placeOf(page)).y).toBeGreaterThan(300)).toPass({ intervals: [30] });
  await page.keyboard.up("s");
  await expect(async () => {
    // A machine that is slow to let go of the key leads past the host.
    if ((await placeOf(page)).y > 350) await page.keyboard.press("w", { delay: 100 });
    await page.keyboard.press("Space");
    await expect(spoken(page)).toHaveText(/^Arcade Host: /, { timeout: 500 });
  }).toPass();
  await expect(main(page)).toHaveAttribute("data-world", "hub");
});

test("a thing of a world's own rules is there to be seen, and answers a touch", async ({ page, master }) => {
  const words = worldWords(page);
  await enter(page, master.url);
  await travel(page, worlds.left);
  await expect(inList(page, "Crab")).toHaveCount(1);
  await talkTo(page, "Crab").click();
  await expect(spoken(page)).toHaveText("Crab: Snip!");
  await expect.poll(() => words.map(({ type }) => type).toSorted()).toEqual(["bubble", "interacted"]);
  await page.screenshot({ path: test.info().outputPath("crab.png") });
});
