import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { dialWebSocket } from "./handshake.ts";
import { closeMs, Doorway, Events, frameBytes, upgradeLines } from "./testing-sockets.ts";
import type { WebSocketTransport } from "./web-socket-transport.ts";

const large = "x".repeat(70_000);

describe("a client that asks for a WebSocket", () => {
  /** What is answered to these lines, up to the end of the connection or of the head. */
  async function answerTo(lines: readonly string[]): Promise<string> {
    await using door = await new Doorway().listen();
    const raw = await door.raw(lines);
    let answer = "";
    const { promise, resolve } = Promise.withResolvers<void>();
    raw.on("data", (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.includes("\r\n\r\n")) resolve();
    });
    await promise;
    raw.destroy();
    return answer;
  }
  const without = (name: string): string[] => upgradeLines.filter((line) => !line.startsWith(name));

  test("gets the answer that proves its key was read, and none of what it offers besides", async () => {
    const asked = [
      ...without("Sec-WebSocket-Key"),
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Extensions: permessage-deflate",
      "Sec-WebSocket-Protocol: chat",
    ];
    const answer = await answerTo(asked);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    // The sample of RFC 6455.
    expect(answer).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
    expect(answer).not.toMatch(/extensions|protocol:/i);
  });

  test.each([
    ["without a key", without("Sec-WebSocket-Key"), 400],
    ["with a key that is too short", [...without("Sec-WebSocket-Key"), "Sec-WebSocket-Key: YQ=="], 400],
    ["with POST", ["POST / HTTP/1.1", ...upgradeLines.slice(1)], 400],
    ["for another protocol", [...without("Upgrade"), "Upgrade: h2c"], 400],
    ["of another version", [...without("Sec-WebSocket-Version"), "Sec-WebSocket-Version: 8"], 426],
    ["of no version", without("Sec-WebSocket-Version"), 426],
  ])("%s is turned away", async (_, lines, status) => {
    const answer = await answerTo(lines);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (status === 426) expect(answer).toContain("Sec-WebSocket-Version: 13\r\n");
  });
});

describe("dialling", () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function ours(url: string): Promise<WebSocketTransport> {
    const { promise, resolve, reject } = Promise.withResolvers<WebSocketTransport>();
    dialWebSocket(url, {
      maxBytes: frameBytes,
      closeMs,
      timeoutMs: 5000,
      opened: resolve,
      failed: (why) => reject(new Error(why)),
    });
    return promise;
  }

  async function wsServer(where: string | number = 0): Promise<{ server: WebSocketServer; url: string }> {
    const http = createHttp();
    const server = new WebSocketServer({ server: http });
    await once(typeof where === "string" ? http.listen(where) : http.listen(0, "127.0.0.1"), "listening");
    closers.push(() => {
      for (const peer of server.clients) peer.terminate();
      http.close();
    });
    return {
      server,
      url:
        typeof where === "string"
          ? `ws+unix:${where}:/`
          : `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    };
  }

  test.each(["TCP", "a Unix socket"])(
    "a server of the ws package over %s, we understand each other",
    async (over) => {
      const folder = mkdtempSync(join(tmpdir(), "portcade-dial-"));
      closers.push(() => rmSync(folder, { recursive: true, force: true }));
      const { server, url } = await wsServer(over === "TCP" ? 0 : join(folder, "master.sock"));
      const connection = once(server, "connection");
      const transport = await ours(url);
      const events = new Events().listenTo(transport);
      const [peer] = (await connection) as [WebSocket];
      const heard: string[] = [];
      const allHeard = Promise.withResolvers<void>();
      peer.on("message", (data) => {
        heard.push((data as Buffer).toString());
        if (heard.length === 2) allHeard.resolve();
      });
      transport.sendReliable("grüße");
      transport.sendReliable(large);
      await allHeard.promise;
      expect(heard).toEqual(["grüße", large]);
      peer.send("in ", { fin: false });
      peer.ping("x");
      peer.send("pieces", { fin: true });
      peer.send(new Uint8Array([9]));
      expect(await events.until("text")).toBe("in pieces");
      expect(await events.until("binary")).toBe("09");
      transport.ping("welcome");
      expect(await events.until("pong")).toBe("welcome");
      const closed = once(peer, "close");
      transport.close(4013, "shuttingDown");
      expect(await events.until("closed")).toBe(4013);
      expect((await closed).map(String)).toEqual(["4013", "shuttingDown"]);
    },
  );

  test("a server that closes with a code is heard", async () => {
    const { server, url } = await wsServer();
    server.on("connection", (peer) => {
      peer.send("first");
      peer.close(4015, "registrationRefused");
    });
    const events = new Events().listenTo(await ours(url));
    expect(await events.until("text")).toBe("first");
    expect(await events.until("closed")).toBe(4015);
  });

  test("where nobody listens fails", async () => {
    await expect(ours("ws://127.0.0.1:1/")).rejects.toThrow("ECONNREFUSED");
    await expect(ours("ws+unix:/nonexistent/master.sock:/")).rejects.toThrow("ENOENT");
  });

  test.each([
    ["says no", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status 404"],
    [
      "cannot have read the key",
      "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: bm8=\r\n\r\n",
      "not a WebSocket",
    ],
    ["speaks something else", "SSH-2.0-x\r\n", "Parse Error"],
    ["hangs up", "", "socket hang up"],
  ])("a server that %s fails", async (_, answer, why) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    closers.push(() => server.close());
    await expect(ours(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`)).rejects.toThrow(why);
  });

  test("a server that never answers fails in time, and one called off says nothing", async () => {
    const held: Socket[] = [];
    const server = createServer((socket) => held.push(socket.on("error", () => {})));
    await once(server.listen(0, "127.0.0.1"), "listening");
    closers.push(() => {
      for (const socket of held) socket.destroy();
      server.close();
    });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const options = { maxBytes: 1, opened: () => expect.unreachable() };
    const why = Promise.withResolvers<string>();
    dialWebSocket(url, { ...options, timeoutMs: 50, failed: why.resolve });
    expect(await why.promise).toBe("timeout");
    const connected = once(server, "connection");
    const callOff = dialWebSocket(url, { ...options, timeoutMs: 5000, failed: () => expect.unreachable() });
    const [socket] = (await connected) as [Socket];
    callOff();
    await once(socket.resume(), "close");
  });
});
