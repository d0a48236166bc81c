import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestMasters } from "./testing-masters.ts";
import { TestPlayer } from "./testing-player.ts";
import { childrenOf, groupOf, isRunning, type TestMaster } from "./testing.ts";

const masters = new TestMasters();

describe("world processes", () => {
  test("none runs before somebody redeems a lease, and no spare before somebody is welcomed", async () => {
    const master = await masters.start({ PORTCADE_WARM_SPARES: "1" });
    const refused = await TestPlayer.dial(master.url);
    refused.hello({ version: "9.9" });
    await refused.control.closed;
    expect(childrenOf(master)).toEqual([]);
    const player = await master.player();
    const { lease } = await player.control.until("lease");
    expect(childrenOf(master)).toHaveLength(1);
    expect(master.lines.some(({ event }) => event === "host.launched")).toBe(false);
    const [spare] = childrenOf(master);
    await player.redeem(lease as string);
    expect(master.pidOf("hub")).toBe(spare);
    player.cut();
  });

  test.each([
    ["1", 1],
    ["0", 0],
  ])("with %s warm spare a world is started from it or not", async (spares, spare) => {
    const master = await masters.start({ PORTCADE_WARM_SPARES: spares });
    const player = await master.player();
    await player.enter();
    expect(await master.until("host.launched")).toMatchObject({ world: "hub", spare });
    player.cut();
  });

  test("an empty world is stopped after its idle time, and started again for the next player", async () => {
    const master = await masters.start({
      PORTCADE_WORLD_IDLE_SECONDS: "0.3",
      PORTCADE_LIMIT_WORLD_DETACH_MS: "100",
    });
    const player = await master.player();
    await player.enter();
    const pid = master.pidOf("hub");
    player.cut();
    await master.untilMarker("MASTER_WORLD_STOPPED key=hub");
    expect(await master.until("host.exited")).toMatchObject({ code: 0 });
    expect(isRunning(pid)).toBe(false);
    const next = await master.player();
    await next.enter();
    expect(master.pidOf("hub")).not.toBe(pid);
    next.cut();
  });

  test("a world with a player in it is not stopped", async () => {
    const master = await masters.start({ PORTCADE_WORLD_IDLE_SECONDS: "0.1" });
    const player = await master.player();
    await player.enter();
    await player.walk(400, 200, 5);
    await player.travel("TopPortal");
    await master.untilMarker("MASTER_WORLD_STOPPED key=hub");
    expect(isRunning(master.pidOf("top_world"))).toBe(true);
    expect(player.world?.socket.readyState).toBe(1);
    player.cut();
  });

  test("a crashed world is started again, and its players are back where they stood", async () => {
    const master = await masters.start({ PORTCADE_LIMIT_SAVE_MS: "200" });
    const player = await master.player();
    await player.enter();
    await player.walk(300, 300, 5);
    const { x, y } = player.replica.self;
    await master.untilSaved(player);
    const pid = master.pidOf("hub");
    process.kill(pid, "SIGKILL");
    expect(await player.control.until("world.lost")).toMatchObject({ world: "hub", reason: "crashed" });
    const arrived = await player.enter();
    expect(arrived).toMatchObject({ world: "hub" });
    expect(Math.hypot((arrived["x"] as number) - x, (arrived["y"] as number) - y)).toBeLessThan(2);
    expect(master.pidOf("hub")).not.toBe(pid);
    player.cut();
  });

  test("a world that hangs is ended, and its players are taken to a new one", async () => {
    const master = await masters.start({
      PORTCADE_LIMIT_SUSPECT_MS: "600",
      PORTCADE_LIMIT_DEAD_MS: "1200",
      PORTCADE_LIMIT_HEARTBEAT_MS: "200",
    });
    const player = await master.player();
    await player.enter();
    const pid = master.pidOf("hub");
    process.kill(pid, "SIGSTOP");
    await master.untilMarker("MASTER_WORLD_EXPIRED key=hub");
    await master.untilMarker("MASTER_WORLD_STOPPED key=hub");
    expect(isRunning(pid)).toBe(false);
    await player.enter();
    expect(master.pidOf("hub")).not.toBe(pid);
    player.cut();
  });

  test("behind a proxy they listen on socket files, under the names their addresses have", async () => {
    const master = await masters.start({
      PORTCADE_WORLD_LISTEN: "unix",
      PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: "wss://play.example.org/{world_key}",
    });
    const player = await master.player();
    const { lease } = await player.control.until("lease");
    player.ask({ type: "lease.redeem", lease });
    const ticket = await player.control.until("ticket");
    expect(ticket["url"]).toBe("wss://play.example.org/hub");
    // What the proxy does with that address.
    const peer = await player.knock(
      `ws+unix:${master.dataDir}/worlds/hub.sock:/`,
      ticket["ticket"] as string,
    );
    await peer.until("entered");
    expect(await player.control.until("arrived")).toMatchObject({ world: "hub" });
    peer.cut();
    player.cut();
    expect(await master.stop()).toBe(0);
    expect(readdirSync(join(master.dataDir, "worlds"))).toEqual([]);
  });

  test("portals lead there and back, and the chat goes on through them", async () => {
    const master = await masters.start();
    const player = await master.player();
    await player.enter();
    await player.walk(400, 200, 5);
    // Who arrives stands in a portal, so only the first one needs a walk.
    for (const [portal, world] of [
      ["TopPortal", "top_world"],
      ["HubPortal", "hub"],
      ["TopPortal", "top_world"],
    ] as const) {
      expect(await player.travel(portal)).toMatchObject({ world });
      expect(await player.answer({ type: "chat.send", text: world })).toMatchObject({ type: "ok" });
    }
    player.cut();
  });
});

