import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { isRunning, type TestMaster } from "./testing.ts";
import { TestMasters } from "./testing-masters.ts";
import { TestPlayer } from "./testing-player.ts";

const masters = new TestMasters();
const others: ChildProcess[] = [];
afterEach(() => {
  for (const other of others.splice(0)) other.kill("SIGKILL");
});
const start = (dataDir?: string, settings: Record<string, string> = {}): Promise<TestMaster> =>
  masters.start(settings, dataDir, ["start", "--keep-worlds"]);

/** A master with a player in its hub, and the process of that world. */
async function playing(
  settings?: Record<string, string>,
): Promise<{ master: TestMaster; player: TestPlayer; pid: number }> {
  const master = await start(undefined, settings);
  const player = await master.player();
  await player.enter();
  return { master, player, pid: master.pidOf("hub") };
}
async function killed(master: TestMaster): Promise<void> {
  master.process.kill("SIGKILL");
  await master.exited;
}
/** Resumes after the world that died is known to be gone, and asks for it as a client does. */
async function backFromNowhere(master: TestMaster, player: TestPlayer): Promise<TestPlayer> {
  await master.untilMarker("MASTER_WORLD_STOPPED key=hub");
  const again = await TestPlayer.connect(master.url, { resume: player.resume });
  expect(again.welcome).toMatchObject({ resumed: true });
  again.ask({ type: "world.rejoin", world: "hub" });
  return again;
}
const wordsOf = (master: TestMaster): string => {
  const folder = join(master.dataDir, "launches");
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".words")) as string);
};

