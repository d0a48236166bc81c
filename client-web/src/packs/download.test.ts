import { expect, test } from "vitest";
import { infoOf, makeBench, makeZip, sha256, url } from "./testing.ts";

const big = makeZip(5_300_000);
const mebibyte = 1024 * 1024;

test("a cut line is gone on with where it broke", async () => {
  const { host, cache } = makeBench(big);
  host.cutAt = 2_500_000;
  expect(await cache.ensure(infoOf(big))).toMatchObject({ status: "resumed", bytes: big.length });
  expect(host.asked.map(({ range }) => range)).toEqual([null, "bytes=2500000-"]);
});

test("a closed tab costs the next page at most what was not yet a segment", async () => {
  const { store } = makeBench(big);
  const first = makeBench(big, { store });
  first.host.stallAt = 2_500_000;
  let loaded = 0;
  // Nothing ends this one: its page is simply gone.
  void first.cache.ensure(infoOf(big), { onProgress: (now) => (loaded = now) });
  await expect.poll(() => loaded).toBe(2_500_000);
  const next = makeBench(big, { store });
  expect(await next.cache.ensure(infoOf(big))).toMatchObject({ status: "resumed" });
  expect(Number(next.host.asked[0]?.range?.slice(6, -1))).toBeGreaterThanOrEqual(2 * mebibyte);
  expect((await store.list()).map(({ path }) => path).filter((path) => path.includes(".part/"))).toEqual([]);
});

test("a download that was whole but not yet kept needs no network", async () => {
  const { store, host, cache } = makeBench(big);
  const etag = '"x"';
  const part = `hub/${sha256(big)}.part`;
  await store.put(`${part}/0`, big.slice(0, 3_000_000), etag);
  await store.put(`${part}/1`, big.slice(3_000_000), etag);
  expect(await cache.ensure(infoOf(big))).toMatchObject({ status: "resumed", bytes: 0 });
  expect(host.asked).toHaveLength(0);
});

test("a redeploy between cut and return gives a clean, whole download", async () => {
  const { host, cache } = makeBench(big);
  host.cutAt = 2_500_000;
  host.before = (earlier) => (host.etag = `"deployed ${earlier}"`);
  expect(await cache.ensure(infoOf(big))).toMatchObject({ status: "downloaded" });
  expect(host.asked.map(({ range }) => range)).toEqual([null, "bytes=2500000-"]);
  expect(host.asked.map(({ sent }) => sent)).toEqual([2_500_000, big.length]);
});

test("segments of different files are never joined", async () => {
  const { store, host, cache } = makeBench(big);
  const part = `hub/${sha256(big)}.part`;
  await store.put(`${part}/0`, big.slice(0, mebibyte), host.etag);
  await store.put(`${part}/1`, makeZip(mebibyte, 7).slice(0, mebibyte), '"another"');
  expect(await cache.ensure(infoOf(big))).toMatchObject({ status: "resumed" });
  expect(host.asked[0]?.range).toBe(`bytes=${mebibyte}-`);
});

test("a weak tag, or another origin, is not gone on with", async () => {
  for (const [etag, address] of [
    ['W/"weak"', url],
    [undefined, url],
    ['"strong"', "https://elsewhere.example/hub.zip"],
  ] as const) {
    const { host, cache } = makeBench(big);
    host.etag = etag;
    host.cutAt = 2_500_000;
    expect(await cache.ensure(infoOf(big, { url: address }))).toMatchObject({ status: "downloaded" });
    expect(host.asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      [null, null],
      [null, null],
    ]);
  }
});

test("segments from here are no beginning for another origin", async () => {
  const { store, host, cache } = makeBench(big);
  await store.put(`hub/${sha256(big)}.part/0`, big.slice(0, mebibyte), host.etag);
  const elsewhere = infoOf(big, { url: "https://elsewhere.example/hub.zip" });
  expect(await cache.ensure(elsewhere)).toMatchObject({ status: "downloaded", bytes: big.length });
  expect(host.asked[0]?.range).toBeNull();
});

test("a range that does not fit makes it begin again", async () => {
  for (const answer of [
    new Response("x", { status: 206, headers: { "content-range": `bytes 5-9/${big.length}` } }),
    new Response(null, { status: 416 }),
  ]) {
    const { host, cache } = makeBench(big);
    host.cutAt = 2_500_000;
    host.before = (earlier) => earlier === 1 && host.answers.push(answer);
    const bytes = 2_500_000 + big.length;
    expect(await cache.ensure(infoOf(big))).toMatchObject({ status: "downloaded", bytes });
    expect(host.asked.map(({ range }) => range)).toEqual([null, "bytes=2500000-", null]);
  }
});

test("a silent line is given up and gone on with", async () => {
  const { host, time, cache } = makeBench(big);
  host.stallAt = 2_500_000;
  let loaded = 0;
  const ready = cache.ensure(infoOf(big), { onProgress: (now) => (loaded = now) });
  await expect.poll(() => loaded).toBe(2_500_000);
  time.loseSilentLines();
  expect(await ready).toMatchObject({ status: "resumed", bytes: big.length });
  expect(host.asked.map(({ range }) => range)).toEqual([null, "bytes=2500000-"]);
});
