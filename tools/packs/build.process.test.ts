import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { compileWorlds } from "#tools/worlds/build.ts";
import { plantWorlds } from "#tools/worlds/planted-worlds.ts";
import { exportPacks } from "./export-packs.ts";
import { readIndex } from "./publish.ts";

test.for(["America/Los_Angeles", "Asia/Tokyo"])(
  "the bytes are the same in another folder and in %s",
  async (zone) => {
    using here = plantWorlds();
    using there = plantWorlds();
    const home = await exportPacks({ ...here, worlds: compileWorlds(here.worldsDir) });
    await execa(
      process.execPath,
      ["tools/packs/build.ts", "--worlds", there.worldsDir, "--out", there.outDir],
      { env: { TZ: zone } },
    );
    const away = readIndex(join(there.outDir, "world_packs/index.json"));
    for (const { key, sha256 } of home) expect(away[key]?.sha256).toBe(sha256);
  },
);

test("the command prints a line for each pack, and a refusal without a trace", async () => {
  using worlds = plantWorlds();
  const run = () =>
    execa(process.execPath, ["tools/packs/build.ts", "--worlds", worlds.worldsDir, "--out", worlds.outDir], {
      reject: false,
    });
  const { stdout } = await run();
  expect(stdout.split("\n")).toHaveLength(4);
  expect(stdout).toMatch(
    /^WORLD_PACK_EXPORTED key=hub size=\d+ modified_time=\d+ sha256=[0-9a-f]{64} changed=true\n/,
  );
  worlds.write("hub/sprites/cat.png", "x");
  expect(await run()).toMatchObject({
    exitCode: 1,
    stderr: 'world "hub": sprites/cat.png: has no entry in LICENSES.json',
  });
});
