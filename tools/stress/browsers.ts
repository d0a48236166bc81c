import type { Browser, Page } from "playwright";
import { listen } from "#tools/smoke/browser.ts";
import { type Phase, PhaseFailed } from "./phases.ts";
import type { PlayerOptions } from "./player.ts";

export type BrowserOptions = PlayerOptions & { readonly browser: Browser };

/** What a page's console says of how far it is. A journey has a pack of its own, so the first two hold for the first. */
const marks: readonly (readonly [line: RegExp, begins: Phase])[] = [
  [/^WORLD_PACK_START /, "pack"],
  [/^WORLD_PACK_READY /, "join"],
  [/^SMOKE_STEP chat_echo=/, "travel"],
  [/^SMOKE_STEP transfer=/, "chat"],
];
/** Lines that end a page's game, by what has failed then; without a phase it is the one the page was in. */
const ends: readonly (readonly [line: RegExp, failed?: Phase])[] = [
  [/^CONNECTION_PROMPT title=(?:Connection Rejected|Game Updated|Site Refused) /, "hello"],
  [/^WORLD_PACK_FAILED /, "pack"],
  [/^PAGE_ERROR /, "page"],
  [/^SMOKE_FAIL /],
];

/** One page that plays VirtuCade's tour, told by its console; what fails is in the tally. */
export async function browseOnce(options: BrowserOptions): Promise<void> {
  const { browser, name, tally, signal } = options;
  const page = await browser.newPage();
  const close = (): void => void page.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await tour(page, options);
  } catch (error) {
    if (!signal.aborted) tally.failed(name, error, "page");
  } finally {
    signal.removeEventListener("abort", close);
    await page.close();
  }
}

async function tour(page: Page, { page: url, tally, patienceMs }: BrowserOptions): Promise<void> {
  const ended = Promise.withResolvers<void>();
  let phase: Phase = "page";
  let hasBegun = false;
  listen(page, (line) => {
    const [, next] = marks.find(([mark]) => mark.test(line)) ?? [];
    hasBegun ||= line.startsWith("SMOKE_STEP");
    if (next !== undefined && (line.startsWith("SMOKE_STEP") || !hasBegun)) phase = next;
    const [, ms] = /^SMOKE_STEP transfer=.* msec=([\d.]+)/.exec(line) ?? [];
    if (ms !== undefined) tally.journeysMs.push(Number(ms));
    if (line.startsWith("SMOKE_STEP chat_echo=")) tally.linesSaid += 1;
    if (line.startsWith("SMOKE_PASS")) ended.resolve();
    const end = ends.find(([mark]) => mark.test(line));
    if (end) ended.reject(new PhaseFailed(end[1] ?? phase, line));
  });
  const address = new URL(url);
  address.searchParams.set("args", "smoke_test");
  const open = async (): Promise<void> => {
    await page.goto(address.href, { timeout: patienceMs }).catch((cause: unknown) => {
      throw new PhaseFailed("page", (cause as Error).message, { cause });
    });
    if (phase === "page") phase = "connect";
  };
  // Nine journeys.
  const late = setTimeout(() => ended.reject(new PhaseFailed(phase, "not ended in time")), 10 * patienceMs);
  // A game may be over before the browser says that its page is there.
  await Promise.all([open(), ended.promise]).finally(() => clearTimeout(late));
}
