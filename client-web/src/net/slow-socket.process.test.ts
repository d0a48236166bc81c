import { describe, expect, it } from "vitest";
import { slowed } from "./slow-socket.ts";
import { SocketHost } from "./testing-host.ts";
import { dial } from "./transport.ts";

const shape = { lagMs: 40, jitterMs: 10, loss: 0.2 };

describe("slow socket", () => {
  const host = new SocketHost();

  it("delivers everything in order, both ways", async () => {
    host.echo();
    const opened = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<number>();
    const all = Promise.withResolvers<void>();
    const heard: (string | Uint8Array)[] = [];
    const on = {
      opened: () => opened.resolve(),
      closed: (code: number) => closed.resolve(code),
      message: (message: string | Uint8Array) => {
        heard.push(message);
        if (heard.length === 60) all.resolve();
      },
    };
    const transport = dial(host.url, on, slowed(shape, 1, WebSocket));
    await opened.promise;
    for (let n = 0; n < 60; n++)
      if (n % 2 === 0) transport.sendReliable(String(n));
      else transport.sendVolatile(new Uint8Array([n]));
    await all.promise;
    expect(heard.map((message) => (typeof message === "string" ? Number(message) : message[0]))).toEqual(
      Array.from({ length: 60 }, (_, n) => n),
    );
    for (const peer of host.server.clients) peer.close(4007);
    expect(await closed.promise).toBe(4007);
  });

  it("is overtaken by a line that is not slowed", async () => {
    const said: string[] = [];
    const both = Promise.withResolvers<void>();
    host.server.on("connection", (peer) =>
      peer.on("message", (data: Buffer) => {
        if (said.push(data.toString()) === 2) both.resolve();
      }),
    );
    const [slow, plain] = await Promise.all(
      [slowed({ ...shape, lagMs: 1000 }, 1, WebSocket), WebSocket].map(async (Socket) => {
        const opened = Promise.withResolvers<void>();
        const on = { opened: () => opened.resolve(), closed: () => {}, message: () => {} };
        const transport = dial(host.url, on, Socket);
        await opened.promise;
        return transport;
      }),
    );
    slow?.sendReliable("slow");
    plain?.sendReliable("plain");
    await both.promise;
    expect(said).toEqual(["plain", "slow"]);
  });

  it("says goodbye only after what it had to say", async () => {
    const said: string[] = [];
    const gone = Promise.withResolvers<void>();
    host.server.on("connection", (peer) => {
      peer.on("message", (data: Buffer) => said.push(data.toString()));
      peer.on("close", () => gone.resolve());
    });
    const opened = Promise.withResolvers<void>();
    const on = { opened: () => opened.resolve(), closed: () => {}, message: () => {} };
    const transport = dial(host.url, on, slowed(shape, 2, WebSocket));
    await opened.promise;
    transport.sendReliable("last words");
    transport.close();
    await gone.promise;
    expect(said).toEqual(["last words"]);
  });
});
