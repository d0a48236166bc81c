import { describe, expect, test } from "vitest";
import { createPackCache } from "./pack-cache.ts";
import { type Bench, type FakeHost, infoOf, makeBench, makeZip, origin, sha256, url } from "./testing.ts";

const file = makeZip(300_000);
const other = makeZip(300_000, 2);
const big = makeZip(5_300_000);
const mebibyte = 1024 * 1024;

test("a cold visit asks once and knows every file", async () => {
  const { host, cache } = makeBench(file);
  const progress: number[] = [];
  const ready = await cache.ensure(infoOf(file), { onProgress: (loaded) => progress.push(loaded) });
  expect(ready).toMatchObject({ status: "downloaded", bytes: file.length, isStored: true });
  expect([...ready.files.keys()]).toEqual(["map.json", "tiles/noise.png"]);
  expect(new TextDecoder().decode(ready.files.get("map.json"))).toBe('{"fill":1}');
  expect(host.asked.map(({ cache }) => cache)).toEqual(["no-store"]);
  expect(progress.at(-1)).toBe(file.length);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});

test("a warm visit asks nothing, in this page or the next", async () => {
  const { host, store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "cache_hit", bytes: 0 });
  const next = makeBench(file, { store });
  expect((await next.cache.ensure(infoOf(file))).files.size).toBe(2);
  expect(host.asked.length + next.host.asked.length).toBe(1);
});

