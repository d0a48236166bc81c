import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { encodeCommands } from "#shared/protocol/commands.ts";
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

/** A swarm whose members have a new name at every tick, so that every snapshot is long. */
const swarm = `
  const ids = [];
  export const rules = {
    onStart(world) {
      for (let i = 0; i < 300; i++)
        ids.push(world.spawn({ kind: "thing", name: "", sprite: "gnat", x: 300, y: 150 }));
    },
    onTick(world) {
      for (const id of ids) world.look(id, { name: (id + "-" + world.tick).padEnd(32, "~") });
    },
  };`;
const outDir = buildFolder();
let master: StubMaster;
let world: WorldProcess;
let url: string;
const players: RawPlayer[] = [];

beforeAll(async () => {
  await buildWorldServer({ outDir });
  writeWorld(outDir, hall);
  writeWorld(outDir, { ...hall, key: "swarm" }, swarm);
  writeFileSync(
    join(outDir, "server", "worlds", "swarm", "world.json"),
    JSON.stringify({
      schema: 1,
      name: "Swarm",
      tickRate: 60,
      sendRate: 60,
      bytesPerSecond: 1e6,
      interest: { most: 600 },
    }),
  );
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

async function start(order: Partial<LaunchOrder>): Promise<void> {
  world = new WorldProcess(outDir);
  world.order(orderFor(master, order));
  const { endpoint } = await master.next("register");
  url = "port" in endpoint ? `ws://127.0.0.1:${endpoint.port}/` : `ws+unix:${endpoint.socket}:/`;
  await master.next("heartbeat");
}

async function play(name: string, options: { autoPong?: boolean } = {}): Promise<RawPlayer> {
  const ticket = await expectPlayer(master, name);
  const player = new RawPlayer(url, options);
  players.push(player);
  await player.open();
  player.say({ type: "enter", id: 1, protocol: 1, ticket });
  await player.next("entered");
  master.tell({ type: "activate", admission: `a-${name}` });
  await player.snapshots.until(() => true);
  return player;
}

/** Another world plays on meanwhile: its heartbeats are the time that passes. */
async function otherWorldBeats(count: number): Promise<void> {
  await using otherMaster = await new StubMaster().listen();
  await using other = new WorldProcess(outDir);
  other.order(orderFor(otherMaster));
  for (let beats = 0; beats < count; beats++) await otherMaster.next("heartbeat");
}

describe("a world that stood still", () => {
  test("judges nobody before it has read what they sent, and catches up without a burst", async () => {
    await start({ limits: { pingMs: 250, pongMs: 250, saveMs: 100 } });
    const ada = await play("Ada", { autoPong: false });
    const right = { dx: 127, dy: 0, buttons: 0 };
    await new Promise((asked) => void ada.socket.once("ping", asked));
    world.child.kill("SIGSTOP");
    // Its ping is answered, and everything Ada does for longer than a client would wait is sent.
    ada.socket.pong();
    ada.say({ type: "ping", id: 7 });
    for (let first = 1; first <= 400; first++) ada.say(encodeCommands({ first, commands: [right] }));
    await otherWorldBeats(30);
    const before = { heard: master.heard.all.length, told: ada.snapshots.all.length };
    const tick = ada.snapshots.all.at(-1)?.tick ?? 0;
    world.child.kill("SIGCONT");
    await ada.next("pong");
    const { self } = await ada.snapshots.until((told) => told.tick > tick && told.ack > 0);
    // One second of commands waits at most, and credit for a quarter of one is saved up.
    expect(self.x).toBeLessThan(80 + 180 * 1.5);
    for (let more = 0; more < 5; more++) await ada.snapshots.until(() => true);
    const told = ada.snapshots.all.slice(before.told);
    const steps = told.map((one, at) => one.tick - (told[at - 1]?.tick ?? tick));
    expect(Math.max(...steps)).toBeGreaterThan(20);
    const said = master.heard.all.slice(before.heard).map(({ type }) => type);
    expect(said.filter((type) => type === "heartbeat").length).toBeLessThan(told.length + 5);
    expect(said.filter((type) => type === "saves").length).toBeLessThan(told.length);
    expect(ada.socket.readyState).toBe(ada.socket.OPEN);
  });
});

describe("a player who does not read", () => {
  test("is shown nothing meanwhile and the newest afterwards; nobody else waits", async () => {
    await start({ world: "swarm", listen: { socket: join(master.folder, "l1.sock") } });
    const slow = await play("Slow");
    const swift = await play("Swift");
    slow.wire?.pause();
    // Far more than the system holds for a socket, and what waits at most in the process (64 KiB).
    let bytes = 0;
    swift.socket.on("message", (data) => (bytes += (data as Buffer).length));
    await swift.snapshots.until(() => bytes > 1_000_000);
    const newest = swift.snapshots.all.at(-1)?.tick ?? 0;
    slow.wire?.resume();
    await slow.snapshots.until((told) => told.tick > newest);
    const missed = slow.snapshots.all.map(({ tick }, at, all) => tick - (all[at - 1]?.tick ?? tick));
    expect(Math.max(...missed)).toBeGreaterThan(20);
    expect(slow.socket.readyState).toBe(slow.socket.OPEN);
    expect(swift.socket.readyState).toBe(swift.socket.OPEN);
  });

  test("for too long loses the socket, and nobody else anything", async () => {
    await start({ limits: { pingMs: 250, pongMs: 250, worldDetachMs: 50 } });
    const slow = await play("Slow");
    const swift = await play("Swift");
    slow.wire?.pause();
    expect(await master.next("left")).toMatchObject({ admission: "a-Slow" });
    const { tick } = await swift.snapshots.until(() => true);
    await swift.snapshots.until(
      (told) => told.tick > tick && told.others.every(({ looks }) => looks.name !== "Slow"),
    );
    expect(swift.socket.readyState).toBe(swift.socket.OPEN);
  });
});
