import { expect, test as plain, type Page } from "playwright/test";
import type { FakeClient } from "../src/app/fake-client.ts";
import type { Prompt, View } from "../src/app/view.ts";
import { builds, serveFiles, type FileServer } from "./file-server.ts";
import { expectAccessible, main } from "./game.ts";

/** The page over test data: every screen it can show, looked at by axe at both sizes. */
const test = plain.extend<object, { files: FileServer }>({
  files: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter to learn what is wanted
    async ({}, use) => {
      await using files = await serveFiles([`${builds}/web-fake`, builds]);
      await use(files);
    },
    { scope: "worker" },
  ],
});

const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

async function open(page: Page, files: FileServer, query = ""): Promise<void> {
  await page.goto(`${files.url}/?${query}`);
  if (!query.includes("empty")) await expect(main(page)).toHaveAttribute("data-world", "hub");
}

const poke = (page: Page, change: Partial<View>): Promise<void> =>
  page.evaluate((wanted) => (globalThis as unknown as { fake: FakeClient }).fake.poke(wanted), change);

const told = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { fake: FakeClient }).fake.told);

interface ScreenCase {
  readonly query?: string;
  readonly change?: Partial<View>;
  readonly act?: (page: Page) => Promise<void>;
}

const rejected = (prompt: Prompt): ScreenCase => ({
  query: "empty=1",
  change: { state: "rejected", prompt },
});

const screens: Readonly<Record<string, ScreenCase>> = {
  "the first one": { query: "empty=1" },
  "the first download": {
    query: "empty=1",
    change: { state: "preparing", download: { name: "Hub", loaded: 400_000, total: 1_800_000 } },
  },
  "a world with its figures": { query: "stats=1" },
  "a download before a journey": {
    change: { state: "preparing", download: { name: "Left World", loaded: 900_000, total: 1_800_000 } },
  },
  "a journey": { change: { state: "traveling" } },
  "a refused journey while saving is paused": {
    change: {
      isSavingPaused: true,
      problem: { key: 1, about: "travel", reason: "world_full", world: "Top World" },
    },
  },
  "a world that restarts soon": { change: { drainsInMs: 299_500 } },
  "a world that closes soon": { change: { drainsInMs: 299_500, drainsTo: "Left World" } },
  "a newer version": { change: { update: "0.2" } },
  "a server that restarts": { change: { isMasterAway: true, chat: { isUp: false, lines: [] } } },
  "a world that stopped": { change: { state: "preparing", lost: "crashed", cause: "rejoin" } },
  "a move to another launch": { change: { state: "traveling", cause: "drain", drainsInMs: 0 } },
  "a lost connection": { change: { prompt: { kind: "connection_lost" } } },
  "a lost world": { change: { prompt: { kind: "world_disconnected" } } },
  "an offline server": { query: "empty=1", change: { state: "offline", prompt: { kind: "server_offline" } } },
  "a rejected connection": rejected({ kind: "connection_rejected", reason: "server_full" }),
  "a game updated": rejected({ kind: "update", server: "0.2", canReload: true }),
  "a game updated that this site does not have yet": rejected({
    kind: "update",
    server: "0.2",
    canReload: false,
  }),
  "a game updated that its server does not have yet": rejected({
    kind: "update",
    server: "0.0",
    canReload: true,
    isComing: true,
  }),
  "a site the server does not let in": rejected({ kind: "site_refused" }),
  "a stay continued elsewhere": rejected({ kind: "continued_elsewhere" }),
  "a strange host": rejected({ kind: "confirm_host", hosts: ["games.example.org:19080"] }),
  "the log-in with a refused name": {
    act: async (page) => {
      await page.getByRole("button", { name: "Log in" }).click();
      const dialog = page.getByRole("dialog", { name: "Log in" });
      await dialog.getByRole("textbox", { name: "Name" }).fill("Guest-1");
      await dialog.getByRole("button", { name: "Log in" }).click();
      await expect(dialog.getByRole("alert")).toBeVisible();
    },
  },
  "a conversation": {
    query: "crowd=6",
    act: (page) => page.getByRole("button", { name: "Talk to Arcade Host" }).click(),
  },
  "the controls": { act: (page) => page.getByRole("button", { name: "Controls and sound" }).click() },
};

for (const [size, viewport] of Object.entries(sizes))
  test.describe(size, () => {
    // Without fading, axe measures the colours that stay.
    test.use({ viewport, contextOptions: { reducedMotion: "reduce" } });
    for (const [name, { query, change, act }] of Object.entries(screens))
      test(`axe holds nothing against ${name}`, async ({ page, files }) => {
        await open(page, files, query);
        if (change) await poke(page, change);
        await act?.(page);
        await expectAccessible(page);
      });
  });

test("the prompts carry their titles, and only the player ends those that need an answer", async ({
  page,
  files,
}) => {
  await open(page, files);
  const prompts = {
    "Connection Lost": { kind: "connection_lost" },
    "World Disconnected": { kind: "world_disconnected" },
    "Server Offline": { kind: "server_offline" },
    "Connection Rejected": { kind: "connection_rejected", reason: "server_full" },
  } as const;
  for (const [title, prompt] of Object.entries(prompts)) {
    await poke(page, { prompt });
    const dialog = page.getByRole("dialog", { name: title });
    await expect(dialog.getByRole("alert")).toBeVisible();
    await dialog.getByRole("button", { name: "Try again" }).click();
    await expect(dialog).toBeHidden();
    expect((await told(page)).at(-1)).toBe(`answer ${prompt.kind} true`);
  }
});

