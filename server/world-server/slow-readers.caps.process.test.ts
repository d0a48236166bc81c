import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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

/** Things that have a new name at every tick, so that every snapshot is long. */
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
const settings = {
  schema: 1,
  name: "Swarm",
  tickRate: 60,
  sendRate: 60,
  bytesPerSecond: 1e6,
  interest: { most: 600 },
};
const outDir = buildFolder();

beforeAll(async () => {
  await buildWorldServer({ outDir });
  writeWorld(outDir, { ...hall, key: "swarm" }, swarm);
  writeFileSync(join(outDir, "server", "worlds", "swarm", "world.json"), JSON.stringify(settings));
});

afterAll(() => rmSync(outDir, { recursive: true, force: true }));

async function play(master: StubMaster, url: string, name: string): Promise<RawPlayer> {
  const ticket = await expectPlayer(master, name);
  const player = new RawPlayer(url);
  await player.open();
  player.say({ type: "enter", id: 1, protocol: 1, ticket });
  await player.next("entered");
  master.tell({ type: "activate", admission: `a-${name}` });
  await player.snapshots.until(() => true);
  return player;
}

test("who does not read loses snapshots first, then the socket; the others get every one that is sent", async () => {
  await using master = await new StubMaster().listen();
  await using world = new WorldProcess(outDir);
  const limits = {
    snapshotBufferedBytes: 16 * 1024,
    dropBufferedBytes: 64 * 1024,
    worldDetachMs: 50,
    // What it asks for is to fill the line, not to be one frame too many.
    worldFramesPerSecond: 100_000,
    worldFrameBurst: 100_000,
    worldBytesPerSecond: 10_000_000,
  };
  world.order(
    orderFor(master, { world: "swarm", limits, listen: { socket: join(master.folder, "l1.sock") } }),
  );
  const { endpoint } = await master.next("register");
  const url = `ws+unix:${"socket" in endpoint ? endpoint.socket : ""}:/`;
  using slow = await play(master, url, "Slow");
  using swift = await play(master, url, "Swift");
  using other = await play(master, url, "Other");
  const { tick: from } = await other.snapshots.until(() => true);
  slow.wire?.pause();

  // Far more than the system holds for a socket, and than may wait in the process.
  let bytes = 0;
  swift.socket.on("message", (data) => (bytes += (data as Buffer).length));
  await swift.snapshots.until(() => bytes > 1_000_000);
  expect(master.heard.all.some(({ type }) => type === "left")).toBe(false);
  expect(slow.socket.readyState).toBe(slow.socket.OPEN);

  // Answers are not skipped: they wait too, up to the bound.
  for (let id = 1; id <= 4000; id++) slow.say({ type: "ping", id });
  expect(await master.next("left")).toMatchObject({ admission: "a-Slow" });
  const { tick: to } = await swift.snapshots.until(() => true);
  await other.snapshots.until(({ tick }) => tick >= to);

  const ticks = (player: RawPlayer): number[] =>
    player.snapshots.all.map(({ tick }) => tick).filter((tick) => tick > from && tick < to);
  expect(ticks(swift).length).toBeGreaterThan(60);
  expect(ticks(swift)).toEqual(ticks(other));
  expect(swift.socket.readyState).toBe(swift.socket.OPEN);
  expect(other.socket.readyState).toBe(other.socket.OPEN);
});
