import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { testCertificate } from "#adapters/http/testing.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { buildWorldServer } from "#tools/build/world-server.ts";
import { hall } from "./testing.ts";
import {
  buildFolder,
  expectPlayer,
  orderFor,
  RawPlayer,
  StubMaster,
  WorldProcess,
  writeWorld,
} from "./testing-world.ts";

const outDir = buildFolder();
const atPortal = { x: 470, y: 80 };
let master: StubMaster;
let world: WorldProcess;
let url: string;
const players: RawPlayer[] = [];

beforeAll(async () => {
  await buildWorldServer({ outDir });
  writeWorld(outDir, hall);
});

beforeEach(async () => {
  master = await new StubMaster().listen();
});

afterEach(async () => {
  for (const player of players.splice(0)) player[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
  await master[Symbol.asyncDispose]();
});

afterAll(() => rmSync(outDir, { recursive: true, force: true }));

async function start(limits: LaunchOrder["limits"] = {}, order: Partial<LaunchOrder> = {}): Promise<void> {
  world = new WorldProcess(outDir);
  world.order(orderFor(master, { limits, ...order }));
  const { endpoint } = await master.next("register");
  url = "port" in endpoint ? `ws://127.0.0.1:${endpoint.port}/` : `ws+unix:${endpoint.socket}:/`;
  await master.next("heartbeat");
}

async function play(name: string, at = atPortal, ca?: string): Promise<RawPlayer> {
  const ticket = await expectPlayer(master, name, { at: { world: "hub", ...at, facing: 0 } });
  const player = new RawPlayer(url, ca === undefined ? {} : { ca });
  players.push(player);
  await player.open();
  player.say({ type: "enter", id: 1, protocol: 1, ticket });
  await player.next("entered");
  master.tell({ type: "activate", admission: `a-${name}` });
  await player.snapshots.until(() => true);
  return player;
}

describe("a portal", () => {
  test("in reach asks the master, and holds the player until it answers", async () => {
    await start();
    const ada = await play("Ada");
    ada.say({ type: "portal.use", id: 5, portal: "EastPortal" });
    const asked = await master.next("portal");
    expect(asked).toMatchObject({
      admission: "a-Ada",
      portal: "EastPortal",
      target: "left_world",
      spawn: "HubPortal",
    });
    expect(await ada.next("portal.asked")).toEqual({ type: "portal.asked", re: 5, portal: "EastPortal" });
    const { roster } = await master.next("heartbeat");
    expect(roster.inside).toMatchObject([{ admission: "a-Ada", active: true, hold: asked.request }]);
    ada.say({ type: "portal.use", id: 6, portal: "EastPortal" });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 6, reason: "already_travelling" });
    master.tell({ type: "unhold", admission: "a-Ada", request: asked.request, reason: "world_unavailable" });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 5, reason: "world_unavailable" });
    ada.say({ type: "portal.use", id: 7, portal: "EastPortal" });
    expect((await master.next("portal")).request).not.toBe(asked.request);
  });

  test.each([
    ["too far away", { x: 80, y: 80 }, "EastPortal", "not_at_portal"],
    ["that does not exist", atPortal, "constructor", "invalid_portal"],
  ])("%s is refused", async (_, at, portal, reason) => {
    await start();
    const ada = await play("Ada", at);
    ada.say({ type: "portal.use", id: 5, portal });
    expect(await ada.next("portal.denied")).toEqual({ type: "portal.denied", re: 5, portal, reason });
    expect(master.heard.all.map(({ type }) => type)).not.toContain("portal");
  });

  test("is refused to who is not active yet", async () => {
    await start();
    const ticket = await expectPlayer(master, "Ada", { at: { world: "hub", ...atPortal, facing: 0 } });
    const ada = await new RawPlayer(url).open();
    players.push(ada);
    ada.say({ type: "enter", id: 1, protocol: 1, ticket });
    ada.say({ type: "portal.use", id: 2, portal: "EastPortal" });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 2, reason: "not_joined" });
  });

  test("is refused while the master is away", async () => {
    await start();
    const ada = await play("Ada");
    await master.leave();
    await world.log.until(({ event }) => event === "master.lost");
    ada.say({ type: "portal.use", id: 5, portal: "EastPortal" });
    expect(await ada.next("portal.denied")).toMatchObject({ re: 5, reason: "master_unreachable" });
  });
});

