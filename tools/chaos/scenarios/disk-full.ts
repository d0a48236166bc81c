import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, atRest } from "../laws.ts";
import type { Chaos, Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { pause, until } from "../wait.ts";

const diskBytes = 4 * 1024 * 1024;
const fullMs = 3000;

/** The data folder's disk is full: play and chat go on, worlds die and the master too, and once there is room all is well. */
export const diskFull: Scenario = {
  name: "disk-full",
  async run(chaos) {
    const { tally, luck, undo } = chaos;
    const dataDir = smallDisk(chaos);
    if (dataDir === undefined) return;
    const settings = { LIMIT_DETACH_GRACE_MS: 5000 };
    await using site = await Site.open({
      name: "disk-full",
      tally,
      luck,
      undo,
      players: 4,
      dataDir,
      settings,
    });
    const filler = join(dataDir, "filler");
    fill(dataDir, filler);
    await site.players.all({ do: "play" });
    await until(async () => (await site.readiness()) === 503, "the master says that it is not ready", 20_000);
    await pause(fullMs);
    if (site.players.numbers.some((bot) => site.players.statuses.get(bot)?.hasControl !== true))
      tally.lose("a full disk cost a player the master");
    const [world] = site.pidsOf();
    if (world !== undefined) site.killWorld(world);
    await pause(fullMs);
    rmSync(filler);
    await until(async () => (await site.readiness()) === 200, "the master is ready again", 20_000);
    await atRest(site);
    await afterAll(site);
  },
};

/** A disk of its own; `undefined` where nothing can be mounted. */
function smallDisk({ tally, undo }: Chaos): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "portcade-chaos-"));
  undo.add(() => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    tally.untried.push(`a full disk: ${String(error).split("\n").join(" ")}`);
    return undefined;
  }
  undo.add(() => execFileSync("umount", ["--lazy", folder]));
  return folder;
}

/** To the last block. */
function fill(folder: string, file: string): void {
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize));
  } catch {
    // Somebody was quicker; what fitted is written.
  }
}
