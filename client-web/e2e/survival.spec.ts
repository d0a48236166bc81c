import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, type Page } from "playwright/test";
import { createHeadless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import type { View } from "../src/app/view.ts";
import { enter, expectWorld, log, message, nameOf, placeOf, say, test, travel, worlds } from "./game.ts";
import { startMaster, type MasterSetup } from "./master.ts";
import { watch, watched } from "./watch.ts";

/** What breaks under a playing page, and what the page makes of it. */

const root = fileURLToPath(new URL("../..", import.meta.url));

/** One folder and one port, for a master that is ended and started again. */
async function place(): Promise<Required<Pick<MasterSetup, "env" | "dataDir">> & Disposable> {
  const dataDir = mkdtempSync(join(tmpdir(), "portcade-e2e-"));
  const env = {
    PORTCADE_PORT: String(await freePorts()),
    PORTCADE_MASTER_LOSS_SECONDS: "30",
    PORTCADE_LIMIT_DRAIN_LEAST_MS: "1000",
  };
  return { env, dataDir, [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** Where the nearest other player is drawn, as the figures say. */
const nearest = async (page: Page): Promise<string> =>
  (await page.getByRole("region", { name: "Network" }).innerText()).split("nearest ")[1] ?? "";

const order = promisify(execFile);

test("the master is killed and comes back: nobody stops playing, and chat goes on", async ({ page }) => {
  using where = await place();
  const first = await startMaster(where);
  await enter(page, `${first.url}?stats=1`);
  await using other = createHeadless({ master: first.url.replace("http", "ws"), packs: nodePacks() });
  await other.inWorld("hub");
  const name = await nameOf(page);
  await watch(page);
  await first.stop("SIGKILL");

  await expect(message(page)).toBeDisabled();
  await expect(page.getByText("The server restarts. You play on.")).toBeVisible();
  const was = await nearest(page);
  await other.walkTo({ x: (other.self?.x ?? 0) + 60, y: other.self?.y ?? 0 });
  await expect(async () => expect(await nearest(page)).not.toBe(was)).toPass();

  const second = await startMaster(where);
  await expect(message(page)).toBeEnabled();
  await expect(page.getByText("The server restarts. You play on.")).toBeHidden();
  await other.until(({ chat }) => chat.isUp, "chat up");
  await say(page, "still here");
  const isHeard = ({ chat }: View): boolean =>
    chat.lines.some((line) => line.name === name && line.text === "still here");
  await other.until(isHeard, "chat with the page");
  expect(await watched(page)).toEqual({ states: ["in-world"], dialogs: 0 });
  await travel(page, worlds.left);
  await second.stop();
});

test("a planned restart is a pause in chat and nothing else", async ({ page }) => {
  using where = await place();
  const first = await startMaster({ ...where, args: ["--keep-worlds"] });
  await enter(page, first.url);
  const name = await nameOf(page);
  await watch(page);
  await first.stop("SIGTERM");
  await expect(page.getByText("The server restarts. You play on.")).toBeVisible();
  await expect(message(page)).toBeDisabled();
  const second = await startMaster(where);
  await expect(message(page)).toBeEnabled();
  await say(page, "still here");
  await expect(log(page)).toContainText(`${name}: still here`);
  expect(await watched(page)).toEqual({ states: ["in-world"], dialogs: 0 });
  await second.stop();
});

test("a master of a newer version comes up: an older page plays on, is told, and reloads when it likes", async ({
  page,
}) => {
  using where = await place();
  const first = await startMaster({ ...where, args: ["--keep-worlds"] });
  await enter(page, first.url);
  await watch(page);
  await first.stop("SIGTERM");
  const second = await startMaster({ ...where, env: { ...where.env, PORTCADE_APP_VERSION: "8.9" } });
  await expect(page.getByText("Version 8.9 is out.")).toBeVisible();
  expect(await watched(page)).toEqual({ states: ["in-world"], dialogs: 0 });
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page).toHaveURL(/[?&]v=8\.9(&|$)/);
  // The site has nothing newer yet: the same page comes back, plays on, and is not asked again.
  await expectWorld(page, "hub");
  await expect(message(page)).toBeEnabled();
  await expect(page.getByText("Version 8.9 is out.")).toBeHidden();
  await second.stop();
});

test("a world is killed: its player is back in it, where they stood", async ({ page }) => {
  await using master = await startMaster();
  await enter(page, master.url);
  for (const world of [worlds.left, worlds.right]) await travel(page, world);
  // An arrival is saved before it is told, and this portal is not where newcomers begin.
  const stood = await placeOf(page);
  await watch(page);
  process.kill(master.worldPid("right_world"), "SIGKILL");
  // It may be back before anybody looks.
  await expect.poll(async () => (await watched(page))?.states).toContain("traveling");
  await expectWorld(page, "right_world");
  const { x, y } = await placeOf(page);
  expect(Math.hypot(x - stood.x, y - stood.y)).toBeLessThan(24);
  expect((await watched(page))?.dialogs).toBe(0);
  await say(page, "back again");
  await expect(log(page)).toContainText("back again");
});

test("a world is upgraded: its player is told, and moved along without a break", async ({ page }) => {
  using where = await place();
  const master = await startMaster(where);
  await enter(page, master.url);
  const old = master.worldPid("hub");
  await watch(page);
  const env = { ...process.env, PORTCADE_DATA_DIR: where.dataDir };
  await order(process.execPath, ["server/main.ts", "world", "upgrade", "hub", "--notice", "5s"], {
    cwd: root,
    env,
  });
  await expect(page.getByRole("timer")).toHaveText(/This world restarts in 0:0\d/);
  await expect(page.getByRole("status").filter({ hasText: "You were moved along" })).toHaveCount(1);
  await expectWorld(page, "hub");
  await expect(page.getByRole("timer")).toBeHidden();
  expect(master.worldPid("hub")).not.toBe(old);
  const seen = await watched(page);
  expect(seen?.dialogs).toBe(0);
  expect(new Set(seen?.states)).toEqual(new Set(["in-world", "preparing", "traveling"]));
  await say(page, "same place, newer");
  await expect(log(page)).toContainText("same place, newer");
  await master.stop();
});
