import { expect } from "playwright/test";
import { builds, serveFiles } from "./file-server.ts";
import { enter, expectWorld, test, travel, worlds } from "./game.ts";

/** Notes whatever the page's policy forbids, from before its first script. */
const watch = (): void => {
  const violations: string[] = [];
  Object.assign(globalThis, { violations });
  document.addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
  );
};

for (const renderer of ["canvas", "webgl"] as const)
  test(`the ${renderer} renderer draws worlds and journeys under the shipped policy`, async ({
    page,
    master,
  }) => {
    // Without a graphics card WebGL is slow: fewer pixels.
    if (renderer === "webgl") await page.setViewportSize({ width: 844, height: 390 });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.addInitScript(watch);
    const response = await page.goto(master.url);
    expect(response?.headers()["content-security-policy"]).toContain("script-src 'self' blob:");
    await enter(page, `${master.url}?renderer=${renderer}&stats=1`);
    await travel(page, worlds.left);
    await expect(page.getByRole("region", { name: "Network" })).toContainText(`${renderer} level=`);
    await expectWorld(page, "left_world");
    expect(await colorsOf(await page.screenshot())).toBeGreaterThan(500);
    expect(await page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)).toEqual(
      [],
    );
    expect(problems).toEqual([]);
  });

test("the page runs under its own policy where a host sends none", async ({ page, master }) => {
  await using host = await serveFiles([`${builds}/web`]);
  await page.addInitScript(watch);
  await enter(page, `${host.url}/?master_url=${encodeURIComponent(master.url.replace("http", "ws"))}`);
  await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveCount(1);
  expect(await page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)).toEqual(
    [],
  );
});

/** How many different colours a picture has: a blank or broken canvas has few. */
async function colorsOf(png: Buffer): Promise<number> {
  const { PNG } = await import("pngjs");
  const { data } = PNG.sync.read(png);
  const colors = new Set<number>();
  for (let i = 0; i < data.length; i += 4) colors.add(data.readUInt32BE(i));
  return colors.size;
}
