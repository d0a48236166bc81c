import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testCertificate } from "#adapters/http/testing.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { Stage } from "./testing-stage.ts";
import { expectPlayer, RawPlayer } from "./testing-world.ts";

const stage = new Stage();
const at = { x: 470, y: 80 };

describe("a portal", () => {
  test("in reach asks the master, and holds the player until it answers", async () => {
    await stage.start();
    const ada = await stage.play("Ada", { at });
    ada.say({ type: "portal.use", id: 5, portal: "EastPortal" });
    const asked = await stage.master.next("portal");
    expect(asked).toMatchObject({
      admission: "a-Ada",
      portal: "EastPortal",
      target: "left_world",
      spawn: "HubPortal",
    });
    expect(await ada.next("portal.asked")).toEqual({ type: "portal.asked", re: 5, portal: "EastPortal" });
    const { roster } = await stage.master.next("heartbeat");
    expect(roster.inside).toMatchObject([{ admission: "a-Ada", active: true, hold: asked.request }]);
    ada.say({ type: "portal.use", id: 6, portal: "EastPortal" });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 6, reason: "already_travelling" });
    stage.master.tell({
      type: "unhold",
      admission: "a-Ada",
      request: asked.request,
      reason: "world_unavailable",
    });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 5, reason: "world_unavailable" });
    ada.say({ type: "portal.use", id: 7, portal: "EastPortal" });
    expect((await stage.master.next("portal")).request).not.toBe(asked.request);
  });

  test.each([
    ["too far away", { x: 80, y: 80 }, "EastPortal", "not_at_portal"],
    ["that does not exist", at, "constructor", "invalid_portal"],
  ])("%s is refused", async (_, at, portal, reason) => {
    await stage.start();
    const ada = await stage.play("Ada", { at });
    ada.say({ type: "portal.use", id: 5, portal });
    expect(await ada.next("portal.denied")).toEqual({ type: "portal.denied", re: 5, portal, reason });
    expect(stage.master.heard.all.map(({ type }) => type)).not.toContain("portal");
  });

  test("is refused to who is not active yet", async () => {
    await stage.start();
    const ticket = await expectPlayer(stage.master, "Ada", { at: { world: "hub", ...at, facing: 0 } });
    const ada = await stage.show(ticket);
    ada.say({ type: "portal.use", id: 2, portal: "EastPortal" });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 2, reason: "not_joined" });
  });

  test("is refused while the master is away", async () => {
    await stage.start();
    const ada = await stage.play("Ada", { at });
    await stage.master.leave();
    await stage.world.log.until(({ event }) => event === "master.lost");
    ada.say({ type: "portal.use", id: 5, portal: "EastPortal" });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 5, reason: "master_unreachable" });
  });
});

test("`depart` takes the avatar at once and tells both sides; the socket stays open for a while", async () => {
  await stage.start();
  const ada = await stage.play("Ada", { at });
  const bob = await stage.play("Bob", { at });
  stage.master.tell({ type: "depart", admission: "a-Ada" });
  expect(await stage.master.next("departed")).toMatchObject({
    admission: "a-Ada",
    place: { world: "hub", ...at },
  });
  expect(await ada.next("departed")).toEqual({ type: "departed" });
  await bob.snapshots.until(({ others }) => others.every(({ id }) => id !== 2));
  ada.say({ type: "portal.use", id: 9, portal: "EastPortal" });
  expect(await ada.next("portal.denied")).toMatchObject({ re: 9, reason: "not_joined" });
  const { roster } = await stage.master.next("heartbeat");
  expect(roster.inside.map(({ admission }) => admission)).toEqual(["a-Bob"]);
});

test("who has departed and does not go is sent away", async () => {
  await stage.start({ limits: { sourceCloseMs: 50 } });
  const ada = await stage.play("Ada", { at });
  stage.master.tell({ type: "depart", admission: "a-Ada" });
  expect(await ada.closed).toBe(closeCodes.departed.code);
});

test("`kick` sends a player away with a last save", async () => {
  await stage.start();
  const ada = await stage.play("Ada", { at });
  stage.master.tell({ type: "kick", admission: "a-Ada", reason: "removed" });
  expect(await ada.closed).toBe(closeCodes.removed.code);
  expect(await stage.master.next("left")).toMatchObject({ admission: "a-Ada", place: at });
});