test("a notice about the connection leaves the focus in the world", async ({ page, files }) => {
  await open(page, files);
  await expect(page.getByRole("application")).toBeFocused();
  await poke(page, { prompt: { kind: "connection_lost" }, chat: { isUp: false, lines: [] } });
  await expect(page.getByRole("dialog", { name: "Connection Lost" })).toBeVisible();
  await expect(page.getByRole("application")).toBeFocused();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeDisabled();
});

test("a strange host is named in full and dialled only after a yes", async ({ page, files }) => {
  await open(page, files, "empty=1");
  await poke(page, { prompt: { kind: "confirm_host", hosts: ["games.example.org:19080"] } });
  const dialog = page.getByRole("dialog", { name: "Connect to another server?" });
  await expect(dialog).toContainText("games.example.org:19080");
  await expect(dialog.getByRole("button", { name: "Do not connect" })).toBeFocused();
  expect(await told(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  expect(await told(page)).toEqual(["answer confirm_host true"]);
});

test("names and words of others never become markup or turn the line around", async ({ page, files }) => {
  await open(page, files);
  const lines = [{ key: 50, name: "\u202Eevil", text: "<b>bold</b> \u202Etxet" }];
  await poke(page, { chat: { isUp: true, lines } });
  const line = page.getByRole("log", { name: "Chat" }).locator("p").last();
  await expect(line.locator("b")).toHaveCount(0);
  await expect(line.locator("bdi")).toHaveCount(2);
});

test("the world's description and its people follow the game", async ({ page, files }) => {
  await open(page, files, "crowd=4");
  await expect(page.locator("#whereabouts")).toHaveText(/^You are in Hub at \d+, \d+\.$/);
  const nearby = page.getByRole("region", { name: "Nearby" });
  await expect(nearby.getByRole("group", { name: "Portals" }).getByRole("button")).toHaveCount(3);
  await nearby.getByRole("button", { name: "Travel to Left World" }).click();
  expect((await told(page)).at(-1)).toBe("walkTo 170,260 LeftPortal");
});

test("who is spoken to answers over the head, and in words for who cannot see it", async ({
  page,
  files,
}) => {
  await open(page, files, "crowd=4");
  const nearby = page.getByRole("region", { name: "Nearby" });
  await nearby.getByRole("button", { name: "Talk to Arcade Host" }).click();
  expect((await told(page)).at(-1)).toMatch(/^walkTo \d+,\d+ 50$/);
  await expect(nearby.getByRole("status")).toHaveText(/^Arcade Host: \w/);
});

test("a world that restarts is counted down for the eye, and said aloud three times", async ({
  page,
  files,
}) => {
  await open(page, files);
  const timer = page.getByRole("timer");
  const said = page.getByRole("status").filter({ hasText: /restarts in|moved along/ });
  await expect(timer).toBeHidden();
  await poke(page, { drainsInMs: 300_000 });
  await expect(timer).toHaveText("This world restarts in 5:00. You will be moved along.");
  await expect(said).toHaveText("This world restarts in 5 minutes. You will be moved along.");
  await poke(page, { drainsInMs: 61_000 });
  await expect(timer).toContainText("1:01");
  await expect(said).toContainText("5 minutes");
  await poke(page, { drainsInMs: 59_900 });
  await expect(timer).toContainText("0:59");
  await expect(said).toContainText("in one minute");
  await poke(page, { drainsInMs: 0, state: "traveling", cause: "drain" });
  await expect(timer).toBeHidden();
  await expect(page.getByText("Moving you along…")).toBeVisible();
  await poke(page, { drainsInMs: undefined, state: "in-world", cause: undefined });
  await expect(said).toHaveText("You were moved along. Play on.");
});

test("a world that closes says where its players go", async ({ page, files }) => {
  await open(page, files);
  await poke(page, { drainsInMs: 300_000, drainsTo: "Left World" });
  const words = "This world closes in 5:00. You will be moved to Left World.";
  await expect(page.getByRole("timer")).toHaveText(words);
  const said = page.getByRole("status").filter({ hasText: /closes in/ });
  await expect(said).toHaveText("This world closes in 5 minutes. You will be moved to Left World.");
  await poke(page, { drainsInMs: 0 });
  await expect(page.getByRole("timer")).toHaveText("This world closes now. You will be moved to Left World.");
});

test("a newer version waits for the player, who may also do without", async ({ page, files }) => {
  await open(page, files);
  await poke(page, { update: "0.2" });
  const note = page.getByRole("status").filter({ hasText: "Version 0.2 is out." });
  await expect(note).toBeVisible();
  await expect(page.getByRole("application")).toBeFocused();
  await page.getByRole("button", { name: "Reload" }).click();
  expect((await told(page)).at(-1)).toBe("reload");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(note).toBeHidden();
  await poke(page, { update: "0.2", isSavingPaused: false });
  await expect(page.getByRole("button", { name: "Reload" })).toBeHidden();
  await poke(page, { update: "0.3" });
  await expect(page.getByText("Version 0.3 is out.")).toBeVisible();
});

test("a notice that stays lets the world be played through it", async ({ page, files }) => {
  await open(page, files);
  await poke(page, { drainsInMs: 299_000 });
  await expect(page.getByRole("timer")).toBeVisible();
  const box = await page.getByRole("timer").boundingBox();
  await page.mouse.click((box?.x ?? 0) + 20, (box?.y ?? 0) + 10);
  expect((await told(page)).at(-1)).toMatch(/^walkTo /);
});
