import { expect, test as plain, type Page } from "playwright/test";
import { makeZip } from "../src/packs/testing.ts";
import { PackHost } from "./pack-host.ts";
import type { PacksPage } from "./packs-page.ts";

type Ready = Awaited<ReturnType<PacksPage["ensure"]>>;

const file = makeZip(5_300_000);
const mebibyte = 1024 * 1024;

const test = plain.extend<{ host: PackHost }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter to learn what is wanted
  host: async ({}, use) => {
    await using host = new PackHost(file);
    await host.start();
    await use(host);
  },
});

async function open(page: Page, host: PackHost): Promise<void> {
  await page.goto(host.url);
  await page.waitForFunction(() => "page" in globalThis);
}

const ensure = (page: Page, host: PackHost): Promise<Ready> =>
  page.evaluate((info) => (globalThis as unknown as { page: PacksPage }).page.ensure(info), host.info);

const loadedOf = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { page: PacksPage }).page.loaded);

/** How much of unfinished downloads the browser keeps. */
function keptBytesOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const [name = ""] = await caches.keys();
    const cache = await caches.open(name);
    let bytes = 0;
    for (const request of await cache.keys())
      if (request.url.includes(".part/"))
        bytes += (await (await cache.match(request))?.arrayBuffer())?.byteLength ?? 0;
    return bytes;
  });
}

test("a real browser downloads a pack once and finds it after a reload", async ({ page, host }) => {
  await open(page, host);
  const cold = { status: "downloaded", bytes: file.length, isStored: true, map: '{"fill":1}' };
  expect(await ensure(page, host)).toEqual(cold);
  await page.reload();
  await page.waitForFunction(() => "page" in globalThis);
  expect(await ensure(page, host)).toEqual({ ...cold, status: "cache_hit", bytes: 0 });
  expect(host.asked).toEqual([undefined]);
});

test("three callers in two tabs cause one request", async ({ context, page, host }) => {
  const tab = await context.newPage();
  await open(page, host);
  await open(tab, host);
  const ready = await Promise.all([ensure(page, host), ensure(page, host), ensure(tab, host)]);
  expect(ready.map(({ status }) => status).toSorted()).toEqual(["cache_hit", "cache_hit", "downloaded"]);
  expect(host.asked).toHaveLength(1);
});

test("a cut connection is gone on with", async ({ page, host }) => {
  await open(page, host);
  host.fault = { kind: "cut", at: 2_500_000 };
  expect(await ensure(page, host)).toMatchObject({ status: "resumed" });
  expect(host.asked).toHaveLength(2);
  expect(Number(host.asked[1]?.replace(/\D/g, ""))).toBeGreaterThan(0);
});

test("a closed tab leaves its segments to the next", async ({ context, page, host }) => {
  await open(page, host);
  host.fault = { kind: "stall", at: 2_500_000 };
  const abandoned = ensure(page, host).catch(() => undefined);
  await expect.poll(() => loadedOf(page)).toBe(2_500_000);
  await expect.poll(() => keptBytesOf(page)).toBeGreaterThanOrEqual(2 * mebibyte);
  const next = await context.newPage();
  await open(next, host);
  await page.close();
  await abandoned;
  const ready = await ensure(next, host);
  expect(ready.status).toBe("resumed");
  expect(ready.bytes).toBeLessThanOrEqual(file.length - 2 * mebibyte);
});

test("a byte that flipped in the browser's storage is noticed", async ({ page, host }) => {
  await open(page, host);
  await ensure(page, host);
  await page.evaluate(async () => {
    const [name = ""] = await caches.keys();
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (request.url.endsWith(".json")) continue;
      const bytes = new Uint8Array((await (await cache.match(request))?.arrayBuffer()) ?? new ArrayBuffer());
      bytes[1000] = (bytes[1000] ?? 0) ^ 1;
      await cache.put(request, new Response(bytes));
    }
  });
  expect(await ensure(page, host)).toMatchObject({ status: "downloaded", map: '{"fill":1}' });
  expect(host.asked).toHaveLength(2);
});