describe("a master that is killed", () => {
  test("costs its players a pause in the chat: they play on, resume, travel, and nobody starts anew", async () => {
    const { master: first, player, pid } = await playing();
    let line = player;
    let master = first;
    for (const x of [330, 360]) {
      await killed(master);
      await player.walk(x, 290, 5);
      expect(player.world?.socket.readyState).toBe(1);
      master = await start(first.dataDir);
      await master.untilMarker("MASTER_WORLD_REGISTERED key=hub");
      line = await TestPlayer.connect(master.url, { resume: line.resume });
      expect(line.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
      expect(await line.answer({ type: "chat.send", text: "back" })).toMatchObject({ type: "ok" });
    }
    expect(isRunning(pid)).toBe(true);
    expect(master.lines.some(({ event }) => event === "host.launched")).toBe(false);
    line.world = player.world;
    await player.walk(400, 200, 5);
    player.world?.say({ type: "portal.use", id: 900, portal: "TopPortal" });
    expect(await line.enter()).toMatchObject({ world: "top_world" });
    line.cut();
  });

  test("ends no journey: a lease is good at the next one", async () => {
    const first = await start();
    const player = await first.player();
    const { lease } = await player.control.until("lease");
    await killed(first);
    const second = await start(first.dataDir);
    const again = await TestPlayer.connect(second.url, { resume: player.resume });
    expect(await again.control.until("lease")).toMatchObject({ lease });
    expect(await again.redeem(lease as string)).toMatchObject({ world: "hub" });
    again.cut();
  });

  test("is not needed at the door: who has a ticket enters, and is there when the next one hears of it", async () => {
    const first = await start();
    const player = await first.player();
    const { lease } = await player.control.until("lease");
    player.ask({ type: "lease.redeem", lease });
    const { url, ticket } = await player.control.until("ticket");
    await killed(first);
    const world = await player.knock(url as string, ticket as string);
    await world.until("entered");
    const second = await start(first.dataDir);
    const again = await TestPlayer.connect(second.url, { resume: player.resume });
    // Whichever comes first: the world with its roster, before the welcome, or the player.
    if (again.welcome["admission"] === undefined)
      expect(await again.control.until("arrived")).toMatchObject({ lease });
    else expect(again.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
    await world.untilBinary();
    world.cut();
    again.cut();
  });

  test("finds its launch by a file that its process holds open, written down or not, and can still end it", async () => {
    const { master: first, player, pid } = await playing();
    expect(readlinkSync(`/proc/${pid}/fd/4`)).toBe(wordsOf(first));
    expect(statSync(wordsOf(first)).mode & 0o777).toBe(0o600);
    await killed(first);
    for (const name of readdirSync(join(first.dataDir, "launches")))
      if (name.endsWith(".json")) writeFileSync(join(first.dataDir, "launches", name), "lost");
    process.kill(pid, "SIGSTOP");
    const second = await start(first.dataDir, {
      PORTCADE_LIMIT_SUSPECT_MS: "500",
      PORTCADE_LIMIT_DEAD_MS: "1000",
    });
    expect(await second.until("host.adopted")).toMatchObject({ pid });
    await second.until("host.exited");
    expect(isRunning(pid)).toBe(false);
    player.cut();
  });

  test("kills nobody who has the number of a world that is gone", async () => {
    const { master: first, player, pid } = await playing();
    await killed(first);
    process.kill(pid, "SIGKILL");
    const stranger = spawn("sleep", ["60"]);
    others.push(stranger);
    await once(stranger, "spawn");
    const record = wordsOf(first).replace(/\.words$/, ".json");
    writeFileSync(record, readFileSync(record, "utf8").replace(`"pid":${pid}`, `"pid":${stranger.pid}`));
    const second = await start(first.dataDir);
    await second.until("host.exited");
    expect(isRunning(stranger.pid as number)).toBe(true);
    player.cut();
  });

  test("whose world died with it brings nobody back elsewhere than they stood", async () => {
    const { master: first, player, pid } = await playing({ PORTCADE_LIMIT_SAVE_MS: "200" });
    await player.walk(330, 300, 5);
    await first.untilSaved(player);
    await killed(first);
    process.kill(pid, "SIGKILL");
    const second = await start(first.dataDir);
    const again = await backFromNowhere(second, player);
    expect(await again.enter()).toMatchObject({ world: "hub", x: player.replica.self.x });
    again.cut();
    player.cut();
  });
});

describe("last words", () => {
  test("of a world that died while it had no master reach the next one, and are then thrown away", async () => {
    const { master: first, player, pid } = await playing({ PORTCADE_LIMIT_SAVE_MS: "200" });
    const words = wordsOf(first);
    await killed(first);
    await player.walk(440, 320, 5);
    const { x, y } = player.replica.self;
    await written(words, `"x":${x},"y":${y}`);
    process.kill(pid, "SIGKILL");
    const second = await start(first.dataDir);
    const again = await backFromNowhere(second, player);
    expect(await again.enter()).toMatchObject({ world: "hub", x, y });
    expect(existsSync(words)).toBe(false);
    again.cut();
    player.cut();
  });

  test("that make no sense are told in the log, and the world starts anew", async () => {
    const { master: first, player, pid } = await playing();
    await killed(first);
    process.kill(pid, "SIGKILL");
    await first.gone;
    writeFileSync(wordsOf(first), '{"launch":"somebody else\'s"');
    const second = await start(first.dataDir);
    expect(await second.until("host.failed")).toMatchObject({ reason: "last words of no known form" });
    const again = await backFromNowhere(second, player);
    expect(await again.enter()).toMatchObject({ world: "hub" });
    again.cut();
    player.cut();
  });
});

describe("a planned restart", () => {
  test("tells players when to come back, loses nothing, and the worlds play on", async () => {
    const first = await start();
    // Two might draw the same millisecond.
    const players = [await first.player(), await first.player(), await first.player()];
    for (const player of players) await player.enter();
    const code = first.stop("SIGTERM");
    const backs = [];
    for (const { control } of players) backs.push((await control.until("notice"))["backMs"]);
    for (const { control } of players) expect((await control.closed).code).toBe(closeCodes.shuttingDown.code);
    expect(new Set(backs).size).toBeGreaterThan(1);
    for (const backMs of backs) expect(backMs).toBeGreaterThanOrEqual(500);
    expect(await code).toBe(0);
    expect(readdirSync(first.dataDir).filter((name) => /-wal$|^master\.(pid|sock)$/.test(name))).toEqual([]);
    await players[0]?.walk(330, 290, 5);
    const second = await start(first.dataDir);
    await second.untilMarker("MASTER_WORLD_REGISTERED key=hub");
    for (const player of players) {
      const again = await TestPlayer.connect(second.url, { resume: player.resume });
      expect(again.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
      expect(player.world?.socket.readyState).toBe(1);
      again.cut();
      player.cut();
    }
  });

  test("begins no journey, and waits for who is at a door", async () => {
    const master = await start(undefined, { PORTCADE_LIMIT_SETTLE_MS: "30000" });
    const [guest, stayer] = [await master.player(), await master.player()];
    await stayer.enter();
    await stayer.walk(400, 200, 5);
    const { lease } = await guest.control.until("lease");
    guest.ask({ type: "lease.redeem", lease });
    const ticket = await guest.control.until("ticket");
    const late = await TestPlayer.dial(master.url);
    const code = master.stop("SIGTERM");
    await master.until("master.stopping");
    const re = stayer.ask({ type: "login", name: "Ada" });
    expect(await stayer.control.until("denied")).toMatchObject({ re, reason: "shutting_down" });
    stayer.world?.say({ type: "portal.use", id: 900, portal: "TopPortal" });
    expect(await stayer.world?.until("portal.denied")).toMatchObject({ reason: "shutting_down" });
    expect(await stayer.answer({ type: "chat.send", text: "bye" })).toMatchObject({ type: "ok" });
    late.hello();
    expect(await late.control.until("rejected")).toMatchObject({ reason: "shutting_down" });
    expect(await guest.show(ticket)).toMatchObject({ world: "hub" });
    expect(await code).toBe(0);
    guest.cut();
    stayer.cut();
  });

  test("is cut short by a second signal, and leaves the worlds alone all the same", async () => {
    const { master, player, pid } = await playing();
    // One who answers no goodbye.
    player.control.socket.pause();
    const code = master.stop("SIGTERM");
    await master.until("master.stopping");
    const pressing = setInterval(() => master.process.kill("SIGTERM"), 50);
    expect(await code).toBe(130);
    clearInterval(pressing);
    expect(isRunning(pid)).toBe(true);
    expect(player.world?.socket.readyState).toBe(1);
    player.cut();
  });
});

/** Resolves once the file holds this text; looked at whenever the system tells of a change. */
async function written(file: string, text: string): Promise<void> {
  const changes = watch(file);
  try {
    while (!readFileSync(file, "utf8").includes(text)) await once(changes, "change");
  } finally {
    changes.close();
  }
}