test("a new time with the same content is noted without a download", async () => {
  const { host, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  expect(await cache.ensure(infoOf(file, { mtime: 1_800_000_000 }))).toMatchObject({ status: "touched" });
  expect(await cache.ensure(infoOf(file, { mtime: 1_800_000_000 }))).toMatchObject({ status: "cache_hit" });
  expect(host.asked).toHaveLength(1);
});

test("another address is no other pack", async () => {
  const { host, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  expect(await cache.ensure(infoOf(file, { url: `${url}?v=9` }))).toMatchObject({ status: "cache_hit" });
  expect(host.asked).toHaveLength(1);
});

test("new content is downloaded whole and the old goes", async () => {
  const { host, store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  host.file = other;
  expect(await cache.ensure(infoOf(other))).toMatchObject({ status: "downloaded", bytes: other.length });
  expect((await store.list()).map(({ path }) => path)).toEqual(["hub/record.json", `hub/${sha256(other)}`]);
});

test("the address carries the content's digest, or time and size, and keeps a version of its own", async () => {
  const { host, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  await cache.ensure(infoOf(file, { key: "plain", sha256: undefined }));
  await cache.ensure(infoOf(file, { key: "own", url: `${url}?v=mine#top` }));
  await cache.ensure(infoOf(file, { key: "relative", url: "/world_packs/hub.zip" }));
  expect(host.asked.map((asked) => asked.url.search)).toEqual([
    `?v=${sha256(file).slice(0, 12)}`,
    `?v=1700000000-${file.length}`,
    "?v=mine",
    `?v=${sha256(file).slice(0, 12)}`,
  ]);
});

test("a flipped byte in the store is noticed and fetched anew", async () => {
  const { host, store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  const path = `hub/${sha256(file)}`;
  const damaged = file.slice();
  damaged[150_000] = (damaged[150_000] ?? 0) ^ 1;
  await store.put(path, damaged);
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded" });
  expect((await store.get(path))?.bytes).toEqual(file);
  expect(host.asked).toHaveLength(2);
});

test("another pack's body under this one's record is noticed", async () => {
  const { host, store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  expect(other).toHaveLength(file.length);
  await store.put(`hub/${sha256(file)}`, other);
  const { files } = await cache.ensure(infoOf(file));
  expect(new TextDecoder().decode(files.get("map.json"))).toBe('{"fill":1}');
  expect(host.asked).toHaveLength(2);
});

test("a body that was evicted from under its record is fetched anew", async () => {
  const { host, store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  await store.delete(`hub/${sha256(file)}`);
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded" });
  expect(host.asked).toHaveLength(2);
});

test("a record that makes no sense counts as none", async () => {
  for (const text of ["", "{", "null", '{"v":2}', '{"v":1,"size":"many"}']) {
    const { store, cache } = makeBench(file);
    await cache.ensure(infoOf(file));
    await store.put("hub/record.json", new TextEncoder().encode(text));
    expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded" });
  }
});

test("old bytes from a cache on the way are passed by the salted third try", async () => {
  const { host, time, cache } = makeBench(file);
  host.before = (earlier) => (host.file = earlier < 2 ? other : file);
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded" });
  expect(host.asked.map((asked) => asked.url.searchParams.has("r"))).toEqual([false, false, true]);
  expect(time.waits).toEqual([250, 500]);
});

describe("a pack that may be had elsewhere", () => {
  const elsewhere = `https://game.example/world_packs/${sha256(file)}.zip`;
  const wanted = infoOf(file, { elsewhere });
  /** Answers under its own address as told, elsewhere with the pack. */
  function beside(answer: (host: FakeHost) => void): Bench {
    const bench = makeBench(file);
    const { host } = bench;
    host.before = (earlier) => {
      host.file = file;
      if (earlier % 2 === 0) answer(host);
    };
    return bench;
  }
  const unreachable = (): Response => {
    throw new TypeError("Failed to fetch");
  };
  const hosts = ({ asked }: FakeHost): string[] => asked.map(({ url }) => url.host);

  test("is fetched there when its host has another by now", async () => {
    const { host, cache } = beside((bad) => (bad.file = other));
    expect(await cache.ensure(wanted)).toMatchObject({ status: "downloaded" });
    expect(hosts(host)).toEqual(["play.example", "game.example"]);
    expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "cache_hit" });
  });

  test("is fetched there at once when its host has it no more", async () => {
    const { host, time, cache } = beside((bad) => bad.answers.push(new Response(null, { status: 404 })));
    expect(await cache.ensure(wanted)).toMatchObject({ status: "downloaded" });
    expect(hosts(host)).toEqual(["play.example", "game.example"]);
    expect(time.waits).toEqual([0]);
  });

  test("is fetched there when its host cannot be reached", async () => {
    const { host, cache } = beside((bad) => bad.answers.push(unreachable));
    expect(await cache.ensure(wanted)).toMatchObject({ status: "downloaded" });
    expect(hosts(host)).toEqual(["play.example", "game.example"]);
  });

  test("is missing when neither has it", async () => {
    const { host, cache } = makeBench(file);
    for (let n = 0; n < 2; n++) host.answers.push(new Response(null, { status: 404 }));
    await expect(cache.ensure(wanted)).rejects.toMatchObject({ reason: "missing" });
    expect(hosts(host)).toEqual(["play.example", "game.example"]);
  });

  test("is asked for under its own address alone once the other one has said no", async () => {
    const { host, cache } = makeBench(file);
    host.answers.push(unreachable, new Response(null, { status: 404 }), unreachable);
    expect(await cache.ensure(wanted)).toMatchObject({ status: "downloaded" });
    expect(hosts(host)).toEqual(["play.example", "game.example", "play.example", "play.example"]);
  });
});

test("what stays wrong fails, having stored nothing and lost nothing", async () => {
  const { host, store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  const wanted = infoOf(other);
  await expect(cache.ensure(wanted)).rejects.toMatchObject({ name: "PackError", reason: "integrity" });
  expect(host.asked).toHaveLength(5);
  expect((await store.list()).map(({ path }) => path)).toEqual([`hub/${sha256(file)}`, "hub/record.json"]);
});

test("more bytes than promised are not waited for", async () => {
  const { host, cache } = makeBench(big);
  await expect(cache.ensure(infoOf(big, { size: 100_000 }))).rejects.toMatchObject({ reason: "integrity" });
  expect(Math.max(...host.asked.map(({ sent }) => sent))).toBeLessThan(400_000);
});

test("a host that knows no such file, or gives it to nobody, is asked once", async () => {
  for (const status of [404, 403, 401, 410]) {
    const { host, cache } = makeBench(file);
    host.answers.push(new Response(null, { status }));
    await expect(cache.ensure(infoOf(file))).rejects.toMatchObject({ reason: "missing" });
    expect(host.asked).toHaveLength(1);
  }
});

test("a host that is busy is asked again when it says", async () => {
  const { host, time, cache } = makeBench(file);
  const date = new Date(time.at + 7000).toUTCString();
  host.answers.push(
    new Response(null, { status: 429, headers: { "retry-after": "3" } }),
    () => new Response(null, { status: 503, headers: { "retry-after": date } }),
    new Response(null, { status: 502 }),
  );
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded" });
  expect(time.waits).toEqual([3000, 4000, 1000]);
});

test("no host at all fails after four tries", async () => {
  const { time, cache } = makeBench(file, { fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
  await expect(cache.ensure(infoOf(file))).rejects.toMatchObject({ reason: "network" });
  expect(time.waits).toEqual([250, 500, 1000]);
});

test("without a digest to go by, size and time decide", async () => {
  const { host, cache } = makeBench(file);
  const plain = infoOf(file, { sha256: undefined });
  await cache.ensure(plain);
  expect(await cache.ensure(plain)).toMatchObject({ status: "cache_hit" });
  expect(await cache.ensure({ ...plain, mtime: plain.mtime + 1 })).toMatchObject({ status: "downloaded" });
  expect(host.asked).toHaveLength(2);
});

test("without WebCrypto the size has to do", async () => {
  const { host, cache } = makeBench(file, { digest: async () => undefined });
  await cache.ensure(infoOf(file));
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "cache_hit" });
  expect(host.asked).toHaveLength(1);
});

test("a published file that is no ZIP fails at once", async () => {
  const text = new TextEncoder().encode("not a pack");
  const { host, store, cache } = makeBench(text);
  await expect(cache.ensure(infoOf(text))).rejects.toMatchObject({ reason: "invalid" });
  expect(host.asked).toHaveLength(1);
  expect(await store.list()).toEqual([]);
});

test("a description that cannot be true asks nobody", async () => {
  const { host, cache } = makeBench(file);
  for (const bad of [
    { key: "../hub" },
    { size: 0 },
    { size: 65 * mebibyte },
    { mtime: 1.5 },
    { sha256: "abc" },
    { url: "javascript:alert(1)" },
    { url: "ftp://play.example/hub.zip" },
  ])
    await expect(cache.ensure(infoOf(file, bad))).rejects.toMatchObject({ reason: "invalid" });
  expect(host.asked).toHaveLength(0);
});

test("the default tools are enough", async () => {
  const { host, store } = makeBench(file);
  const cache = createPackCache({ name: "defaults", store, fetch: host.fetch, origin });
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded" });
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "cache_hit" });
});
