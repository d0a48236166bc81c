import { expect } from "playwright/test";
import { enter, log, main, nameOf, placeOf, say, test, travel, worlds } from "./game.ts";

const { hub, left, right, top } = worlds;

/** Every portal of every world once, and back to the start. */
const roundTrip = [left, hub, right, hub, top, left, right, left, top, right, top, hub];

test("all twelve portals lead where they say, with one name and one chat all the way", async ({
  page,
  master,
}) => {
  test.setTimeout(180_000);
  await enter(page, master.url);
  const name = await nameOf(page);
  for (const [i, world] of roundTrip.entries()) {
    await travel(page, world);
    await say(page, `stop ${i + 1}`);
    await expect(log(page)).toContainText(`${name}: stop ${i + 1}`);
  }
  expect(await nameOf(page)).toBe(name);
});

test("a journey never shows a black picture and never loses the page's own place", async ({
  page,
  master,
}) => {
  await enter(page, master.url);
  await page.evaluate(() => {
    const canvas = document.querySelector("canvas.world") as HTMLCanvasElement;
    const small = document.createElement("canvas");
    [small.width, small.height] = [32, 20];
    const context = small.getContext("2d", { willReadFrequently: true });
    const seen = { frames: 0, dark: 0 };
    Object.assign(globalThis, { seen });
    const look = (): void => {
      requestAnimationFrame(look);
      context?.drawImage(canvas, 0, 0, 32, 20);
      const pixels = context?.getImageData(0, 0, 32, 20).data ?? new Uint8ClampedArray();
      const sum = pixels.reduce((total, value, i) => (i % 4 === 3 ? total : total + value), 0);
      seen.frames++;
      if (sum / (pixels.length * 0.75) < 24) seen.dark++;
    };
    look();
  });
  await travel(page, right);
  const seen = (): Promise<{ frames: number; dark: number }> =>
    page.evaluate(() => (globalThis as unknown as { seen: { frames: number; dark: number } }).seen);
  await expect.poll(async () => (await seen()).frames).toBeGreaterThan(10);
  expect((await seen()).dark).toBe(0);
  const { x, y } = await placeOf(page);
  expect(Math.hypot(x - 170, y - 260)).toBeLessThan(8);
});

test("the page says that it is on the way, and then where it is", async ({ page, master }) => {
  await enter(page, master.url);
  await page.evaluate(() => {
    const main = document.querySelector("main") as HTMLElement;
    const states: string[] = [];
    Object.assign(globalThis, { states });
    new MutationObserver(() => {
      const now = `${main.dataset["state"]} ${main.dataset["world"]}`;
      if (states.at(-1) !== now) states.push(now);
    }).observe(main, { attributes: true });
  });
  await travel(page, top);
  const states = await page.evaluate(() => (globalThis as unknown as { states: string[] }).states);
  expect(states).toContain("traveling hub");
  expect(states.at(-1)).toBe("in-world top_world");
  expect(states.filter((state) => state.startsWith("offline") || state.startsWith("connecting"))).toEqual([]);
  await expect(main(page)).toHaveAttribute("data-state", "in-world");
});
