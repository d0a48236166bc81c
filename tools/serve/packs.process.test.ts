import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPackCache } from "#client/packs/pack-cache.ts";
import { memoryStore } from "#client/packs/store.ts";
import { infoOf, makeZip, sha256 } from "#client/packs/testing.ts";
import { servePacks } from "./packs.ts";
import type { PackHost } from "./packs.ts";

const file = makeZip(200_000);
const mtime = 1_700_000_000;
let dir: string;
let host: PackHost;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "portcade-serve-"));
  await writeFile(join(dir, "hub.zip"), file);
  await utimes(join(dir, "hub.zip"), mtime, mtime);
  const packs = { hub: { file: "hub.zip", size: file.length, mtime, sha256: sha256(file) } };
  await writeFile(join(dir, "index.json"), JSON.stringify({ schema: 1, packs }));
  host = await servePacks({ dir, port: 0 });
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

test("serves the packs of its folder, and nothing else, to any page", async () => {
  for (const path of ["/hub.zip", "/world_packs/hub.zip"]) {
    const response = await fetch(host.url + path);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(file);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(Date.parse(response.headers.get("last-modified") ?? "")).toBe(mtime * 1000);
    expect(response.headers.get("etag")).toBe(`"${sha256(file)}"`);
  }
  expect((await fetch(`${host.url}/index.json`)).status).toBe(200);
  for (const path of ["/", "/other.zip", "/../package.json", "/%2e%2e/package.json"])
    expect((await fetch(host.url + path)).status).toBe(404);
});

test("answers for a part with that part, and for none with 416", async () => {
  const ask = (range: string): Promise<Response> => fetch(`${host.url}/hub.zip`, { headers: { range } });
  const part = await ask("bytes=1000-");
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe(`bytes 1000-${file.length - 1}/${file.length}`);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(file.subarray(1000));
  expect((await ask(`bytes=${file.length}-`)).status).toBe(416);
});

test("a slow host is slow, and a cut download goes on from where it was", async () => {
  await using slow = await servePacks({ dir, port: 0, slow: 1_000_000 });
  const store = memoryStore();
  const open = (): ReturnType<typeof createPackCache> =>
    createPackCache({ name: "serve", store, fetch, origin: slow.url });
  const info = infoOf(file, { url: `${slow.url}/hub.zip` });
  const close = new AbortController();
  let loaded = 0;
  const onProgress = (now: number): void => {
    loaded = now;
    close.abort();
  };
  await expect(open().ensure(info, { signal: close.signal, onProgress })).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(loaded).toBeLessThan(file.length);
  expect(await open().ensure(info)).toMatchObject({ status: "resumed", bytes: file.length - loaded });
});
