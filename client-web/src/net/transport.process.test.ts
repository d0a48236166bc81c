import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { WebSocket as Peer } from "ws";
import { SocketHost } from "./testing-host.ts";
import { dial, type WebSocketClass } from "./transport.ts";

function listen() {
  const heard: (string | Uint8Array)[] = [];
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  const said = Promise.withResolvers<void>();
  const on = {
    opened: () => opened.resolve(),
    closed: (code: number) => closed.resolve(code),
    message: (message: string | Uint8Array) => {
      heard.push(message);
      if (heard.length === 2) said.resolve();
    },
  };
  return { on, heard, opened: opened.promise, closed: closed.promise, said: said.promise };
}

describe("transport", () => {
  const host = new SocketHost();

  it("carries text and bytes both ways, and counts them", async () => {
    host.echo();
    const { on, heard, opened, said } = listen();
    const transport = dial(host.url, on);
    await opened;
    transport.sendReliable("hello");
    expect(transport.sendVolatile(new Uint8Array([1, 2, 3]))).toBe(true);
    await said;
    expect(heard).toEqual(["hello", new Uint8Array([1, 2, 3])]);
    expect(transport.stats).toMatchObject({ sentBytes: 8, receivedBytes: 8, buffered: 0 });
    transport.close();
  });

  it("tells the peer's close code, once, and nothing after its own close", async () => {
    host.server.once("connection", (peer: Peer) => peer.close(4007));
    const first = listen();
    dial(host.url, first.on);
    expect(await first.closed).toBe(4007);
    const second = listen();
    const gone = once(host.server, "connection").then(async ([peer]) => once(peer as Peer, "close"));
    const transport = dial(host.url, { ...second.on, closed: () => expect.unreachable() });
    await second.opened;
    transport.close();
    await gone;
    expect(transport.sendVolatile(new Uint8Array(1))).toBe(false);
    transport.sendReliable("into the void");
  });

  it("closes with 1006 where nobody listens, and at an address that is none", async () => {
    for (const address of ["ws://127.0.0.1:1/", "not an address"]) {
      const { on, closed } = listen();
      dial(address, on);
      expect(await closed).toBe(1006);
    }
  });

  it("keeps volatile messages back while more than 4 KiB wait", () => {
    const sent: unknown[] = [];
    const socket = {
      readyState: 1,
      bufferedAmount: 0,
      binaryType: "",
      send: (data: unknown) => sent.push(data),
    };
    const Fake = function () {
      return {
        ...socket,
        addEventListener() {},
        close() {},
        get bufferedAmount() {
          return socket.bufferedAmount;
        },
      };
    } as unknown as WebSocketClass;
    const transport = dial("ws://x/", listen().on, Fake);
    socket.bufferedAmount = 4097;
    expect(transport.sendVolatile(new Uint8Array(1))).toBe(false);
    socket.bufferedAmount = 4096;
    expect(transport.sendVolatile(new Uint8Array(1))).toBe(true);
    expect(sent).toHaveLength(1);
  });
});
