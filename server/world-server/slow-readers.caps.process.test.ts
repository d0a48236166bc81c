import { join } from "node:path";
import { expect, test } from "vitest";
import { Stage, writeSwarm } from "./testing-stage.ts";
import type { RawPlayer } from "./testing-world.ts";

const stage = new Stage(writeSwarm);

test("who does not read loses snapshots first, then the socket; the others get every one that is sent", async () => {
  const limits = {
    snapshotBufferedBytes: 16 * 1024,
    dropBufferedBytes: 64 * 1024,
    worldDetachMs: 50,
    // What it asks for is to fill the line, not to be one frame too many.
    worldFramesPerSecond: 100_000,
    worldFrameBurst: 100_000,
    worldBytesPerSecond: 10_000_000,
  };
  const { master } = stage;
  await stage.start({ world: "swarm", limits, listen: { socket: join(master.folder, "l1.sock") } });
  const slow = await stage.play("Slow");
  const swift = await stage.play("Swift");
  const other = await stage.play("Other");
  const { tick: from } = await other.snapshots.until(() => true);
  slow.wire?.pause();

  // Far more than the system holds for a socket, and than may wait in the process.
  let bytes = 0;
  swift.socket.on("message", (data) => (bytes += (data as Buffer).length));
  await swift.snapshots.until(() => bytes > 600_000);
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
