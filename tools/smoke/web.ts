import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { listen, openBrowser } from "./browser.ts";
import { runSmoke } from "./smoke-run.ts";

const waits = ["load", "domcontentloaded", "networkidle", "commit"] as const;

/**
 * The nine journeys in a real browser, told by the page's console. Against the master of `--url`, else one of its own.
 */
await runSmoke(
  {
    name: "web",
    marker: "WEB_SMOKE_PASS",
    timeoutS: 180,
    options: {
      url: "",
      timeout_ms: "",
      navigation_timeout_ms: "60000",
      wait_until: "load",
      renderer: "canvas",
    },
  },
  async (smoke, { url = "", navigation_timeout_ms, wait_until, renderer = "" }) => {
    const base = url || (await smoke.master()).url.replace("ws:", "http:");
    await using browser = await openBrowser();
    const page = await browser.newPage();
    await page.addInitScript(noteFirstFrame);
    const ended = Promise.withResolvers<string>();
    let sample = "";
    listen(page, (line) => {
      if (line.startsWith("PERF_SAMPLE ")) sample = line;
      appendFileSync(join(smoke.folder, "console.log"), `${new Date().toISOString()} ${line}\n`);
      if (/^SMOKE_(STEP|PASS)/.test(line)) smoke.say(`[web] ${line}`);
      if (line.startsWith("SMOKE_PASS")) ended.resolve(line);
      if (/^(SMOKE_FAIL|WORLD_PACK_FAILED|PAGE_ERROR)/.test(line)) ended.resolve(line);
    });
    const address = new URL(base);
    for (const [name, value] of Object.entries({ args: "smoke_test", stats: "1", renderer }))
      if (value) address.searchParams.set(name, value);
    const waitUntil = waits.find((wait) => wait === wait_until) ?? "load";
    await page.goto(address.href, { timeout: Number(navigation_timeout_ms), waitUntil });
    const end = await ended.promise;
    smoke.check(end.startsWith("SMOKE_PASS"), end);
    for (const name of ["role=client", "fps=", "network_stats_ui_visible=1"])
      smoke.check(sample.includes(name), `no ${name} in the page's sample`);
    const world = await page.locator("main").getAttribute("data-world");
    smoke.check(world === "hub", `the page shows ${world}, not the hub`);
    await page.screenshot({ path: join(smoke.folder, "end.png") });
    const firstFrameMs = await page.evaluate(() => (globalThis as { firstFrameMs?: number }).firstFrameMs);
    return `renderer=${renderer || "best"} first_frame_ms=${Math.round(firstFrameMs ?? Number.NaN)}`;
  },
);

/** In the page: when a world was drawn first, from the moment the page was asked for. A figure, and nothing more. */
function noteFirstFrame(): void {
  new MutationObserver((_, observer) => {
    if (document.querySelector("main[data-state=in-world]") === null) return;
    observer.disconnect();
    Object.assign(globalThis, { firstFrameMs: performance.now() });
  }).observe(document, { attributes: true, childList: true, subtree: true });
}
