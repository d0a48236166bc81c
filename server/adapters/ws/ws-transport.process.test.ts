import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { BuiltFrame, frameInPlace, headRoom, opcodes } from "./frames.ts";
import { Events } from "./testing-sockets.ts";
import { serverOptions } from "./upgrade.ts";
import { WsTransport } from "./ws-transport.ts";

let http: Server;
let peer: WebSocket;
let transport: WsTransport;
let wire: Socket;
const heard: string[] = [];

beforeEach(async () => {
  http = createServer();
  const server = new WebSocketServer({ ...serverOptions(100_000), noServer: true });
  const accepted = new Promise<WsTransport>((resolve) => {
    http.on("upgrade", (request, stream: Duplex, head) =>
      server.handleUpgrade(request, stream, head, (socket) => {
        wire = stream as Socket;
        resolve(new WsTransport(socket, stream));
      }),
    );
  });
  await once(http.listen(0, "127.0.0.1"), "listening");
  peer = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  peer.on("error", () => {});
  heard.length = 0;
  peer.on("message", (data) => heard.push((data as Buffer).toString()));
  [transport] = await Promise.all([accepted, once(peer, "open")]);
});

afterEach(() => {
  peer.terminate();
  transport.terminate();
  http.close();
});

describe("a connection that the ws package reads", () => {
  test("carries its frames and those built elsewhere in the order they were sent, whole", async () => {
    const events = new Events().listenTo(transport);
    const expected: string[] = [];
    for (let index = 0; index < 600; index++) {
      const text = `${index} ${"x".repeat((index * 997) % 70_000)}`;
      expected.push(text);
      if (index % 3 === 0) transport.sendReliable(text);
      else if (index % 3 === 1) transport.sendBuilt(new BuiltFrame(text));
      else {
        const buffer = Buffer.alloc(headRoom + text.length);
        buffer.write(text, headRoom);
        transport.sendFramed(
          buffer,
          frameInPlace(buffer, headRoom, buffer.length, opcodes.text),
          buffer.length,
        );
      }
      if (index % 100 === 0) transport.ping();
    }
    // More than the system takes at once, so that frames of both kinds wait for each other.
    expect(transport.bufferedBytes).toBeGreaterThan(0);
    transport.ping("all");
    while ((await events.until("pong")) !== "all");
    expect(heard).toEqual(expected);
    expect(transport.bufferedBytes).toBe(0);
    expect(events.all.some(([what]) => what === "flushed")).toBe(true);
  });

  test("says nothing after its goodbye, however it was built", async () => {
    const events = new Events().listenTo(transport);
    const closed = once(peer, "close");
    transport.sendBuilt(new BuiltFrame("last"));
    transport.close(4013, "shuttingDown");
    const written = wire.bytesWritten;
    transport.sendBuilt(new BuiltFrame("too late"));
    transport.sendReliable("too late");
    expect(transport.sendFramed(new BuiltFrame("too late").bytes, 0, 10)).toBe(true);
    expect(transport.sendVolatile(new Uint8Array(1))).toBe(false);
    transport.ping();
    expect(wire.bytesWritten).toBe(written);
    expect((await closed)[0]).toBe(4013);
    expect(heard).toEqual(["last"]);
    expect(await events.until("closed")).toBe(4013);
  });

  test("says when a single frame that was more than the system takes has left", async () => {
    const events = new Events().listenTo(transport);
    transport.sendBuilt(new BuiltFrame(new Uint8Array(20_000_000)));
    expect(transport.bufferedBytes).toBeGreaterThan(0);
    await events.until("flushed");
    expect(transport.bufferedBytes).toBe(0);
  });

  test("keeps what is volatile back when the line is backed up", async () => {
    const events = new Events().listenTo(transport);
    peer.pause();
    const bytes = new Uint8Array(50_000);
    while (transport.sendVolatile(bytes));
    expect(transport.bufferedBytes).toBeGreaterThan(64 * 1024);
    peer.resume();
    while (!transport.sendVolatile(bytes)) await events.until("flushed");
  });
});
