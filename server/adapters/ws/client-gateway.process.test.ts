import { createHash } from "node:crypto";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { toClient } from "#shared/protocol/client-master.ts";
import { Bench, ended, hello, secret } from "./testing-client.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

describe("a resume", () => {
  const resume = { token: `s77.${secret}`, epoch: "e1", seq: 3 };

  test("goes to the session of its token with the secret hashed", async () => {
    const peer = await bench.open();
    peer.say({ ...hello, resume });
    const { to, body } = await bench.untilTold("open");
    expect(to).toBe("session:s77");
    expect(body["hello"]).toMatchObject({
      resumeHash: createHash("sha256").update(secret).digest("hex"),
      missedSince: { epoch: "e1", seq: 3 },
    });
    expect(JSON.stringify(bench.told)).not.toContain(secret);
  });

  test("with a token nobody knows becomes a new session, without the client noticing", async () => {
    const peer = await bench.open();
    peer.say({ ...hello, resume });
    const { from } = await bench.untilTold("open");
    bench.say(from as "client:x", { type: "resume.unknown" });
    const second = await bench.untilTold("open", 2);
    expect(second.to).not.toBe("session:s77");
    expect(second.body["hello"]).toEqual({ re: 1, version: "0.1", protocol: 1 });
    expect(peer.heard).toEqual([]);
  });

  test.each(["nonsense", "s77.short", `../s77.${secret}`, `.${secret}`, ""])(
    "token %j is as good as none",
    async (token) => {
      const peer = await bench.open();
      peer.say({ ...hello, resume: { ...resume, token } });
      const { to, body } = await bench.untilTold("open");
      expect(to).not.toBe("session:s77");
      expect(body["hello"]).not.toHaveProperty("resumeHash");
    },
  );

  test("on a new socket brings what the dropped one missed, and the old one is silent", async () => {
    const { peer, session } = await bench.welcomed();
    bench.say(`player:${session}`, { type: "ok", re: 5 });
    const last = await peer.until<{ type: string; seq: number }>("ok");
    peer.cut();
    await bench.untilTold("closed");
    bench.say(`player:${session}`, { type: "ok", re: 6 });
    bench.say("audience:all", { type: "chat.line", line: 1, name: "Ada", text: "hi" });
    const again = await bench.open();
    again.say({ ...hello, resume: { token: `${session}.${secret}`, epoch: "e1", seq: last.seq } });
    const { from } = await bench.untilTold("open", 2);
    bench.attach(from, session, { epoch: "e1", seq: last.seq });
    expect(await again.until("welcome")).toMatchObject({ complete: true, seq: last.seq, resumed: true });
    expect(await again.until("ok")).toMatchObject({ re: 6, seq: last.seq + 1 });
    expect(await again.until("chat.line")).toMatchObject({ text: "hi", seq: last.seq + 2 });
  });
});

