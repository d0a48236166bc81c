import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { Peer } from "./testing.ts";
import { Bench, ended, hello, secret } from "./testing-client.ts";
import { upgradeLines } from "./testing-sockets.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

describe("before the welcome", () => {
  test("a hello opens a new session with the newest protocol both speak", async () => {
    const peer = await bench.open();
    peer.say({ ...hello, protocol: { oldest: 1, newest: 9 } });
    const { from, to, body } = await bench.untilTold("open");
    expect(from).toMatch(/^client:c/);
    expect(to).toMatch(/^session:s/);
    expect(body).toEqual({ type: "open", hello: { re: 1, version: "0.1", protocol: 1 } });
  });

  test("a protocol we do not speak is told as none", async () => {
    const peer = await bench.open();
    peer.say({ ...hello, protocol: { oldest: 2, newest: 3 } });
    expect((await bench.untilTold("open")).body["hello"]).toEqual({
      re: 1,
      version: "0.1",
      protocol: undefined,
    });
  });

  test.each([
    { type: "login", id: 2, name: "Ada" },
    { type: "logout", id: 2 },
    { type: "chat.send", id: 2, text: "hi" },
    { type: "world.join", id: 2, world: "hub" },
    { type: "world.rejoin", id: 2, world: "hub" },
    { type: "lease.redeem", id: 2, lease: "l1" },
    { type: "ping", id: 2 },
  ])("$type before hello closes the socket and reaches no machine", async (message) => {
    const peer = await bench.open();
    peer.say(message);
    expect(await peer.closed).toEqual(ended("helloExpected"));
    expect(bench.told).toEqual([]);
  });

  test("a word between hello and welcome closes the socket and reaches no machine", async () => {
    const peer = await bench.open();
    peer.say(hello);
    peer.say({ type: "login", id: 2, name: "Ada" });
    expect(await peer.closed).toEqual(ended("helloExpected"));
    await bench.untilTold("closed");
    expect(bench.told.map(({ body }) => body.type)).toEqual(["open", "closed"]);
  });

  test("who says no hello in time is let go", async () => {
    const peer = await bench.open();
    bench.clock.advance(limits.helloMs);
    expect(await peer.closed).toEqual(ended("helloTimeout"));
    expect(bench.told).toEqual([]);
  });

  test("a hello larger than a hello may be is refused", async () => {
    const peer = await bench.open();
    peer.say(JSON.stringify(hello).padEnd(limits.helloFrameBytes + 1));
    expect(await peer.until("rejected")).toEqual({ type: "rejected", reason: "bad_request" });
    expect(await peer.closed).toEqual(ended("badFrame"));
    expect(bench.told).toEqual([]);
  });

  test("a rejection carries its reason, both versions and the close code", async () => {
    const peer = await bench.open();
    peer.say({ ...hello, version: "9.9" });
    const { from } = await bench.untilTold("open");
    bench.say(from as "client:x", {
      type: "reject",
      re: 1,
      reason: "version_mismatch",
      client: "9.9",
      close: "versionMismatch",
    });
    const told = { type: "rejected", re: 1, reason: "version_mismatch", server: "0.1", client: "9.9" };
    expect(await peer.until("rejected")).toEqual(told);
    expect(await peer.closed).toEqual(ended("versionMismatch"));
  });
});

