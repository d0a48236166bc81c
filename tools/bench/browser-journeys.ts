import type { Page } from "playwright";
import { openBrowser } from "#tools/smoke/browser.ts";
import { Travellers } from "./travellers.ts";

/** Journeys of a real page through one portal and back: milliseconds from the key to the first drawn frame over there. */
export async function browserJourneys(count: number): Promise<number[]> {
  await using server = new Travellers({ WORLD_IDLE_SECONDS: 3600 });
  await server.open(0);
  await using browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${server.master.url.replace("ws:", "http:")}?renderer=canvas`);
  await page.locator("main[data-state=in-world]").waitFor();
  await page.getByRole("button", { name: "Travel to Left World" }).click();
  await page.locator("main[data-world=left_world][data-state=in-world]").waitFor();
  const times: number[] = [];
  await useAndWait(page);
  for (let n = 0; n < count; n++) times.push(await useAndWait(page));
  return times;
}

/** Stands on the portal back, as after every arrival. */
async function useAndWait(page: Page): Promise<number> {
  await page.locator("main[data-state=in-world]").waitFor();
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const main = document.querySelector("main");
        const canvas = document.querySelector("canvas");
        if (!main || !canvas) return resolve(Number.NaN);
        const since = performance.now();
        new MutationObserver((_, observer) => {
          observer.disconnect();
          resolve(performance.now() - since);
        }).observe(main, { attributes: true, attributeFilter: ["data-world"] });
        canvas.focus();
        canvas.dispatchEvent(new KeyboardEvent("keydown", { code: "Space", key: " ", bubbles: true }));
        canvas.dispatchEvent(new KeyboardEvent("keyup", { code: "Space", key: " ", bubbles: true }));
      }),
  );
}