describe("stopping", () => {
  test("is refused while somebody is inside, and shuts the door when nobody is", async () => {
    await stage.start();
    await stage.play("Ada", { at });
    stage.master.tell({ type: "stop.prepare" });
    await stage.master.next("stop.busy");
    stage.master.tell({ type: "depart", admission: "a-Ada" });
    stage.master.tell({ type: "stop.prepare" });
    await stage.master.next("stop.ready");
    const place = { world: "hub", ...at, facing: 0 };
    const who = { admission: "a-Bob", session: "s-Bob", name: "Bob", guest: false };
    stage.master.tell({ type: "expect", ...who, ticketHash: "f".repeat(64), at: place, expiresMs: 1000 });
    expect(await stage.master.next("refused")).toMatchObject({ reason: "world_unavailable" });
    stage.master.tell({ type: "stop", reason: "idle" });
    expect((await stage.world.marker("WORLD_STOPPING")).msg).toBe("WORLD_STOPPING key=hub reason=idle");
    expect(await stage.world.exited).toBe(0);
  });

  test.each(["stop", "SIGTERM"] as const)("by %s saves everybody and sends them away", async (by) => {
    await stage.start();
    const ada = await stage.play("Ada", { at });
    if (by === "stop") stage.master.tell({ type: "stop", reason: "shutdown" });
    else stage.world.child.kill(by);
    expect(await stage.master.next("left")).toMatchObject({ admission: "a-Ada", place: at });
    expect(await ada.closed).toBe(closeCodes.shuttingDown.code);
    expect(await stage.world.exited).toBe(0);
  });
});

describe("a master that is lost", () => {
  test("is looked for while everybody plays on, and learns what it missed", async () => {
    await stage.start({ limits: { worldDetachMs: 20, saveMs: 100 } });
    const ada = await stage.play("Ada", { at });
    const bob = await stage.play("Bob", { at });
    await stage.master.next("saves");
    // The next registration waits for its answer while Bob goes.
    stage.master.answer = undefined;
    stage.master.cut();
    await stage.master.next("register");
    const seen = ada.snapshots.all.length;
    await ada.snapshots.until(({ others }) => others.some(({ id }) => id === 3));
    bob.socket.terminate();
    await ada.snapshots.until(({ others }) => others.every(({ id }) => id !== 3));
    await ada.snapshots.until(() => ada.snapshots.all.length > seen + 3);
    stage.master.tell({ type: "registered", heartbeatMs: 50, epoch: 1 });
    const { saves } = await stage.master.next("saves");
    expect(saves.map(({ admission }) => admission)).toEqual(["a-Ada"]);
    expect(await stage.master.next("left")).toMatchObject({ admission: "a-Bob", place: at });
    const { roster } = await stage.master.next("heartbeat");
    expect(roster.inside.map(({ admission }) => admission)).toEqual(["a-Ada"]);
  });

  test("for too long ends the world", async () => {
    await stage.start({ limits: { masterLossMs: 300 } });
    const ada = await stage.play("Ada", { at });
    await stage.master.leave();
    expect((await stage.world.marker("WORLD_STOPPING")).msg).toBe(
      "WORLD_STOPPING key=hub reason=master_lost",
    );
    expect(await ada.closed).toBe(closeCodes.shuttingDown.code);
    expect(await stage.world.exited).toBe(20);
  });
});

test("a world with a certificate speaks TLS", async () => {
  const tls = testCertificate();
  await stage.start({ tls });
  const ada = await stage.play("Ada", { at, ca: tls.cert });
  await ada.snapshots.until(() => true);
  const plain = new RawPlayer(stage.url.replace("wss:", "ws:"));
  expect(await plain.closed).toBe(1006);
});

test("a world may listen on a Unix socket, and takes it away with it", async () => {
  const socket = join(stage.master.folder, "l1.sock");
  await stage.start({ listen: { socket } });
  await stage.play("Ada", { at });
  stage.master.tell({ type: "stop", reason: "idle" });
  await stage.world.exited;
  expect(existsSync(socket)).toBe(false);
});
