import { expect, type Page } from "playwright/test";
import { enter, expectWorld, log, main, message, placeOf, test } from "./game.ts";

const canvas = (page: Page) => page.getByRole("application");

/** Holds a key until the place is as wanted. */
async function hold(
  page: Page,
  key: string,
  until: (place: { x: number; y: number }) => boolean,
): Promise<void> {
  await page.keyboard.down(key);
  await expect(async () => expect(until(await placeOf(page))).toBe(true)).toPass({ intervals: [30] });
  await page.keyboard.up(key);
}

test("the whole game by keyboard: walk, travel, chat, log in", async ({ page, master }) => {
  await enter(page, master.url);
  await expect(canvas(page)).toBeFocused();
  await hold(page, "ArrowUp", ({ y }) => y < 190);
  await page.keyboard.press("Space");
  await expectWorld(page, "top_world");
  await expect(canvas(page)).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(message(page)).toBeFocused();
  await page.keyboard.type("wasd without a mouse");
  await page.keyboard.press("Enter");
  await expect(log(page)).toContainText(": wasd without a mouse");
  await page.keyboard.press("Escape");
  await expect(canvas(page)).toBeFocused();

  for (
    let i = 0;
    i < 12 &&
    !(await page.getByRole("button", { name: "Log in" }).evaluate((one) => one === document.activeElement));
    i++
  )
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Keys_Only");
  await page.keyboard.press("Enter");
  await expect(main(page)).toHaveAttribute("data-player", "Keys_Only");
});

test("keys move nobody while a text field has them, nor after the page lost the focus", async ({
  page,
  master,
}) => {
  await enter(page, master.url);
  const before = await placeOf(page);
  await message(page).focus();
  await page.keyboard.type("wwwwaaaadddd   ");
  await expect(message(page)).toHaveValue("wwwwaaaadddd   ");
  expect(await placeOf(page)).toEqual(before);

  await canvas(page).focus();
  await page.keyboard.down("d");
  await expect(async () => expect((await placeOf(page)).x).toBeGreaterThan(before.x + 20)).toPass();
  await page.evaluate(() => dispatchEvent(new Event("blur")));
  const stopped = await settled(page);
  await page.keyboard.up("d");
  expect(await settled(page)).toEqual(stopped);
});

/** The place once it has stayed the same for a few looks. */
async function settled(page: Page): Promise<{ x: number; y: number }> {
  let last = { x: Number.NaN, y: Number.NaN };
  let same = 0;
  await expect(async () => {
    const now = await placeOf(page);
    same = now.x === last.x && now.y === last.y ? same + 1 : 0;
    last = now;
    expect(same).toBeGreaterThanOrEqual(3);
  }).toPass({ intervals: [120] });
  return last;
}

test("the place is written into the page at least four times a second while walking", async ({
  page,
  master,
}) => {
  await enter(page, master.url);
  // Where they stand is written before they walk.
  await placeOf(page);
  await page.evaluate(() => {
    const seen = { writes: [] as number[], frames: [] as number[] };
    Object.assign(globalThis, { seen });
    const main = document.querySelector("main") as HTMLElement;
    new MutationObserver(() => seen.writes.push(performance.now())).observe(main, {
      attributeFilter: ["data-x"],
    });
    const frame = (): void => {
      seen.frames.push(performance.now());
      requestAnimationFrame(frame);
    };
    frame();
  });
  await hold(page, "d", ({ x }) => x > 550);
  const { writes, frames } = await page.evaluate(
    () => (globalThis as unknown as { seen: Record<"writes" | "frames", number[]> }).seen,
  );
  expect(writes.length).toBeGreaterThan(2);
  // A machine that draws late writes late: of the frames after a quarter of a second, the first one has to.
  const late = writes.slice(1).filter((at, index) => {
    const by = (writes[index] ?? 0) + 250;
    return frames.filter((frame) => frame > by && frame < at).length > 1;
  });
  expect(late).toEqual([]);
  expect(await main(page).getAttribute("data-x")).toMatch(/^-?\d+$/);
});

test("keys can be changed, and stay changed after a reload", async ({ page, master }) => {
  await enter(page, master.url);
  await page.getByRole("button", { name: "Controls and sound" }).click();
  await page.getByRole("button", { name: "Change the key for Walk right" }).click();
  await page.keyboard.press("l");
  await page.getByRole("button", { name: "Close" }).click();
  await page.reload();
  await expectWorld(page, "hub");
  const { x } = await placeOf(page);
  await canvas(page).focus();
  await hold(page, "l", (now) => now.x > x + 30);
});

test("F3 shows the figures of the connection, and hides them", async ({ page, master }) => {
  await enter(page, master.url);
  const network = page.getByRole("region", { name: "Network" });
  await expect(network).toBeHidden();
  await canvas(page).press("F3");
  await expect(network).toContainText(/net master=\d+ms world=\d+ms/);
  await expect(network).toContainText(/ws buffered master=\d+ world=\d+/);
  await expect(network).toContainText(/world hub routes=\d+ chat=on/);
  await expect(network).toContainText(/pack (cache_hit|downloaded) \d+ in \d+ms/);
  await expect(network).toContainText(/transfer (-|\d+ms) fps=\d+/);
  await canvas(page).press("F3");
  await expect(network).toBeHidden();
});
