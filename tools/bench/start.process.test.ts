import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWorldServer } from "#tools/build/world-server.ts";
import { buildFolder, writeWorld } from "#world-server/testing-world.ts";
import { hall } from "#world-server/testing.ts";
import { startPeer, startWorld } from "./start-process.ts";
import type { Starter } from "./start-process.ts";

const outDir = buildFolder();
const folder = join(outDir, "server");

beforeAll(async () => {
  await buildWorldServer({ outDir });
  writeWorld(outDir, hall);
});
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

test("a world is started cold and from a spare, and Node alone takes less memory than either", async () => {
  const node = await startPeer("node");
  const [cold, spare] = [await startWorld(false, folder), await startWorld(true, folder)];
  for (const { startMs, idle } of [node, cold, spare]) {
    expect(startMs).toBeGreaterThan(0);
    expect(idle.rssMb).toBeGreaterThan(idle.privateMb);
  }
  expect(cold.idle.privateMb).toBeGreaterThan(node.idle.privateMb);
  expect(spare.idle.privateMb).toBeGreaterThan(node.idle.privateMb);
});

test("a server that ends instead of listening is no start", async () => {
  await expect(startPeer("no-such-peer" as Starter)).rejects.toThrow("it ended with 1");
});
