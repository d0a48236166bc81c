import { writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { settingsOf } from "#shared/world-settings.ts";
import { buildFolder, writeWorld } from "./testing-world.ts";
import { hall } from "./testing.ts";
import { loadWorld, UnknownWorld } from "./world-files.ts";

const folder = buildFolder();
const worlds = pathToFileURL(`${join(folder, "server", "worlds")}/`);
afterAll(() => rmSync(folder, { recursive: true }));
writeWorld(folder, hall);

const loadWith = (manifest: object): ReturnType<typeof loadWorld> => {
  writeFileSync(join(folder, "server", "worlds", "hub", "world.json"), JSON.stringify(manifest));
  return loadWorld(worlds, "hub");
};

test("a world runs as its manifest says", () => {
  const given = {
    capacity: 4096,
    tickRate: 30,
    interest: { radius: 400, rings: true },
    bytesPerSecond: 9000,
  };
  expect(loadWith(given)).toMatchObject({ key: "hub", ...settingsOf(given) });
  expect(loadWith({})).toMatchObject(settingsOf({}));
});

test("a manifest that cannot be followed is refused", () => {
  for (const given of [
    { capacity: 0 },
    { tickRate: 25 },
    { sendRate: 3 },
    { interest: { most: 0.5 } },
    { interest: { rings: [{ beyond: 100, every: 1 }] } },
    { bytesPerSecond: "much" },
    [],
  ])
    expect(() => loadWith(given)).toThrow("world.json does not say how the world runs");
  expect(() => loadWorld(worlds, "nowhere")).toThrow(UnknownWorld);
});
