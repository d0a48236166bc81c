import { devices, expect, type Page } from "playwright/test";
import { lookAt } from "../src/render/camera.ts";
import { enter, expectAccessible, expectWorld, main, nearby, placeOf, test } from "./game.ts";

test.use({ ...devices["Pixel 7"], viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });

const hubSize = { w: 800, h: 544 };
const topPortal = { x: 400, y: 130 };

/** Where a point of the hub is on the screen, from what the panels cover. */
async function onScreen(page: Page, point: { x: number; y: number }): Promise<{ x: number; y: number }> {
  const above = await nearby(page).boundingBox();
  const chat = await page.locator(".chat").boundingBox();
  const canvas = await page
    .locator("canvas.world")
    .evaluate((one: HTMLCanvasElement) => ({ w: one.width, h: one.height }));
  const dpr = canvas.w / 390;
  const covered = {
    left: 0,
    top: ((above?.y ?? 0) + (above?.height ?? 0)) * dpr,
    right: 0,
    bottom: Math.min(844 - (chat?.y ?? 844), 844 * 0.25) * dpr,
  };
  const camera = lookAt(await placeOf(page), canvas, hubSize, covered);
  return {
    x: (canvas.w / 2 + (point.x - camera.x) * camera.zoom) / dpr,
    y: (canvas.h / 2 + (point.y - camera.y) * camera.zoom) / dpr,
  };
}

test("a drag on the left half walks, a lifted finger stands", async ({ page, master }) => {
  await enter(page, master.url);
  const before = await placeOf(page);
  const touch = await page.context().newCDPSession(page);
  const at = (type: "touchStart" | "touchMove" | "touchEnd", x: number, y: number): Promise<unknown> =>
    touch.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
  await at("touchStart", 90, 560);
  await at("touchMove", 110, 560);
  await at("touchMove", 160, 560);
  await expect(async () => expect((await placeOf(page)).x).toBeGreaterThan(before.x + 40)).toPass();
  await expect(page.locator(".stick")).toBeVisible();
  await at("touchEnd", 0, 0);
  await expect(page.locator(".stick")).toBeHidden();
});

/** Taps a point of the hub, once the camera rests. */
async function tap(page: Page, point: { x: number; y: number }): Promise<void> {
  let at = { x: 0, y: 0 };
  await expect(async () => {
    const before = at;
    at = await onScreen(page, point);
    expect(at).toEqual(before);
  }).toPass({ intervals: [250] });
  await page.touchscreen.tap(at.x, at.y);
}

test("a tap on a portal walks there and travels", async ({ page, master }) => {
  await enter(page, master.url);
  await tap(page, { x: topPortal.x, y: topPortal.y - 20 });
  await expectWorld(page, "top_world");
});

test("a tap on the ground walks there", async ({ page, master }) => {
  await enter(page, master.url);
  // Where the host does not walk: a tap on somebody speaks to them.
  const goal = { x: 440, y: 220 };
  await tap(page, goal);
  await expect(async () => {
    const { x, y } = await placeOf(page);
    expect(Math.hypot(x - goal.x, y - goal.y)).toBeLessThan(12);
  }).toPass();
});

test("travel by the Nearby buttons, all within a thumb's reach and size", async ({ page, master }) => {
  await enter(page, master.url);
  for (const button of await page.getByRole("button").all()) {
    if (!(await button.isVisible())) continue;
    const box = await button.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0), await button.innerText()).toBeGreaterThanOrEqual(44);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await expectAccessible(page);
  await nearby(page).getByRole("button", { name: "Travel to Right World" }).tap();
  await expectWorld(page, "right_world");
  await expect(main(page)).toHaveAttribute("data-player", /^Guest-/);
});
