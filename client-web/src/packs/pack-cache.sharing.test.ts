import { expect, test } from "vitest";
import { localLock } from "./lock.ts";
import { memoryStore, StoreFull } from "./store.ts";
import type { PackStore } from "./store.ts";
import { FakeHost, infoOf, makeBench, makeZip, sha256 } from "./testing.ts";

const file = makeZip(300_000);
const big = makeZip(5_300_000);

/** A store with room for so many bytes. */
function smallStore(room: number): PackStore {
  const store = memoryStore();
  return {
    ...store,
    async put(path, bytes, tag) {
      const others = (await store.list()).filter((entry) => entry.path !== path);
      const used = others.reduce((sum, { size }) => sum + size, 0);
      if (used + bytes.length > room) throw new StoreFull("full");
      await store.put(path, bytes, tag);
    },
  };
}

const stored = async (store: PackStore): Promise<string[]> => [
  ...new Set((await store.list()).map(({ path }) => path.split("/")[0] ?? "")),
];

test("three callers cause one request", async () => {
  const { host, cache } = makeBench(file);
  const ready = await Promise.all([1, 2, 3].map(() => cache.ensure(infoOf(file))));
  expect(ready.map(({ status }) => status).sort()).toEqual(["cache_hit", "cache_hit", "downloaded"]);
  expect(host.asked).toHaveLength(1);
});

test("two tabs cause one request", async () => {
  const lock = localLock();
  const { host, store, cache } = makeBench(file, { lock });
  const tab = makeBench(file, { lock, store, fetch: host.fetch });
  await Promise.all([cache.ensure(infoOf(file)), tab.cache.ensure(infoOf(file))]);
  expect(host.asked).toHaveLength(1);
});

test("different packs do not wait for each other", async () => {
  const { host, cache } = makeBench(big);
  host.stallAt = 100_000;
  const giveUp = new AbortController();
  const stuck = cache.ensure(infoOf(big), { signal: giveUp.signal });
  expect(await cache.ensure(infoOf(big, { key: "left_world" }))).toMatchObject({ status: "downloaded" });
  giveUp.abort();
  await expect(stuck).rejects.toMatchObject({ name: "AbortError" });
});

test("a cancelled download rejects as cancelled, and the next goes on from there", async () => {
  const { host, cache } = makeBench(big);
  host.stallAt = 2_500_000;
  const giveUp = new AbortController();
  const onProgress = (loaded: number): void => {
    if (loaded === 2_500_000) giveUp.abort();
  };
  await expect(cache.ensure(infoOf(big), { signal: giveUp.signal, onProgress })).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(await cache.ensure(infoOf(big))).toMatchObject({ status: "resumed", bytes: big.length - 2_500_000 });
});

test("who cancels while waiting leaves the download to the others", async () => {
  const { host, cache } = makeBench(file);
  const giveUp = new AbortController();
  const first = cache.ensure(infoOf(file));
  const waiting = cache.ensure(infoOf(file), { signal: giveUp.signal });
  const last = cache.ensure(infoOf(file));
  giveUp.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  expect((await first).status).toBe("downloaded");
  expect((await last).status).toBe("cache_hit");
  expect(host.asked).toHaveLength(1);
});

test("a cancelled back-off does not ask again", async () => {
  const giveUp = new AbortController();
  const { host, cache } = makeBench(file, {
    sleep: async (ms, signal) => {
      if (ms > 1000) return new Promise(() => undefined);
      giveUp.abort();
      signal?.throwIfAborted();
    },
  });
  host.answers.push(new Response(null, { status: 500 }));
  await expect(cache.ensure(infoOf(file), { signal: giveUp.signal })).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(host.asked).toHaveLength(1);
});

test("a cancel before the start asks nobody", async () => {
  const { host, cache } = makeBench(file);
  const signal = AbortSignal.abort();
  await expect(cache.ensure(infoOf(file), { signal })).rejects.toMatchObject({ name: "AbortError" });
  expect(host.asked).toHaveLength(0);
});

test("a crash between body and record leaves the old pack whole", async () => {
  const { store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  const other = makeZip(300_000, 2);
  await store.put(`hub/${sha256(other)}`, other);
  const next = makeBench(file, { store });
  expect(await next.cache.ensure(infoOf(file))).toMatchObject({ status: "cache_hit" });
  expect(await makeBench(other, { store }).cache.ensure(infoOf(other))).toMatchObject({
    status: "downloaded",
  });
});

test("the pack unused for longest goes first, never one that is kept", async () => {
  const { time, store, cache } = makeBench(file);
  for (const key of ["hub", "left_world", "right_world", "top_world"]) {
    time.at++;
    await cache.ensure(infoOf(file, { key }));
  }
  time.at++;
  await cache.ensure(infoOf(file, { key: "left_world" }));
  expect(await cache.evict(file.length * 2 + 4096, ["hub"])).toEqual(["right_world", "top_world"]);
  expect(await stored(store)).toEqual(["hub", "left_world"]);
  expect(await cache.evict(0, ["hub"])).toEqual(["left_world"]);
});

test("a download keeps the whole within a fifth of what the site may store", async () => {
  const quota = async (): Promise<number> => file.length * 11;
  const { time, store, cache } = makeBench(file, { store: { ...memoryStore(), quota } });
  for (const key of ["hub", "left_world", "right_world"]) {
    time.at++;
    await cache.ensure(infoOf(file, { key }), { keep: ["hub"] });
  }
  expect(await stored(store)).toEqual(["hub", "right_world"]);
});

test("a full store makes room of the others' packs", async () => {
  const { host, store, cache } = makeBench(file, { store: smallStore(file.length * 2 + 4096) });
  for (const key of ["hub", "left_world", "right_world"])
    expect(await cache.ensure(infoOf(file, { key }), { keep: ["left_world"] })).toMatchObject({
      isStored: true,
    });
  expect(await stored(store)).toEqual(["left_world", "right_world"]);
  expect(host.asked).toHaveLength(3);
});

test("a store too small for the pack means playing from memory", async () => {
  for (const store of [
    smallStore(1000),
    { ...memoryStore(), put: () => Promise.reject(new Error("no disk")) },
    {
      ...memoryStore(),
      put: () => Promise.reject(new Error("no disk")),
      list: () => Promise.reject(new Error("!")),
    },
  ]) {
    const { host, cache } = makeBench(file, { store });
    expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded", isStored: false });
    expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "cache_hit", isStored: false });
    expect(host.asked).toHaveLength(1);
  }
});

test("a store that cannot be read is an empty one", async () => {
  const fails = (): Promise<never> => Promise.reject(new Error("The browser says no"));
  const { cache } = makeBench(file, {
    store: { get: fails, put: fails, delete: fails, list: fails, quota: fails },
  });
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded", isStored: false });
  await cache.forget("hub");
});

test("a forgotten pack is downloaded again, and nothing else is lost", async () => {
  const { host, store, cache } = makeBench(file);
  await cache.ensure(infoOf(file));
  await cache.ensure(infoOf(file, { key: "left_world" }));
  await cache.forget("hub");
  expect(await stored(store)).toEqual(["left_world"]);
  expect(await cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded" });
  expect(host.asked).toHaveLength(3);
});

test("the fake host cuts as a real one does", async () => {
  const host = new FakeHost(file);
  host.cutAt = 1000;
  const response = await host.fetch("https://play.example/");
  await expect(response.arrayBuffer()).rejects.toThrow("network error");
});
