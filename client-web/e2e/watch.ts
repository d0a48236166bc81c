import type { Page } from "playwright/test";

/** Notes from now on every state the page is in, and every dialog; `isSame` is lost by a reload. */
export async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { states: [document.querySelector("main")?.dataset["state"] ?? ""], dialogs: 0 };
    const look = (): void => {
      const state = document.querySelector("main")?.dataset["state"] ?? "";
      if (state !== seen.states.at(-1)) seen.states.push(state);
      if (document.querySelector("dialog[open]")) seen.dialogs += 1;
    };
    new MutationObserver(look).observe(document.body, { attributes: true, childList: true, subtree: true });
    Object.assign(globalThis, { watched: seen });
  });
}

/** What was noted; `undefined` after a reload of the page. */
export const watched = (page: Page): Promise<{ states: string[]; dialogs: number } | undefined> =>
  page.evaluate(() => (globalThis as unknown as { watched?: { states: string[]; dialogs: number } }).watched);
