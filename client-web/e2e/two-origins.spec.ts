import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test as plain, type Browser, type Page, type WebSocket } from "playwright/test";
import { build } from "vite";
import { PagesHost } from "#tools/edge/pages-host.ts";
import { TestCaddy } from "#tools/edge/testing-caddy.ts";
import { findCaddy } from "#tools/test/caddy.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { builds } from "./file-server.ts";
import { enter, expectWorld, log, logIn, main, message, placeOf, say, travel, worlds } from "./game.ts";
import { startMaster, type RunningMaster } from "./master.ts";
import { watch, watched } from "./watch.ts";

/**
 * As in public: the page from a static host under one name, the game under another behind the shipped Caddyfile, both
 * over https. The browser is told where the two names are; certificates are Caddy's own.
 */

const game = "play.example.test";
const site = "ada.pages.test";
const stranger = "eve.pages.test";
const page = `https://${site}/portcade/`;

interface Edge {
  readonly browser: Browser;
  readonly caddy: TestCaddy;
  readonly master: RunningMaster;
  readonly pages: PagesHost;
}

const test = plain.extend<object, { edge: Edge }>({
  edge: [
    async ({ playwright, launchOptions }, use) => {
      const found = findCaddy();
      if ("advice" in found) throw new Error(found.advice);
      const dir = mkdtempSync(join(tmpdir(), "portcade-two-origins-"));
      const https = await freePorts(2);
      await buildPage(join(dir, "site"));
      await using pages = await PagesHost.start(join(dir, "site"), { basePath: "/portcade/" });
      await using master = await startMaster({
        env: {
          PORTCADE_PORT: String(https + 1),
          PORTCADE_WORLD_LISTEN: "unix",
          PORTCADE_PUBLIC_MASTER_URL: `wss://${game}/`,
          PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: `wss://${game}/{world_key}`,
          PORTCADE_WORLD_PACK_BASE_URL: `${page}world_packs`,
        },
        dataDir: join(dir, "data"),
      });
      await using caddy = await TestCaddy.start({
        program: found.path,
        httpsPort: https,
        hosts: [game, site, stranger],
        env: {
          PORTCADE_GAME_HOST: game,
          PORTCADE_PORT: String(https + 1),
          PORTCADE_SOCKETS: join(dir, "data", "worlds"),
        },
        sites: `${site}, ${stranger} {\n\treverse_proxy 127.0.0.1:${pages.port}\n}`,
      });
      const mapped = [game, site, stranger].map((name) => `MAP ${name}:443 127.0.0.1:${https}`).join(",");
      const browser = await playwright.chromium.launch({
        ...launchOptions,
        args: [...(launchOptions.args ?? []), `--host-resolver-rules=${mapped}`],
      });
      await use({ browser, caddy, master, pages });
      await browser.close();
      rmSync(dir, { recursive: true });
    },
    { scope: "worker" },
  ],
});

/** The page as it is released for this game, with the packs beside it. */
async function buildPage(outDir: string): Promise<void> {
  process.env["PORTCADE_PUBLIC_MASTER_URL"] = `wss://${game}/`;
  try {
    const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
    await build({ configFile, logLevel: "warn", build: { outDir } });
  } finally {
    delete process.env["PORTCADE_PUBLIC_MASTER_URL"];
  }
  cpSync(join(builds, "world_packs"), join(outDir, "world_packs"), {
    recursive: true,
    preserveTimestamps: true,
  });
}

async function open({ browser }: Edge): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  return context.newPage();
}

test("a page of a static host plays: it logs in, fetches packs from its host and travels", async ({
  edge,
}) => {
  const ada = await open(edge);
  const problems: string[] = [];
  ada.on("pageerror", ({ message }) => problems.push(message));
  ada.on("console", (line) => void (line.type() === "error" && problems.push(line.text())));
  await enter(ada, page);
  expect(await ada.evaluate(() => isSecureContext)).toBe(true);
  await logIn(ada, "Ada");
  edge.pages.asked.length = 0;
  await travel(ada, worlds.left);
  expect(edge.pages.asked).toEqual([
    expect.stringMatching(/^\/portcade\/world_packs\/left_world\.zip\?v=[0-9a-f]{12}$/),
  ]);
  await say(ada, "hello from there");
  await expect(log(ada)).toContainText("Ada: hello from there");
  await travel(ada, worlds.hub);
  await travel(ada, worlds.left);
  expect(edge.pages.asked).toHaveLength(1);
  expect(problems).toEqual([]);
  await ada.context().close();
});

test("a page under a name that the master does not know is let in nowhere", async ({ edge }) => {
  const eve = await open(edge);
  await eve.goto(page.replace(site, stranger));
  const dialog = eve.getByRole("dialog", { name: "Site Refused" });
  await expect(dialog).toContainText(`PORTCADE_PAGE_ORIGINS=https://${stranger}`);
  await expect(main(eve)).toHaveAttribute("data-state", "rejected");
  await eve.context().close();
});

test("a reload of Caddy ends every connection: players are back by themselves where they stood, in the same process", async ({
  edge,
}) => {
  const ada = await open(edge);
  const sockets: WebSocket[] = [];
  ada.on("websocket", (socket) => sockets.push(socket));
  await enter(ada, page);
  await logIn(ada, "Grace");
  await travel(ada, worlds.right);
  const stood = await placeOf(ada);
  const pid = edge.master.worldPid("right_world");
  const live = sockets.filter((socket) => !socket.isClosed());
  expect(live.map((socket) => new URL(socket.url()).pathname).toSorted()).toEqual(["/", "/right_world"]);
  const closed = Promise.all(live.map((socket) => socket.waitForEvent("close")));
  await watch(ada);
  await edge.caddy.reload();
  await closed;
  await expectWorld(ada, "right_world");
  await expect(message(ada)).toBeEnabled();
  await say(ada, "back through it");
  await expect(log(ada)).toContainText("Grace: back through it");
  const { x, y } = await placeOf(ada);
  expect(Math.hypot(x - stood.x, y - stood.y)).toBeLessThan(4);
  expect((await watched(ada))?.dialogs).toBe(0);
  expect(edge.master.worldPid("right_world")).toBe(pid);
  expect(isRunning(pid)).toBe(true);
  await travel(ada, worlds.hub);
  await ada.context().close();
});

test("a world that fails alone is back alone: who is in another one notices nothing", async ({ edge }) => {
  const [ada, ben] = [await open(edge), await open(edge)];
  await enter(ben, page);
  await enter(ada, page);
  await travel(ada, worlds.top);
  for (const player of [ada, ben]) await watch(player);
  const pid = edge.master.worldPid("top_world");
  process.kill(pid, "SIGKILL");
  await expect.poll(() => edge.master.worldPid("top_world")).not.toBe(pid);
  await expectWorld(ada, "top_world");
  await say(ada, "still up here");
  await expect(log(ben)).toContainText("still up here");
  expect(await watched(ben)).toEqual({ states: ["in-world"], dialogs: 0 });
  expect((await watched(ada))?.dialogs).toBe(0);
  for (const player of [ada, ben]) await player.context().close();
});

function isRunning(pid: number): boolean {
  return process.kill(pid, 0);
}
