import { chromium, type Browser, type Page } from "playwright";
import { findChromium } from "#tools/test/chromium.ts";
import { SmokeFailure } from "./smoke-run.ts";

/** A real Chromium. @throws SmokeFailure where there is none, with the command that installs one */
export async function openBrowser(): Promise<Browser> {
  const found = findChromium();
  if ("advice" in found) throw new SmokeFailure(found.advice);
  return chromium.launch({
    executablePath: found.path,
    chromiumSandbox: false,
    args: ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"],
  });
}

/** Every line of a page's console, and its uncaught errors as `PAGE_ERROR` lines. */
export function listen(page: Page, hear: (line: string) => void): void {
  page.on("console", (message) => hear(message.text()));
  page.on("pageerror", (error) => hear(`PAGE_ERROR ${error.message}`));
}
