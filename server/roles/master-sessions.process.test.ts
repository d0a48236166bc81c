import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { isRunning, TestMaster } from "./testing.ts";
import { TestPlayer } from "./testing-player.ts";
import { appVersion } from "#shared/version.ts";

let master: TestMaster;
beforeAll(async () => {
  master = await TestMaster.start({ PORTCADE_LIMIT_SAVE_MS: "200" });
});
afterAll(() => master.end());

const newName = () => `Ada${randomBytes(4).toString("hex")}`;

async function loggedIn(name: string): Promise<TestPlayer> {
  const player = await master.player();
  await player.enter();
  expect(await player.answer({ type: "login", name })).toMatchObject({
    type: "identity",
    name,
    guest: false,
  });
  await player.enter();
  return player;
}

describe("log-in", () => {
  test("a guest becomes somebody and a guest again, under a new number", async () => {
    const name = newName();
    const player = await loggedIn(name);
    expect(await player.answer({ type: "login", name: newName() })).toMatchObject({
      reason: "already_logged_in",
    });
    const guest = await player.answer({ type: "logout" });
    expect(guest).toMatchObject({ type: "identity", guest: true });
    expect(guest["name"]).not.toBe(player.welcome["name"]);
    await player.enter();
    expect(player.world?.socket.readyState).toBe(1);
    player.cut();
  });

  test("takes over from the tab that had the name, which is told; the new one stands where the old one stood", async () => {
    const name = newName();
    const old = await loggedIn(name);
    await old.walk(330, 300, 5);
    const { x, y } = old.replica.self;
    await master.untilSaved(old);
    const fresh = await master.player();
    await fresh.enter();
    expect(await fresh.answer({ type: "login", name })).toMatchObject({ type: "identity", name });
    expect(await old.control.closed).toMatchObject({ code: closeCodes.continuedElsewhere.code });
    await old.world?.closed;
    const arrived = await fresh.enter();
    expect(Math.hypot((arrived["x"] as number) - x, (arrived["y"] as number) - y)).toBeLessThan(1);
    fresh.cut();
  });

  test("may take over only so often", async () => {
    const name = newName();
    const players = [await loggedIn(name)];
    for (let n = 0; n < 3; n++) players.push(await loggedIn(name));
    const last = await master.player();
    expect(await last.answer({ type: "login", name })).toMatchObject({ reason: "takeover_limit" });
    expect(players.at(-1)?.control.socket.readyState).toBe(1);
    for (const player of [...players, last]) player.cut();
  });
});

describe("a dropped control socket", () => {
  test("costs nothing: same session, same world, and every word said meanwhile", async () => {
    const player = await master.player();
    await player.enter();
    const other = await master.player();
    player.control.cut();
    expect(await other.answer({ type: "chat.send", text: "did you hear?" })).toMatchObject({ type: "ok" });
    const again = await player.again();
    expect(again.welcome).toMatchObject({
      resumed: true,
      complete: true,
      session: player.welcome["session"],
      name: player.welcome["name"],
      admission: { world: "hub" },
    });
    expect(await again.control.until("chat.line")).toMatchObject({ text: "did you hear?" });
    expect(player.world?.socket.readyState).toBe(1);
    player.cut();
    again.cut();
    other.cut();
  });

  test("in the middle of a journey does not end the journey", async () => {
    const player = await master.player();
    const { lease } = await player.control.until("lease");
    player.control.cut();
    const again = await player.again();
    expect(await again.control.until("lease")).toMatchObject({ lease });
    expect(await again.redeem(lease as string)).toMatchObject({ world: "hub" });
    again.cut();
  });
});

describe("a resume token", () => {
  test("shown while its session is connected takes it over, and the older tab is told", async () => {
    const player = await master.player();
    const again = await player.again();
    expect(again.welcome).toMatchObject({ resumed: true, session: player.welcome["session"] });
    expect(await player.control.closed).toMatchObject({ code: closeCodes.continuedElsewhere.code });
    again.cut();
  });

  test("that was replaced opens nothing, and takes nothing from who has the newer one", async () => {
    const player = await master.player();
    const old = player.resume;
    const from = master.lines.length;
    const again = await player.again();
    await master.until(
      ({ event, input }) => event?.startsWith("session.") === true && input === "welcomed",
      from,
    );
    const thief = await TestPlayer.connect(master.url, { resume: old });
    expect(thief.welcome).toMatchObject({ resumed: false });
    expect(thief.welcome["session"]).not.toBe(player.welcome["session"]);
    expect(again.control.socket.readyState).toBe(1);
    expect(await again.answer({ type: "chat.send", text: "still here" })).toMatchObject({ type: "ok" });
    again.cut();
    thief.cut();
  });

  test("of another version is good: the player plays on and is told of the update", async () => {
    const player = await master.player();
    player.control.cut();
    const again = await TestPlayer.connect(master.url, { resume: player.resume, version: "9.9" });
    expect(again.welcome).toMatchObject({ resumed: true });
    expect(await again.control.until("notice")).toMatchObject({
      notice: "update_available",
      version: appVersion,
    });
    again.cut();
  });
});

test("a master that is killed and started again keeps its sessions, worlds and players", async () => {
  const first = await TestMaster.start();
  const player = await first.player();
  await player.enter();
  const pid = first.pidOf("hub");
  first.process.kill("SIGKILL");
  await first.exited;
  await player.control.closed;
  const second = await TestMaster.start({}, first.dataDir);
  await second.untilMarker("MASTER_WORLD_REGISTERED key=hub");
  const again = await TestPlayer.connect(second.url, { resume: player.resume });
  expect(again.welcome).toMatchObject({ resumed: true, complete: false, admission: { world: "hub" } });
  expect(player.world?.socket.readyState).toBe(1);
  expect(isRunning(pid)).toBe(true);
  await second.stop();
  await first.end();
  await second.end();
});

test("who logs in again after the master was stopped and started stands where they stood", async () => {
  const name = newName();
  const first = await TestMaster.start();
  const player = await first.player();
  await player.enter();
  await player.answer({ type: "login", name });
  await player.enter();
  await player.walk(330, 310, 5);
  const { x, y } = player.replica.self;
  expect(await first.stop()).toBe(0);
  const second = await TestMaster.start({}, first.dataDir);
  const again = await second.player();
  await again.enter();
  await again.answer({ type: "login", name });
  const arrived = await again.enter();
  expect(arrived).toMatchObject({ world: "hub", x, y });
  await second.end();
  await first.end();
});
