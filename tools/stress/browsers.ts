import type { Browser } from "playwright";
import { listen } from "#tools/smoke/browser.ts";
import { PhaseFailed } from "./phases.ts";
import type { PlayerOptions } from "./player.ts";

export type BrowserOptions = PlayerOptions & { readonly browser: Browser };

/** One page that plays VirtuCade's tour, told by its console; what fails is in the tally. */
export async function browseOnce({
  browser,
  name,
  page: url,
  tally,
  patienceMs,
  signal,
}: BrowserOptions): Promise<void> {
  const page = await browser.newPage();
  const close = (): void => void page.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    const ended = Promise.withResolvers<string>();
    listen(page, (line) => {
      if (/^(SMOKE_PASS|SMOKE_FAIL|WORLD_PACK_FAILED|PAGE_ERROR)/.test(line)) ended.resolve(line);
    });
    const address = new URL(url);
    address.searchParams.set("args", "smoke_test");
    await page.goto(address.href, { timeout: patienceMs }).catch((cause: unknown) => {
      throw new PhaseFailed("page", (cause as Error).message, { cause });
    });
    // Nine journeys.
    const late = setTimeout(() => ended.resolve("SMOKE_FAIL not ended in time"), 10 * patienceMs);
    const end = await ended.promise.finally(() => clearTimeout(late));
    if (end.startsWith("WORLD_PACK_FAILED")) throw new PhaseFailed("pack", end);
    if (!end.startsWith("SMOKE_PASS")) throw new PhaseFailed("travel", end);
  } catch (error) {
    if (!signal.aborted) tally.failed(name, error, "page");
  } finally {
    signal.removeEventListener("abort", close);
    await page.close();
  }
}
