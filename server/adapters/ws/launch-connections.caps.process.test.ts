import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { LaunchGateway } from "./launch-gateway.ts";
import { Peer } from "./testing.ts";

const token = "t".repeat(43);

let dir: string;
let url: string;
let ids = 0;
let gateway: LaunchGateway;
let heard: string[];
let hear = Promise.withResolvers<void>();
const peers: Peer[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "portcade-caps-"));
  const clock = new HandClock();
  heard = [];
  gateway = new LaunchGateway({
    limits: { ...limits, launchConnections: 2, helloMs: 100 },
    nature: {
      now: () => clock.now(),
      wakeAt: (at, wake) => clock.wakeAt(at, wake),
      newId: (prefix) => `${prefix}${++ids}`,
      newSecret: () => ({ token, hash: "" }),
    },
    tell: (from, to, body) => {
      heard.push(body.type);
      if (body.type === "register")
        gateway.receive({
          id: "m",
          from: to,
          to: from as "launch-link:x",
          body: { type: "registered", epoch: 1, heartbeatMs: 1000 },
        });
      hear.resolve();
      hear = Promise.withResolvers();
    },
    report: () => {},
    registered: () => {},
  });
  url = await gateway.listen(join(dir, "master.sock"));
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.cut();
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close();
  rmSync(dir, { recursive: true });
});

async function open(): Promise<Peer> {
  const peer = await Peer.open(url);
  peers.push(peer);
  return peer;
}

async function untilHeard(type: string): Promise<void> {
  while (!heard.includes(type)) await hear.promise;
}

test("so many connections for worlds; one more is not taken, and those that are there go on", async () => {
  const world = await open();
  world.say({
    type: "register",
    launch: "l1",
    token,
    world: "hub",
    version: "0.1",
    protocol: 1,
    pid: 4711,
    endpoint: { port: 4000 },
    roster: { inside: [], expected: [] },
  });
  await world.until("registered");
  const other = await open();
  expect((await open()).socket.readyState).toBe(WebSocket.CLOSED);
  world.say({ type: "stop.busy" });
  await untilHeard("stop.busy");
  other.cut();
  await other.closed;
  while ((await open()).socket.readyState !== WebSocket.OPEN);
});

test("a connection on which nothing is said ends by itself", async () => {
  const socket = connect(join(dir, "master.sock"));
  sockets.push(socket.resume());
  await once(socket, "connect");
  await once(socket, "close");
});
