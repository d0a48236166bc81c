import { runSmoke } from "./smoke-run.ts";

const recoveredMs = 20_000;

/** A world is killed under its player: it is started again, and the player is back in it by itself. */
await runSmoke(
  { name: "crash-recovery", marker: "WORLD_CRASH_RECOVERY_SMOKE_PASS", timeoutS: 60 },
  async (smoke) => {
    const master = await smoke.master();
    const player = smoke.player(master.url);
    const played = player.play("world_crash_recovery_test");
    await player.headless.inWorld("left_world");
    const pid = master.worldPid("left_world");
    smoke.check(pid > 0, "left_world has no process");
    const from = master.lines.length;
    const killedAt = performance.now();
    process.kill(pid, "SIGKILL");
    await master.until(/MASTER_WORLD_STARTED key=left_world/, recoveredMs, from);
    await played;
    const ms = performance.now() - killedAt;
    smoke.check(ms <= recoveredMs, `recovery took ${Math.round(ms)} ms`);
    return `world=left_world msec=${Math.round(ms)}`;
  },
);
