import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { folderStore } from "./folder-store.ts";
import { infoOf, makeBench, makeZip } from "./testing.ts";

const folder = await mkdtemp(join(tmpdir(), "portcade-packs-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

test("keeps bytes and tags in a folder, across lives", async () => {
  const place = join(folder, "plain");
  const bytes = new Uint8Array([1, 2, 3]);
  await folderStore(place).put("hub/x.part/0", bytes, '"tag"');
  await folderStore(place).put("hub/record.json", bytes);
  expect(await folderStore(place).get("hub/x.part/0")).toEqual({ bytes, tag: '"tag"' });
  expect(await folderStore(place).get("hub/record.json")).toEqual({ bytes, tag: undefined });
  expect((await folderStore(place).list()).toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
    { path: "hub/record.json", size: 3 },
    { path: "hub/x.part/0", size: 3 },
  ]);
  await folderStore(place).delete("hub/x.part/0");
  expect(await folderStore(place).get("hub/x.part/0")).toBeUndefined();
  expect(await readdir(join(place, "hub/x.part"))).toEqual([]);
});

test("is empty while there is no folder", async () => {
  const store = folderStore(join(folder, "nowhere"));
  expect(await store.list()).toEqual([]);
  expect(await store.get("hub/record.json")).toBeUndefined();
  await store.delete("hub/record.json");
});

test("serves a pack cache from one life to the next", async () => {
  const file = makeZip(100_000);
  const place = join(folder, "cache");
  const first = makeBench(file, { store: folderStore(place) });
  expect(await first.cache.ensure(infoOf(file))).toMatchObject({ status: "downloaded", isStored: true });
  const second = makeBench(file, { store: folderStore(place) });
  expect(await second.cache.ensure(infoOf(file))).toMatchObject({ status: "cache_hit" });
  expect(second.host.asked).toHaveLength(0);
});
