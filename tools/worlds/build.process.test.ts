import { execa } from "execa";
import { expect, test } from "vitest";
import { plantWorlds } from "./planted-worlds.ts";

test("the command says what is wrong, one line each, and fails", async () => {
  using worlds = plantWorlds();
  const run = () =>
    execa(process.execPath, ["tools/worlds/build.ts", "--worlds", worlds.worldsDir, "--out", worlds.outDir], {
      reject: false,
    });
  expect(await run()).toMatchObject({
    exitCode: 0,
    stdout: "WORLDS_BUILT worlds=4 changed=hub,left_world,right_world,top_world",
  });
  worlds.remove("hub/map.tmj");
  const { exitCode, stderr } = await run();
  expect(exitCode).toBe(1);
  expect(stderr.split("\n")[0]).toBe("worlds/hub/map.tmj: cannot be read");
});
