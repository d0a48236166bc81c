import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Envelope, Inbox } from "#core/inbox.ts";
import type { Address } from "#shared/address.ts";
import { limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { LaunchGateway } from "./launch-gateway.ts";
import { Peer } from "./testing.ts";
import { ended } from "./testing-client.ts";

type Told = { from: Address; to: Address; body: { type: string } & Record<string, unknown> };

const token = "t".repeat(43);
const roster = { inside: [], expected: [] };
const register = {
  type: "register",
  launch: "l1",
  token,
  world: "hub",
  version: "0.1",
  protocol: 1,
  pid: 4711,
  endpoint: { port: 4000 },
  roster,
};
const place = { world: "hub", x: 1, y: 2, facing: 0 };
const save = (admission: string, seq: number) => ({ admission, seq, place: { ...place, x: seq } });

let dir: string;
let clock: HandClock;
let gateway: LaunchGateway;
let url: string;
let told: Told[];
let registered: string[];
let stir = Promise.withResolvers<void>();
const peers: Peer[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "portcade-launch-"));
  clock = new HandClock();
  told = [];
  registered = [];
  gateway = make();
  url = await gateway.listen(join(dir, "master.sock"));
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.cut();
  await gateway.close();
  rmSync(dir, { recursive: true });
});

let ids = 0;
function make(): LaunchGateway {
  return new LaunchGateway({
    limits,
    nature: {
      now: () => clock.now(),
      wakeAt: (at, wake) => clock.wakeAt(at, wake),
      newId: (prefix) => `${prefix}${++ids}`,
      newSecret: () => ({ token, hash: "" }),
    },
    tell: (from, to, body) => {
      told.push({ from, to, body });
      stir.resolve();
      stir = Promise.withResolvers();
    },
    report: () => {},
    registered: (launch) => void registered.push(launch),
  });
}

async function untilTold(type: string): Promise<Told> {
  for (;;) {
    const found = told.find(({ body }) => body.type === type);
    if (found) return found;
    await stir.promise;
  }
}

const say = (to: Address, body: Inbox["launch-link"]) =>
  gateway.receive({ id: "m", from: "launch:l1", to, body } as Envelope);

async function open(): Promise<Peer> {
  const peer = await Peer.open(url);
  peers.push(peer);
  return peer;
}

async function registeredPeer(): Promise<{ peer: Peer; link: Address }> {
  const peer = await open();
  peer.say(register);
  const { from } = await untilTold("register");
  say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
  await peer.until("registered");
  told.length = 0;
  return { peer, link: from };
}

