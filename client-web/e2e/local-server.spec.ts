import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "playwright/test";
import { PagesHost } from "#tools/edge/pages-host.ts";
import { TestCaddy } from "#tools/edge/testing-caddy.ts";
import { findCaddy } from "#tools/test/caddy.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { builds } from "./file-server.ts";
import { expectWorld, travel, worlds } from "./game.ts";
import { startMaster } from "./master.ts";

/** As in docs/guides/pages-with-a-local-server.md: the page from an https site, the game on the player's own device. */

const site = "me.github.test";

test("a hosted page plays on a server of this device as soon as the browser is allowed to reach it", async ({
  playwright,
  launchOptions,
}) => {
  const found = findCaddy();
  if ("advice" in found) throw new Error(found.advice);
  await using held = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), "portcade-local-server-"));
  held.defer(() => rmSync(dir, { recursive: true }));
  const https = await freePorts(2);
  const pages = held.use(await PagesHost.start(join(builds, "web"), { basePath: "/portcade/" }));
  const env = { PORTCADE_PAGE_ORIGINS: `https://${site}/portcade/` };
  const master = held.use(await startMaster({ env, dataDir: join(dir, "data") }));
  const text = `{\n}\n${site} {\n\treverse_proxy 127.0.0.1:${pages.port}\n}\n`;
  held.use(await TestCaddy.start({ program: found.path, httpsPort: https, hosts: [site], text }));
  // The site counts as one of the public network, as GitHub's does; the server does not.
  const network = [
    `--host-resolver-rules=MAP ${site}:443 127.0.0.1:${https}`,
    `--ip-address-space-overrides=127.0.0.1:${https}=public`,
  ];
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), ...network],
  });
  held.defer(() => browser.close());
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const blocked = page.waitForEvent("console", (line) =>
    line.text().includes("BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"),
  );
  const address = master.url.replace(/^http/, "ws");
  await page.goto(`https://${site}/portcade/?master_url=${encodeURIComponent(address)}`);
  await blocked;
  await expect(page.getByRole("dialog", { name: "Server Offline" })).toBeVisible();
  await context.grantPermissions(["local-network-access"], { origin: `https://${site}` });
  await expectWorld(page, "hub");
  await travel(page, worlds.left);
  expect(pages.asked.filter((path) => path.includes("world_packs"))).toEqual([]);
});
