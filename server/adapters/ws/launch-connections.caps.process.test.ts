import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LaunchBench, register } from "./testing-launch.ts";

let bench: LaunchBench;
beforeEach(async () => void (bench = await new LaunchBench({ launchConnections: 2, helloMs: 100 }).listen()));
afterEach(() => bench[Symbol.asyncDispose]());

test("so many connections for worlds; one more is not taken, and those that are there go on", async () => {
  const { peer: world } = await bench.registeredPeer();
  const other = await bench.open();
  expect((await bench.open()).socket.readyState).toBe(WebSocket.CLOSED);
  world.say({ type: "stop.busy" });
  await bench.untilTold("stop.busy");
  other.cut();
  await bench.untilReported("link.closed");
  const next = await bench.open();
  next.say({ ...register, launch: "l2" });
  expect((await bench.untilTold("register")).to).toBe("launch:l2");
});

test("a connection on which nothing is said ends by itself", async () => {
  const socket = connect(bench.path).resume();
  await once(socket, "close");
});