describe("the private door", () => {
  test("is a socket file for this user only, and a dead master's file is no obstacle", async () => {
    expect(url).toBe(`ws+unix:${join(dir, "master.sock")}:/`);
    expect(statSync(join(dir, "master.sock")).mode & 0o777).toBe(0o600);
    await gateway.close();
    writeFileSync(join(dir, "master.sock"), "");
    gateway = make();
    expect(await gateway.listen(join(dir, "master.sock"))).toBe(url);
  });

  test("that cannot be opened refuses the start", async () => {
    await gateway.close();
    gateway = make();
    mkdirSync(join(dir, "folder.sock"));
    await expect(gateway.listen(join(dir, "folder.sock"))).rejects.toThrow(
      /folder\.sock cannot be opened for worlds/,
    );
    await expect(gateway.listen(join(dir, "none", "x.sock"))).rejects.toThrow(/EACCES|ENOENT/);
    gateway = make();
    await gateway.listen(join(dir, "master.sock"));
  });

  test("is on loopback where the path is too long for a socket", async () => {
    await gateway.close();
    gateway = make();
    expect(await gateway.listen(join(dir, "x".repeat(120)))).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test("hashes the token and tells the launch it names", async () => {
    const peer = await open();
    peer.say(register);
    const { from, to, body } = await untilTold("register");
    expect([from.startsWith("launch-link:h"), to]).toEqual([true, "launch:l1"]);
    const { launch, token: _, ...rest } = register;
    expect(body).toEqual({ ...rest, tokenHash: createHash("sha256").update(token).digest("hex") });
    expect(launch).toBe("l1");
    say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
    expect(await peer.until("registered")).toMatchObject({ heartbeatMs: 1000 });
    expect(registered).toEqual(["l1"]);
  });

  test("lets nobody speak for a launch before its registration was accepted", async () => {
    for (const early of [[], [register]]) {
      const peer = await open();
      for (const message of early) peer.say(message);
      peer.say({ type: "arrived", admission: "a1" });
      expect(await peer.closed).toEqual(ended("helloExpected"));
    }
    expect(told.map(({ body }) => body.type).filter((type) => type === "arrived")).toEqual([]);
  });

  test("lets a link register once", async () => {
    const { peer } = await registeredPeer();
    peer.say({ ...register, launch: "l2" });
    expect(await peer.closed).toEqual(ended("badFrame"));
    expect((await untilTold("linkClosed")).to).toBe("launch:l1");
  });

  test("closes on who is refused, and on who says nothing or is not answered", async () => {
    const refused = await open();
    refused.say(register);
    const { from } = await untilTold("register");
    say(from, { type: "registration.refused", reason: "not_wanted", epoch: 1 });
    say(from, { type: "close", why: "registrationRefused" });
    expect(await refused.until("registration.refused")).toMatchObject({ reason: "not_wanted" });
    expect(await refused.closed).toEqual(ended("registrationRefused"));
    told.length = 0;
    const [silent, unanswered] = [await open(), await open()];
    unanswered.say(register);
    await untilTold("register");
    clock.advance(limits.helloMs);
    expect([await silent.closed, await unanswered.closed]).toEqual([
      ended("helloTimeout"),
      ended("helloTimeout"),
    ]);
  });

  test("stays open to who was asked to wait for the database", async () => {
    const peer = await open();
    peer.say(register);
    const { from } = await untilTold("register");
    say(from, { type: "registration.delayed", epoch: 1 });
    await peer.until("registration.delayed");
    // Less than a link may be silent, and more than a registration may go without an answer.
    clock.advance(limits.registrationAckMs + 1);
    say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
    await peer.until("registered");
    expect(registered).toEqual(["l1"]);
  });

  test("a flood of bytes ends the link before it has reached its launch", async () => {
    const { peer } = await registeredPeer();
    const name = "a".repeat(60);
    const inside = Array.from({ length: 250 }, () => ({ admission: name, session: name, active: true }));
    const heartbeat = JSON.stringify({ type: "heartbeat", roster: { inside, expected: [] } });
    const most = Math.floor((2 * limits.launchBytesPerSecond) / heartbeat.length);
    for (let n = 0; n < most + limits.strikes; n++) peer.say(heartbeat);
    expect(await peer.closed).toEqual(ended("tooManyFrames"));
    expect(told.filter(({ body }) => body.type === "heartbeat").length).toBeLessThanOrEqual(most);
  });

  test("a frame that is none ends the link, and its launch is told", async () => {
    const { peer } = await registeredPeer();
    peer.say({ type: "heartbeat", roster, extra: 1 });
    expect(await peer.closed).toEqual(ended("badFrame"));
    expect(await untilTold("linkClosed")).toMatchObject({ to: "launch:l1" });
  });
});

describe("a roster", () => {
  const inside = Array.from({ length: 600 }, (_, n) => ({
    admission: `a${n}`,
    session: `s${n}`,
    active: true,
  }));
  const part = (from: number) => ({ inside: inside.slice(from, from + 200), expected: [`e${from}`] });

  test("of many frames is told whole, and again when the launch says that nothing has changed", async () => {
    const { peer, link } = await registeredPeer();
    peer.say({ type: "heartbeat", roster: part(0), more: 2 });
    peer.say({ type: "roster.part", roster: part(200) });
    peer.say({ type: "roster.part", roster: part(400) });
    peer.say({ type: "heartbeat" });
    peer.say({ type: "stop.busy" });
    await untilTold("stop.busy");
    const heartbeat = { type: "heartbeat", roster: { inside, expected: ["e0", "e200", "e400"] } };
    expect(told.slice(0, 2)).toEqual([
      { from: link, to: "launch:l1", body: heartbeat },
      { from: link, to: "launch:l1", body: heartbeat },
    ]);
  });

  test("that is cut off in the middle decides nothing", async () => {
    const { peer } = await registeredPeer();
    peer.say({ type: "heartbeat", roster: part(0), more: 2 });
    peer.say({ type: "roster.part", roster: part(200) });
    peer.socket.close();
    await untilTold("linkClosed");
    expect(told.map(({ body }) => body.type)).toEqual(["linkClosed"]);
  });

  test("may begin with the registration, and nothing may come between its parts", async () => {
    const peer = await open();
    peer.say({ ...register, roster: part(0), more: 1 });
    peer.say({ type: "roster.part", roster: part(200) });
    const { from, body } = await untilTold("register");
    expect(body).toMatchObject({ roster: { inside: inside.slice(0, 400) } });
    expect(body).not.toHaveProperty("more");
    say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
    peer.say({ type: "heartbeat", roster: part(0), more: 1 });
    peer.say({ type: "acked", admission: "a1" });
    expect(await peer.closed).toEqual(ended("badFrame"));
  });
});

describe("saves", () => {
  test("of one window arrive together, the newest of each player only", async () => {
    const { peer, link } = await registeredPeer();
    peer.say({ type: "saves", saves: [save("a1", 1), save("a2", 1)] });
    peer.say({ type: "saves", saves: [save("a1", 2)] });
    peer.say({ type: "acked", admission: "a9" });
    await untilTold("acked");
    expect(told.map(({ body }) => body.type)).toEqual(["acked"]);
    clock.advance(limits.saveWindowMs);
    expect(told[1]).toEqual({
      from: link,
      to: "launch:l1",
      body: { type: "saves", saves: [save("a1", 2), save("a2", 1)] },
    });
  });

  test.each(["departed", "left"])("come before a %s that followed them", async (type) => {
    const { peer } = await registeredPeer();
    peer.say({ type: "saves", saves: [save("a1", 1)] });
    peer.say({ type, admission: "a1", seq: 2, place });
    await untilTold(type);
    expect(told.map(({ body }) => body.type)).toEqual(["saves", type]);
  });

  test("are not lost with the link", async () => {
    const { peer } = await registeredPeer();
    peer.say({ type: "saves", saves: [save("a1", 1)] });
    peer.socket.close();
    await untilTold("linkClosed");
    expect(told.map(({ body }) => body.type)).toEqual(["saves", "linkClosed"]);
  });
});
