import { readdirSync, readlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Launcher } from "./testing-launcher.ts";
import { TestPlayer } from "./testing-player.ts";

describe("with sockets that somebody else holds", () => {
  let launcher: Launcher;
  beforeEach(async () => void (launcher = await Launcher.open()));
  afterEach(async () => {
    await launcher.end();
    for (const { event, pid } of launcher.lines)
      if (event === "host.launched") process.kill(pid as number, "SIGKILL");
  });

  /** 200, or 503 from a master that stops. */
  async function ready(): Promise<number> {
    const headers = { connection: "close" };
    return (await fetch(`http://127.0.0.1:${launcher.port}/readyz`, { headers })).status;
  }

  test("whoever comes while no master runs waits, and is served by the next one", async () => {
    for (let n = 0; n < 3; n++) {
      const early = [ready(), ready()];
      await launcher.start();
      expect(await Promise.all(early)).toEqual([200, 200]);
      await launcher.stop("SIGKILL");
    }
  });

  test("whoever comes while a master stops waits for the next one", async () => {
    const from = await launcher.start();
    const player = await TestPlayer.connect(launcher.url);
    // One who does not answer goodbyes: the stop takes its time.
    player.control.socket.pause();
    const stopped = launcher.stop("SIGTERM");
    await launcher.until("master.stopping", from);
    const early = ready();
    await stopped;
    await launcher.start();
    expect(await early).toBe(200);
  });

  test("a world waits at its own one in the same way, plays on, and holds neither of them", async () => {
    await launcher.start();
    const player = await TestPlayer.connect(launcher.url);
    await player.enter();
    const { pid } = await launcher.until("host.launched");
    const fds = `/proc/${pid as number}/fd`;
    const open = readdirSync(fds).map((fd) => readlinkSync(`${fds}/${fd}`));
    expect(open.filter((file) => launcher.sockets.includes(file))).toEqual([]);
    let line = player;
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await launcher.stop(signal);
      await player.walk(signal === "SIGKILL" ? 300 : 400, 300, 5);
      const from = await launcher.start();
      await launcher.until("launch.running", from);
      line = await line.again();
      expect(line.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
      expect(await line.answer({ type: "chat.send", text: signal })).toMatchObject({ type: "ok" });
    }
    expect(player.world?.socket.readyState).toBe(1);
    expect(launcher.lines.filter(({ event }) => event === "host.launched")).toHaveLength(1);
    player.cut();
    line.cut();
  });
});
