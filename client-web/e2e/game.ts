import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as plain, type Locator, type Page } from "playwright/test";
import { startMaster, type RunningMaster } from "./master.ts";

/** Tests of the whole game: one master for all tests of a file, started when first wanted. */
export const test = plain.extend<object, { master: RunningMaster }>({
  master: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter to learn what is wanted
    async ({}, use) => {
      await using master = await startMaster();
      await use(master);
    },
    { scope: "worker" },
  ],
});

export const main = (page: Page): Locator => page.locator("main");
export const nearby = (page: Page): Locator => page.getByRole("region", { name: "Nearby" });
export const log = (page: Page): Locator => page.getByRole("log", { name: "Chat" });
export const message = (page: Page): Locator => page.getByRole("textbox", { name: "Message" });

/** Opens the game and waits until the player stands in a world. */
export async function enter(page: Page, url: string, world = "hub"): Promise<void> {
  await page.goto(url);
  await expectWorld(page, world);
}

export async function expectWorld(page: Page, world: string): Promise<void> {
  await expect(main(page)).toHaveAttribute("data-world", world);
  await expect(main(page)).toHaveAttribute("data-state", "in-world");
}

/** Walks to the portal and through it, by its button. */
export async function travel(page: Page, to: { key: string; name: string }): Promise<void> {
  await nearby(page)
    .getByRole("button", { name: `Travel to ${to.name}`, exact: true })
    .click();
  await expectWorld(page, to.key);
}

export async function say(page: Page, text: string): Promise<void> {
  await message(page).fill(text);
  await message(page).press("Enter");
}

/** Logs in by the dialog, and waits for the journey to where that name was last: a click before its end is lost. */
export async function logIn(page: Page, name: string): Promise<void> {
  const arrived = arrivalAs(page, name);
  await page.getByRole("button", { name: "Log in" }).click();
  const dialog = page.getByRole("dialog", { name: "Log in" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Log in" }).click();
  await expect(main(page)).toHaveAttribute("data-player", name);
  await expect(page.getByText(`Logged in: ${name}`)).toBeVisible();
  await arrived;
}

/** Resolves when the page has been on its way under a name, and is in a world. */
function arrivalAs(page: Page, name: string): Promise<void> {
  return main(page).evaluate(
    (main, name) =>
      new Promise<void>((resolve) => {
        let hasLeft = false;
        new MutationObserver((_, observer) => {
          const { player, state } = main.dataset;
          hasLeft ||= player === name && state !== "in-world";
          if (!hasLeft || state !== "in-world") return;
          observer.disconnect();
          resolve();
        }).observe(main, { attributes: true });
      }),
    name,
  );
}

export const nameOf = async (page: Page): Promise<string> =>
  (await main(page).getAttribute("data-player")) ?? "";

/** Where the player stands; waits for the first picture of a world just entered. */
export async function placeOf(page: Page): Promise<{ x: number; y: number }> {
  await expect(main(page)).toHaveAttribute("data-y", /\d/);
  return main(page).evaluate(({ dataset }) => ({ x: Number(dataset["x"]), y: Number(dataset["y"]) }));
}

/** The colour of a panel, which is slightly see-through, over the brightest ground there is. */
const brightestPanel = "#28233d";

/** Fails with what axe holds against the screen as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  // axe passes over text on what is see-through, so the worst case is made solid.
  await page.evaluate((color) => {
    for (const panel of document.querySelectorAll<HTMLElement>(".panel")) panel.style.background = color;
  }, brightestPanel);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const found = violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.html).join(" | ")}`,
  );
  expect(found).toEqual([]);
}

export const worlds = {
  hub: { key: "hub", name: "Hub" },
  left: { key: "left_world", name: "Left World" },
  right: { key: "right_world", name: "Right World" },
  top: { key: "top_world", name: "Top World" },
} as const;
