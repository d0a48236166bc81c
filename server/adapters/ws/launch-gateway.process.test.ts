import { createHash } from "node:crypto";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { ended } from "./testing-client.ts";
import { LaunchBench, register } from "./testing-launch.ts";

const { token, roster } = register;
const place = { world: "hub", x: 1, y: 2, facing: 0 };
const save = (admission: string, seq: number) => ({ admission, seq, place: { ...place, x: seq } });

let bench: LaunchBench;
beforeEach(async () => void (bench = await new LaunchBench().listen()));
afterEach(() => bench[Symbol.asyncDispose]());

describe("the private door", () => {
  test("is a socket file for this user only, and a dead master's file is no obstacle", async () => {
    expect(bench.url).toBe(`ws+unix:${bench.path}:/`);
    expect(statSync(bench.path).mode & 0o777).toBe(0o600);
    await bench.renew();
    writeFileSync(bench.path, "");
    expect((await bench.listen()).url).toBe(`ws+unix:${bench.path}:/`);
  });

  test("that cannot be opened refuses the start", async () => {
    await bench.renew();
    const folder = join(bench.dir, "folder.sock");
    mkdirSync(folder);
    await expect(bench.listen(folder)).rejects.toThrow(/folder\.sock cannot be opened for worlds/);
    await expect(bench.listen(join(bench.dir, "none", "x.sock"))).rejects.toThrow(/EACCES|ENOENT/);
  });

  test("is on loopback where the path is too long for a socket", async () => {
    await bench.renew();
    expect((await bench.listen(join(bench.dir, "x".repeat(120)))).url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test("hashes the token and tells the launch it names", async () => {
    const peer = await bench.open();
    peer.say(register);
    const { from, to, body } = await bench.untilTold("register");
    expect([from.startsWith("launch-link:h"), to]).toEqual([true, "launch:l1"]);
    const { launch, token: _, ...rest } = register;
    expect(body).toEqual({ ...rest, tokenHash: createHash("sha256").update(token).digest("hex") });
    expect(launch).toBe("l1");
    bench.say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
    expect(await peer.until("registered")).toMatchObject({ heartbeatMs: 1000 });
    expect(bench.registered).toEqual(["l1"]);
  });

  test("lets nobody speak for a launch before its registration was accepted", async () => {
    for (const early of [[], [register]]) {
      const peer = await bench.open();
      for (const message of early) peer.say(message);
      peer.say({ type: "arrived", admission: "a1" });
      expect(await peer.closed).toEqual(ended("helloExpected"));
    }
    expect(bench.told.map(({ body }) => body.type).filter((type) => type === "arrived")).toEqual([]);
  });

  test("lets a link register once", async () => {
    const { peer } = await bench.registeredPeer();
    peer.say({ ...register, launch: "l2" });
    expect(await peer.closed).toEqual(ended("badFrame"));
    expect((await bench.untilTold("linkClosed")).to).toBe("launch:l1");
  });

  test("closes on who is refused, and on who says nothing or is not answered", async () => {
    const refused = await bench.open();
    refused.say(register);
    const { from } = await bench.untilTold("register");
    bench.say(from, { type: "registration.refused", reason: "not_wanted", epoch: 1 });
    bench.say(from, { type: "close", why: "registrationRefused" });
    expect(await refused.until("registration.refused")).toMatchObject({ reason: "not_wanted" });
    expect(await refused.closed).toEqual(ended("registrationRefused"));
    bench.told.length = 0;
    const [silent, unanswered] = [await bench.open(), await bench.open()];
    unanswered.say(register);
    await bench.untilTold("register");
    bench.clock.advance(limits.helloMs);
    expect([await silent.closed, await unanswered.closed]).toEqual([
      ended("helloTimeout"),
      ended("helloTimeout"),
    ]);
  });

  test("stays open to who was asked to wait for the database", async () => {
    const peer = await bench.open();
    peer.say(register);
    const { from } = await bench.untilTold("register");
    bench.say(from, { type: "registration.delayed", epoch: 1 });
    await peer.until("registration.delayed");
    // Less than a link may be silent, and more than a registration may go without an answer.
    bench.clock.advance(limits.registrationAckMs + 1);
    bench.say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
    await peer.until("registered");
    expect(bench.registered).toEqual(["l1"]);
  });

  test("a flood of bytes ends the link before it has reached its launch", async () => {
    const { peer } = await bench.registeredPeer();
    const name = "a".repeat(60);
    const inside = Array.from({ length: 250 }, () => ({ admission: name, session: name, active: true }));
    const heartbeat = JSON.stringify({ type: "heartbeat", roster: { inside, expected: [] } });
    const most = Math.floor((2 * limits.launchBytesPerSecond) / heartbeat.length);
    for (let n = 0; n < most + limits.strikes; n++) peer.say(heartbeat);
    expect(await peer.closed).toEqual(ended("tooManyFrames"));
    expect(bench.told.filter(({ body }) => body.type === "heartbeat").length).toBeLessThanOrEqual(most);
  });

  test("a frame that is none ends the link, and its launch is told", async () => {
    const { peer } = await bench.registeredPeer();
    peer.say({ type: "heartbeat", roster, extra: 1 });
    expect(await peer.closed).toEqual(ended("badFrame"));
    expect(await bench.untilTold("linkClosed")).toMatchObject({ to: "launch:l1" });
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
    const { peer, link } = await bench.registeredPeer();
    peer.say({ type: "heartbeat", roster: part(0), more: 2 });
    peer.say({ type: "roster.part", roster: part(200) });
    peer.say({ type: "roster.part", roster: part(400) });
    peer.say({ type: "heartbeat" });
    peer.say({ type: "stop.busy" });
    await bench.untilTold("stop.busy");
    const heartbeat = { type: "heartbeat", roster: { inside, expected: ["e0", "e200", "e400"] } };
    expect(bench.told.slice(0, 2)).toEqual([
      { from: link, to: "launch:l1", body: heartbeat },
      { from: link, to: "launch:l1", body: heartbeat },
    ]);
  });

  test("that is cut off in the middle decides nothing", async () => {
    const { peer } = await bench.registeredPeer();
    peer.say({ type: "heartbeat", roster: part(0), more: 2 });
    peer.say({ type: "roster.part", roster: part(200) });
    peer.socket.close();
    await bench.untilTold("linkClosed");
    expect(bench.told.map(({ body }) => body.type)).toEqual(["linkClosed"]);
  });

  test("may begin with the registration, and nothing may come between its parts", async () => {
    const peer = await bench.open();
    peer.say({ ...register, roster: part(0), more: 1 });
    peer.say({ type: "roster.part", roster: part(200) });
    const { from, body } = await bench.untilTold("register");
    expect(body).toMatchObject({ roster: { inside: inside.slice(0, 400) } });
    expect(body).not.toHaveProperty("more");
    bench.say(from, { type: "registered", heartbeatMs: 1000, epoch: 1 });
    peer.say({ type: "heartbeat", roster: part(0), more: 1 });
    peer.say({ type: "acked", admission: "a1" });
    expect(await peer.closed).toEqual(ended("badFrame"));
  });
});

describe("saves", () => {
  test("of one window arrive together, the newest of each player only", async () => {
    const { peer, link } = await bench.registeredPeer();
    peer.say({ type: "saves", saves: [save("a1", 1), save("a2", 1)] });
    peer.say({ type: "saves", saves: [save("a1", 2)] });
    peer.say({ type: "acked", admission: "a9" });
    await bench.untilTold("acked");
    expect(bench.told.map(({ body }) => body.type)).toEqual(["acked"]);
    bench.clock.advance(limits.saveWindowMs);
    expect(bench.told[1]).toEqual({
      from: link,
      to: "launch:l1",
      body: { type: "saves", saves: [save("a1", 2), save("a2", 1)] },
    });
  });

  test.each(["departed", "left"])("come before a %s that followed them", async (type) => {
    const { peer } = await bench.registeredPeer();
    peer.say({ type: "saves", saves: [save("a1", 1)] });
    peer.say({ type, admission: "a1", seq: 2, place });
    await bench.untilTold(type);
    expect(bench.told.map(({ body }) => body.type)).toEqual(["saves", type]);
  });

  test("are not lost with the link", async () => {
    const { peer } = await bench.registeredPeer();
    peer.say({ type: "saves", saves: [save("a1", 1)] });
    peer.socket.close();
    await bench.untilTold("linkClosed");
    expect(bench.told.map(({ body }) => body.type)).toEqual(["saves", "linkClosed"]);
  });
});
