import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "playwright/test";
import { enter, expectWorld, log, main, message, nameOf, placeOf, say, test } from "./game.ts";
import { startMaster } from "./master.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("when the master dies the player walks on, and chats again as soon as it is back", async ({ page }) => {
  const dataDir = mkdtempSync(join(tmpdir(), "portcade-e2e-"));
  const env = { PORTCADE_PORT: String(await freePort()), PORTCADE_MASTER_LOSS_SECONDS: "30" };
  const first = await startMaster({ env, dataDir });
  await enter(page, first.url);
  const name = await nameOf(page);
  await first.stop("SIGKILL");
  await expect(message(page)).toBeDisabled();
  await expect(main(page)).toHaveAttribute("data-state", "in-world");
  await expect(log(page)).toContainText("master disconnected");
  const { x } = await placeOf(page);
  await page.getByRole("application").focus();
  await page.keyboard.down("d");
  await expect(async () => expect((await placeOf(page)).x).toBeGreaterThan(x + 40)).toPass();
  await page.keyboard.up("d");

  const second = await startMaster({ env, dataDir });
  await expect(message(page)).toBeEnabled({ timeout: 30_000 });
  await expectWorld(page, "hub");
  expect(await nameOf(page)).toBe(name);
  await say(page, "still here");
  await expect(log(page)).toContainText(`${name}: still here`);
  await second.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test("without any server the page says so and keeps trying", async ({ page }) => {
  await using master = await startMaster();
  await enter(page, master.url);
  await master.stop();
  await expect(main(page)).toHaveAttribute("data-state", "offline");
  await expect(page.getByRole("alert")).toContainText(/Connection Lost|Server Offline|World Disconnected/);
  await expect(message(page)).toBeDisabled();
});