describe("when the master ends", () => {
  const settings = { PORTCADE_MASTER_LOSS_SECONDS: "1" };
  async function withPlayer(master: TestMaster) {
    const player = await master.player();
    await player.enter();
    return { player, pid: master.pidOf("hub") };
  }

  test.each(["SIGINT", "SIGTERM"] as const)(
    "by %s players are told, worlds stop, and no process is left",
    async (signal) => {
      const master = await masters.start(settings);
      const { player, pid } = await withPlayer(master);
      // Ctrl-C in a terminal reaches the master's group; worlds are stopped by the master, after their saves.
      expect(groupOf(pid)).toBe(pid);
      const code = master.stop(signal);
      expect(await player.control.until("notice")).toMatchObject({ notice: "shutting_down" });
      expect(await code).toBe(0);
      expect(isRunning(pid)).toBe(false);
      expect(childrenOf(master)).toEqual([]);
      expect(readdirSync(join(master.dataDir, "launches"))).toEqual([]);
      expect(await player.control.closed).toMatchObject({ reason: "shuttingDown" });
    },
  );

  test("a second Ctrl-C does not wait for a world that hangs", async () => {
    const master = await masters.start({ ...settings, PORTCADE_LIMIT_STOP_MS: "60000" });
    const { player, pid } = await withPlayer(master);
    process.kill(pid, "SIGSTOP");
    const code = master.stop();
    await master.until("master.stopping");
    await player.control.closed;
    // Pressed until it is no echo of the first.
    const pressing = setInterval(() => master.process.kill("SIGINT"), 50);
    expect(await code).toBe(130);
    clearInterval(pressing);
    await master.gone;
  });

  test("by SIGKILL its worlds end by themselves, and so does the spare", async () => {
    const master = await masters.start(settings);
    const { pid } = await withPlayer(master);
    await master.until(({ event }) => event === "launch.running");
    const family = childrenOf(master);
    expect(family).toContain(pid);
    master.process.kill("SIGKILL");
    await master.exited;
    await master.gone;
  });

  test("with --keep-worlds they live on, and the next master takes them over", async () => {
    const first = await masters.start({}, undefined, ["start", "--keep-worlds"]);
    const { player, pid } = await withPlayer(first);
    expect(await first.stop()).toBe(0);
    expect(isRunning(pid)).toBe(true);
    const second = await masters.start({}, first.dataDir);
    await second.until("host.adopted");
    await second.untilMarker("MASTER_WORLD_REGISTERED key=hub");
    expect(player.world?.socket.readyState).toBe(1);
    const next = await second.player();
    await next.enter();
    expect(second.lines.some(({ event }) => event === "host.launched")).toBe(false);
    expect(await second.stop()).toBe(0);
    await first.gone;
  });

  test("and is killed, the next one finds its worlds, and ends one that hangs", async () => {
    const first = await masters.start();
    const { pid } = await withPlayer(first);
    first.process.kill("SIGKILL");
    await first.exited;
    process.kill(pid, "SIGSTOP");
    const second = await masters.start(
      { PORTCADE_LIMIT_SUSPECT_MS: "500", PORTCADE_LIMIT_DEAD_MS: "1000" },
      first.dataDir,
    );
    await second.until("host.adopted");
    await second.until("host.exited");
    await first.gone;
  });
});