describe("a session", () => {
  test("is greeted once with the last lines, and says so when it has heard", async () => {
    bench.say("audience:all", { type: "chat.line", line: 1, name: "Ada", text: "first" });
    const { peer, client } = await bench.welcomed();
    const welcome = peer.heard[0];
    expect(welcome).toMatchObject({
      type: "welcome",
      re: 1,
      epoch: "e1",
      seq: 1,
      complete: true,
      resumed: false,
    });
    expect(welcome?.["chat"]).toEqual([{ line: 1, name: "Ada", text: "first" }]);
    expect(toClient.safeParse(welcome).error).toBeUndefined();
    expect((await bench.untilTold("welcomed")).from).toBe(client);
  });

  test("speaks to its own machine and to no other", async () => {
    const [ada, bob] = [await bench.welcomed(), await bench.welcomed()];
    ada.peer.say({ type: "chat.send", id: 2, text: "hi" });
    expect(await bench.untilTold("chat.send")).toMatchObject({
      from: ada.client,
      to: `session:${ada.session}`,
    });
    expect(ada.session).not.toBe(bob.session);
  });

  test("gets its ping answered by the gateway", async () => {
    const { peer } = await bench.welcomed();
    peer.say({ type: "ping", id: 9 });
    expect(await peer.until("pong")).toEqual({ type: "pong", re: 9 });
  });

  test("that says hello again is refused and closed", async () => {
    const { peer } = await bench.welcomed();
    peer.say({ ...hello, id: 4 });
    expect(await peer.until("denied")).toMatchObject({ re: 4, reason: "bad_request" });
    expect(await peer.closed).toEqual(ended("badFrame"));
  });

  test.each([
    ["no JSON", "nonsense"],
    ["an unknown type", '{"type":"admin","id":1}'],
    ["an unknown field", '{"type":"ping","id":1,"as":"server"}'],
    ["a deep one", "[".repeat(limits.jsonDepth + 1)],
    ["a large one", " ".repeat(limits.clientFrameBytes + 1)],
    ["a forged type", '{"type":"open","hello":{"re":1,"version":"0.1"}}'],
    ["a forged machine word", '{"type":"committed","admission":"a1"}'],
  ])("whose frame is %s is told so and closed; its machine hears only the end", async (_, frame) => {
    const { peer, session } = await bench.welcomed();
    await bench.untilTold("welcomed");
    const before = bench.told.length;
    peer.say(frame);
    expect(await peer.until("denied")).toMatchObject({ reason: "bad_request" });
    expect(await peer.closed).toEqual(ended("badFrame"));
    expect((await bench.untilTold("closed")).to).toBe(`session:${session}`);
    expect(bench.told.slice(before).map(({ body }) => body.type)).toEqual(["closed"]);
  });

  test("whose frame is binary is closed", async () => {
    const { peer } = await bench.welcomed();
    peer.socket.send(Buffer.from([1, 2, 3]));
    expect(await peer.closed).toEqual(ended("badFrame"));
  });

  test("whose frame is far too large is cut off without being read", async () => {
    const { peer } = await bench.welcomed();
    peer.say("x".repeat(limits.clientFrameBytes * 10));
    expect((await peer.closed).code).toBe(1009);
  });

  test("that floods is told, and closed at the third frame too many", async () => {
    const { peer } = await bench.welcomed();
    for (let n = 1; n <= limits.controlFrameBurst + 2; n++) peer.say({ type: "ping", id: n });
    expect(await peer.until("denied")).toMatchObject({ reason: "too_many_requests" });
    expect(await peer.closed).toEqual(ended("tooManyFrames"));
    expect(peer.heard.filter(({ type }) => type === "pong")).toHaveLength(limits.controlFrameBurst - 1);
  });

  test("may log in only so often from one address", async () => {
    const { peer } = await bench.welcomed({ "X-Forwarded-For": "203.0.113.9" });
    for (let n = 1; n <= limits.loginsPerMinute + 1; n++) peer.say({ type: "login", id: n, name: "Ada" });
    expect(await peer.until("denied")).toMatchObject({
      re: limits.loginsPerMinute + 1,
      reason: "login_rate",
    });
    expect(bench.told.filter(({ body }) => body.type === "login")).toHaveLength(limits.loginsPerMinute);
  });

  test("that says nothing is pinged, and let go when it does not answer", async () => {
    const { peer } = await bench.welcomed();
    await bench.untilTold("welcomed");
    const pinged = once(peer.socket, "ping");
    bench.clock.advance(limits.pingMs);
    await pinged;
    peer.say({ type: "ping", id: 2 });
    await peer.until("pong");
    bench.clock.advance(limits.pongMs);
    peer.say({ type: "ping", id: 3 });
    await peer.until("pong");
    peer.socket.pause();
    bench.clock.advance(limits.pingMs);
    bench.clock.advance(limits.pongMs);
    await bench.untilTold("closed");
    expect(bench.reported).toContain("link.closed ");
    peer.socket.resume();
    expect((await peer.closed).code).toBe(1006);
  });

  test("that does not read what it is sent is dropped before it fills our memory", async () => {
    const { peer, session } = await bench.welcomed();
    peer.socket.pause();
    const text = "x".repeat(100_000);
    for (let n = 0; n < 400 && bench.told.every(({ body }) => body.type !== "closed"); n++) {
      bench.say(`player:${session}`, { type: "chat.line", line: 1, name: "Ada", text });
      expect(bench.gateway.bufferedBytes).toBeLessThan(limits.dropBufferedBytes + 2 * text.length);
      await new Promise(setImmediate);
    }
    await bench.untilTold("closed");
    expect(bench.reported).toContain("link.closed tooSlow");
  });

  test("that does not read costs those who do nothing", async () => {
    const slow = await bench.welcomed();
    const { peer, session } = await bench.welcomed();
    slow.peer.socket.pause();
    const text = "x".repeat(100_000);
    let line = 0;
    while (line < 400 && bench.told.every(({ body }) => body.type !== "closed")) {
      line++;
      for (const to of [slow.session, session])
        bench.say(`player:${to}`, { type: "chat.line", line, name: "Ada", text });
      expect(await peer.until("chat.line")).toMatchObject({ line });
    }
    expect((await bench.untilTold("closed")).to).toBe(`session:${slow.session}`);
    expect(bench.gateway.socketCount).toBe(1);
  });

  test("is told when it continues elsewhere", async () => {
    const { peer, client } = await bench.welcomed();
    bench.say(client as "client:x", { type: "close", why: "continuedElsewhere" });
    expect(await peer.closed).toEqual(ended("continuedElsewhere"));
  });
});
