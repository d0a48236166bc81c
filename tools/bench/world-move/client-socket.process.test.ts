import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { ClientSocket } from "./client-socket.ts";

let server: WebSocketServer;
let port: number;
const http = createServer();
const shared = Buffer.alloc(64 * 1024);

beforeEach(async () => {
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  port = (http.address() as AddressInfo).port;
  server = new WebSocketServer({ server: http });
});
afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  server.close();
  const closed = once(http, "close");
  http.close();
  await closed;
});

interface Both {
  readonly client: ClientSocket;
  readonly peer: WebSocket;
  readonly heard: string[];
  readonly until: (count: number) => Promise<void>;
}

async function connected(): Promise<Both> {
  const heard: string[] = [];
  let wake = (): void => {};
  const incoming = once(server, "connection");
  const client = new ClientSocket(port, "/", shared, {
    open() {},
    message(payload) {
      heard.push(payload.toString());
      wake();
    },
    closed() {},
  });
  const [peer] = (await incoming) as [WebSocket];
  const until = async (count: number): Promise<void> => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { client, peer, heard, until };
}

test("hears messages of every length, however they are cut", async () => {
  const { client, peer, heard, until } = await connected();
  const texts = [0, 1, 125, 126, 70_000, 3, 200_000, 65_535].map((length) => "x".repeat(length));
  for (const text of texts) peer.send(text);
  await until(texts.length);
  expect(heard).toEqual(texts);
  expect([client.frames, client.bytes]).toEqual([texts.length, texts.join("").length]);
});

test("counts what it does not read, and still hears what is small", async () => {
  const { client, peer, heard, until } = await connected();
  client.readsAll = false;
  for (const length of [300_000, 126, 80_000]) peer.send("y".repeat(length));
  peer.send("2");
  await until(1);
  expect(heard).toEqual(["2"]);
  expect([client.frames, client.bytes]).toEqual([4, 380_127]);
});

test("answers pings, and says what the server can read", async () => {
  const { client, peer } = await connected();
  const pong = once(peer, "pong");
  peer.ping("are you there");
  expect(String((await pong)[0])).toBe("are you there");
  const message = once(peer, "message");
  client.say("z".repeat(1000));
  expect(String((await message)[0])).toBe("z".repeat(1000));
});
