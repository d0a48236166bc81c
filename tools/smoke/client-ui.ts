import { join } from "node:path";
import type { Page } from "playwright";
import { appVersion } from "#shared/version.ts";
import { openBrowser } from "./browser.ts";
import { runSmoke, type SmokeRun } from "./smoke-run.ts";

/** Every part of the page that scripts and players rely on is there, by role and name. */
await runSmoke({ name: "client-ui", marker: "CLIENT_UI_SMOKE_PASS", timeoutS: 60 }, async (smoke) => {
  const master = await smoke.master();
  await using browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${master.url.replace("ws:", "http:")}?renderer=canvas&stats=1`);
  await page.locator("main[data-state=in-world][data-world=hub]").waitFor();
  const parts = await checkParts(smoke, page);
  await checkLogin(smoke, page);
  await page.screenshot({ path: join(smoke.folder, "hub.png") });
  return `parts=${parts}`;
});

async function checkParts(smoke: SmokeRun, page: Page): Promise<number> {
  const nearby = page.getByRole("region", { name: "Nearby" });
  const network = page.getByRole("region", { name: "Network" });
  const parts = {
    "the canvas": page.locator("canvas"),
    "the chat": page.getByRole("log", { name: "Chat" }),
    "the message box": page.getByRole("textbox", { name: "Message" }),
    "the log-in button": page.getByRole("button", { name: "Log in" }),
    "the version": page.getByText(`v${appVersion}`, { exact: true }),
    "the guest's name": page.getByText(/^Guest: Guest-\d+$/),
    "the portal to the left": nearby.getByRole("button", { name: "Travel to Left World" }),
    "the portal to the right": nearby.getByRole("button", { name: "Travel to Right World" }),
    "the portal to the top": nearby.getByRole("button", { name: "Travel to Top World" }),
    "an NPC nearby": nearby.getByRole("listitem").filter({ hasText: /^Arcade Host$/ }),
    "the network's round trips": network.getByText(/net master=.*world=/),
    "the pack's state": network.getByText(/pack (downloaded|cache_hit)/),
  };
  for (const [what, locator] of Object.entries(parts)) {
    const isThere = await locator
      .first()
      .waitFor({ state: "attached", timeout: 5000 })
      .then(
        () => true,
        () => false,
      );
    smoke.check(isThere, `${what} is not on the page`);
  }
  const main = page.locator("main");
  for (const name of ["data-state", "data-world", "data-player", "data-x", "data-y"])
    smoke.check((await main.getAttribute(name)) !== null, `main has no ${name}`);
  return Object.keys(parts).length;
}

async function checkLogin(smoke: SmokeRun, page: Page): Promise<void> {
  await page.getByRole("button", { name: "Log in" }).click();
  const dialog = page.getByRole("dialog", { name: "Log in" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("Guest-1");
  await dialog.getByRole("button", { name: "Log in" }).click();
  const refusal = page.getByRole("alert").filter({ hasText: "Enter 1-20 characters" });
  await refusal.waitFor({ timeout: 5000 });
  smoke.check(
    (await page.locator("main").getAttribute("data-player"))?.startsWith("Guest-") === true,
    "logged in with a reserved name",
  );
  await page.keyboard.press("Escape");
}
