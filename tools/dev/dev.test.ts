import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { WorldEntry } from "#shared/manifest.ts";
import { compareWorlds, watchFolders } from "./changes.ts";
import { serveTiles } from "./tiles.ts";

const entry = (key: string, map: string): WorldEntry => ({
  key,
  name: key,
  capacity: 10,
  spawns: { default: { x: 1, y: 2, facing: 0 } },
  portals: {},
  mapSha256: map,
});
const worlds = { hub: entry("hub", "a"), left_world: entry("left_world", "b") };

test("nothing new asks for nothing, another map for its world alone, a new place for the master", () => {
  expect(compareWorlds(worlds, { ...worlds })).toEqual([]);
  expect(compareWorlds(worlds, { ...worlds, hub: entry("hub", "c") })).toEqual(["hub"]);
  expect(compareWorlds(worlds, { ...worlds, hub: { ...entry("hub", "c"), capacity: 11 } })).toBe("master");
  expect(compareWorlds(worlds, { ...worlds, top_world: entry("top_world", "d") })).toBe("master");
});

test("a burst of changes is told once, in paths that begin at the root", async () => {
  const root = mkdtempSync(join(tmpdir(), "portcade-dev-"));
  mkdirSync(join(root, "worlds", "hub"), { recursive: true });
  const told: (readonly string[])[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const watching = watchFolders(root, ["worlds"], (paths) => {
    told.push(paths);
    resolve();
  });
  for (const name of ["map.tmj", "world.json", ".map.tmj.swp"])
    writeFileSync(join(root, "worlds", "hub", name), "x");
  await promise;
  watching[Symbol.dispose]();
  rmSync(root, { recursive: true });
  expect(told.map((paths) => paths.toSorted())).toEqual([["worlds/hub/map.tmj", "worlds/hub/world.json"]]);
});

test("every client of the page has an origin of its own, behind which the same master answers", async () => {
  const master = createServer((request, response) => response.end(`master of ${request.url}`));
  await new Promise<void>((resolve) => master.listen(0, "127.0.0.1", resolve));
  const tiles = await serveTiles(3, (master.address() as AddressInfo).port);
  const page = await (await fetch(tiles.url)).text();
  const addresses = [...page.matchAll(/src="(http:[^"]+)"/g)].map(([, address]) => address ?? "");
  expect(new Set(addresses).size).toBe(3);
  for (const address of addresses) expect(await (await fetch(`${address}x`)).text()).toBe("master of /x");

  const reloads = (await fetch(`${tiles.url}reloads`)).body?.pipeThrough(new TextDecoderStream()).getReader();
  await reloads?.read();
  tiles.reload();
  expect((await reloads?.read())?.value).toBe("data: now\n\n");
  await reloads?.cancel();
  await tiles[Symbol.asyncDispose]();
  master.closeAllConnections();
  master.close();
});