test("`depart` takes the avatar at once, tells both sides, and closes the socket later", async () => {
  await start({ sourceCloseMs: 150 });
  const ada = await play("Ada");
  const bob = await play("Bob");
  master.tell({ type: "depart", admission: "a-Ada" });
  expect(await master.next("departed")).toMatchObject({
    admission: "a-Ada",
    place: { world: "hub", ...atPortal },
  });
  expect(await ada.next("departed")).toEqual({ type: "departed" });
  expect(ada.socket.readyState).toBe(ada.socket.OPEN);
  await bob.snapshots.until(({ others }) => others.every(({ id }) => id !== 2));
  ada.say({ type: "portal.use", id: 9, portal: "EastPortal" });
  expect(await ada.next("portal.denied")).toMatchObject({ re: 9, reason: "not_joined" });
  expect(await ada.closed).toBe(closeCodes.departed.code);
  const { roster } = await master.next("heartbeat");
  expect(roster.inside.map(({ admission }) => admission)).toEqual(["a-Bob"]);
});

test("`kick` sends a player away with a last save", async () => {
  await start();
  const ada = await play("Ada");
  master.tell({ type: "kick", admission: "a-Ada", reason: "removed" });
  expect(await ada.closed).toBe(closeCodes.removed.code);
  expect(await master.next("left")).toMatchObject({ admission: "a-Ada", place: atPortal });
});

describe("stopping", () => {
  test("is refused while somebody is inside, and shuts the door when nobody is", async () => {
    await start();
    await play("Ada");
    master.tell({ type: "stop.prepare" });
    await master.next("stop.busy");
    master.tell({ type: "depart", admission: "a-Ada" });
    master.tell({ type: "stop.prepare" });
    await master.next("stop.ready");
    const at = { world: "hub", ...atPortal, facing: 0 };
    const who = { admission: "a-Bob", session: "s-Bob", name: "Bob", guest: false };
    master.tell({ type: "expect", ...who, ticketHash: "f".repeat(64), at, expiresMs: 1000 });
    expect(await master.next("refused")).toMatchObject({ reason: "world_unavailable" });
    master.tell({ type: "stop", reason: "idle" });
    expect((await world.marker("WORLD_STOPPING")).msg).toBe("WORLD_STOPPING key=hub reason=idle");
    expect(await world.exited).toBe(0);
  });

  test.each(["stop", "SIGTERM"] as const)("by %s saves everybody and sends them away", async (by) => {
    await start();
    const ada = await play("Ada");
    if (by === "stop") master.tell({ type: "stop", reason: "shutdown" });
    else world.child.kill(by);
    expect(await master.next("left")).toMatchObject({ admission: "a-Ada", place: atPortal });
    expect(await ada.closed).toBe(closeCodes.shuttingDown.code);
    expect(await world.exited).toBe(0);
  });
});

describe("a master that is lost", () => {
  test("is looked for while everybody plays on, and learns what it missed", async () => {
    await start({ worldDetachMs: 20, saveMs: 100 });
    const ada = await play("Ada");
    const bob = await play("Bob");
    await master.next("saves");
    // The next registration waits for its answer while Bob goes.
    master.answer = undefined;
    master.cut();
    await master.next("register");
    const seen = ada.snapshots.all.length;
    await ada.snapshots.until(({ others }) => others.some(({ id }) => id === 3));
    bob.socket.terminate();
    await ada.snapshots.until(({ others }) => others.every(({ id }) => id !== 3));
    await ada.snapshots.until(() => ada.snapshots.all.length > seen + 3);
    master.tell({ type: "registered", heartbeatMs: 50, epoch: 1 });
    const { saves } = await master.next("saves");
    expect(saves.map(({ admission }) => admission)).toEqual(["a-Ada"]);
    expect(await master.next("left")).toMatchObject({ admission: "a-Bob", place: atPortal });
    const { roster } = await master.next("heartbeat");
    expect(roster.inside.map(({ admission }) => admission)).toEqual(["a-Ada"]);
  });

  test("for too long ends the world", async () => {
    await start({ masterLossMs: 300 });
    const ada = await play("Ada");
    await master.leave();
    expect((await world.marker("WORLD_STOPPING")).msg).toBe("WORLD_STOPPING key=hub reason=master_lost");
    expect(await ada.closed).toBe(closeCodes.shuttingDown.code);
    expect(await world.exited).toBe(20);
  });
});

test("a world with a certificate speaks TLS", async () => {
  const tls = testCertificate();
  await start({}, { tls });
  url = url.replace("ws:", "wss:");
  const ada = await play("Ada", atPortal, tls.cert);
  await ada.snapshots.until(() => true);
  const plain = new RawPlayer(url.replace("wss:", "ws:"));
  expect(await plain.closed).toBe(1006);
});

test("a world may listen on a Unix socket, and takes it away with it", async () => {
  const socket = join(master.folder, "l1.sock");
  await start({}, { listen: { socket } });
  await play("Ada");
  master.tell({ type: "stop", reason: "idle" });
  await world.exited;
  expect(existsSync(socket)).toBe(false);
});