describe("at the door", () => {
  test("a page of another origin is told so and closed", async () => {
    const peer = await bench.open({ Origin: "https://evil.example" });
    expect(await peer.closed).toEqual(ended("originRefused"));
    expect(bench.told).toEqual([]);
  });

  test.each(["https://play.example.org", "http://localhost:5173"])(
    "a page of %s comes in",
    async (origin) => {
      const peer = await bench.open({ Origin: origin }, "/ws?x=1");
      peer.say(hello);
      await bench.untilTold("open");
    },
  );

  test("other paths are no socket", async () => {
    const peer = await bench.open({}, "/metrics");
    expect((await peer.closed).code).toBe(1006);
  });

  test("one address may hold only so many connections, and gets them back", async () => {
    const from = { "X-Forwarded-For": "203.0.113.9" };
    const held = await Promise.all(
      Array.from({ length: limits.connectionsPerAddress }, () => bench.open(from)),
    );
    const refused = await bench.open(from);
    expect(await refused.until("rejected")).toEqual({ type: "rejected", reason: "connect_rate" });
    expect(await refused.closed).toEqual(ended("serverFull"));
    held[0]?.socket.close();
    await held[0]?.closed;
    const again = await bench.open(from);
    again.say(hello);
    await bench.untilTold("open");
  });

  test("one address may open only so many sessions a minute, however fast it lets go; a resume is none", async () => {
    await bench.end();
    bench = new Bench({ sessionsPerMinute: 2 });
    const from = { "X-Forwarded-For": "203.0.113.9" };
    const comeAndGo = async (): Promise<void> => {
      const { peer } = await bench.welcomed(from);
      peer.cut();
      await peer.closed;
    };
    await comeAndGo();
    await comeAndGo();
    const third = await bench.open(from);
    third.say(hello);
    expect(await third.until("rejected")).toEqual({ type: "rejected", re: 1, reason: "connect_rate" });
    expect(await third.closed).toEqual(ended("serverFull"));
    const back = await bench.open(from);
    back.say({ ...hello, resume: { token: `s1.${secret}`, epoch: "e1", seq: 0 } });
    expect((await bench.untilTold("open", 3)).to).toBe("session:s1");
  });

  test("a full master says so", async () => {
    await bench.end();
    bench = new Bench({ connectionsTotal: 1 });
    await bench.open();
    expect(await (await bench.open()).until("rejected")).toEqual({ type: "rejected", reason: "server_full" });
  });

  test("no compression is ever agreed to", async () => {
    await bench.open();
    const peer = await Peer.open(`ws://127.0.0.1:${bench.port}/`, { perMessageDeflate: true });
    bench.peers.push(peer);
    expect(peer.socket.extensions).toBe("");
  });

  test("a frame the protocol forbids ends the socket, not the master", async () => {
    const { peer } = await bench.welcomed();
    // An unmasked close frame, as some proxies send on a reload.
    peer.raw?.write(Buffer.from([0x88, 0x02, 0x03, 0xe9]));
    await peer.closed;
    expect(await bench.welcomed()).toBeDefined();
  });

  test("half an upgrade and rubbish on the port harm nobody", async () => {
    await bench.open();
    const raw = connect(bench.port, "127.0.0.1");
    raw.write(
      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    const [answer] = (await once(raw, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 400/);
    raw.destroy();
    expect(await bench.welcomed()).toBeDefined();
  });

  test("whoever is turned away and keeps a half of the connection open holds nothing here", async () => {
    await bench.open();
    const accepted = once(bench.http, "connection") as Promise<[Socket]>;
    const raw = connect({ port: bench.port, host: "127.0.0.1", allowHalfOpen: true });
    raw.write("GET /metrics HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    const [socket] = await accepted;
    const closed = once(socket, "close");
    const [answer] = (await once(raw, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 404/);
    await closed;
    raw.destroy();
  });

  test("so many are told why they are refused at once; one more is turned away, and nobody else notices", async () => {
    bench = new Bench({ connectionsTotal: 1, refusedAtOnce: 1 });
    const inside = await bench.welcomed();
    // Neither answers the goodbye, so the first is still there when the second comes.
    const raws = [1, 2].map(() => connect(bench.port, "127.0.0.1"));
    const answers = raws.map(async (raw) => ((await once(raw, "data")) as [Buffer])[0].toString("latin1"));
    for (const raw of raws) raw.write(`${upgradeLines.join("\r\n")}\r\n\r\n`);
    const statuses = (await Promise.all(answers)).map((answer) => answer.slice(9, 12));
    expect(statuses.toSorted()).toEqual(["101", "503"]);
    for (const raw of raws) raw.destroy();
    inside.peer.say({ type: "ping", id: 5 });
    expect(await inside.peer.until("pong")).toMatchObject({ re: 5 });
  });

  test("closing tells everybody why", async () => {
    const { peer } = await bench.welcomed();
    await bench.gateway.close("shuttingDown");
    expect(await peer.closed).toEqual(ended("shuttingDown"));
  });
});
