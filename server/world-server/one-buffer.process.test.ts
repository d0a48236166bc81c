import { once } from "node:events";
import { createServer as createTcp, connect as connectTcp, type AddressInfo, type Socket } from "node:net";
import { createServer as createTls, connect as connectTls } from "node:tls";
import { expect, test } from "vitest";
import { testCertificate } from "#adapters/http/testing.ts";
import { FrameReader } from "#adapters/ws/frame-reader.ts";
import { frameInPlace, headRoom, opcodes } from "#adapters/ws/frames.ts";
import { WebSocketTransport } from "#adapters/ws/web-socket-transport.ts";
import { FrameBytes } from "./replication/frame-bytes.ts";

const lagBytes = 64 * 1024;
const nothing = (): void => {};

/** One that is sent frames and reads them when the test lets it. */
interface Peer {
  readonly transport: WebSocketTransport;
  readonly socket: Socket;
  sent: number;
  skipped: number;
}

type Line = readonly [server: Socket, client: Socket];

async function tcpLine(): Promise<Line> {
  const server = createTcp().listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const client = connectTcp((server.address() as AddressInfo).port, "127.0.0.1");
  const [socket] = (await accepted) as [Socket];
  server.close();
  return [socket, client];
}

async function tlsLine(): Promise<Line> {
  const certificate = testCertificate();
  const server = createTls(certificate).listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "secureConnection");
  const client = connectTls({
    port: (server.address() as AddressInfo).port,
    host: "127.0.0.1",
    ca: certificate.cert,
  });
  const [socket] = (await accepted) as [Socket];
  server.close();
  return [socket, client];
}

function peerOn([server, socket]: Line): Peer {
  const transport = new WebSocketTransport(server, Buffer.alloc(0), { maxBytes: 1000 });
  transport.listen({ message: nothing, ping: nothing, pong: nothing, flushed: nothing, closed: nothing });
  socket.on("error", nothing);
  return { transport, socket, sent: 0, skipped: 0 };
}

/** Every byte says whose it is and which frame it belongs to; some frames are as large as whole states. */
const sizeOf = (count: number): number => (count % 7 === 0 ? 40_000 : 300 + count);
const fillOf = (who: number, count: number): number => (who * 101 + count * 7) & 0xff;

/** As a player is shown something (player.ts): from the one buffer, and nothing when too much waits. */
function show(peer: Peer, who: number, frame: FrameBytes): void {
  if (peer.transport.bufferedBytes > lagBytes) return void peer.skipped++;
  const count = ++peer.sent;
  frame.at = headRoom;
  frame.reserve(sizeOf(count));
  frame.bytes.fill(fillOf(who, count), frame.at, frame.at + sizeOf(count));
  frame.at += sizeOf(count);
  const start = frameInPlace(frame.bytes, headRoom, frame.at, opcodes.binary);
  if (!peer.transport.sendFramed(frame.bytes, start, frame.at)) frame.renew();
}

/** Reads all that was sent to a peer, and says which frames were not what they were when they were sent. */
async function wrongOf(peer: Peer, who: number): Promise<number[]> {
  const wrong: number[] = [];
  let heard = 0;
  const whole = Promise.withResolvers<void>();
  const reader = new FrameReader(
    { maxBytes: 1_000_000, isMasked: false },
    {
      message(bytes) {
        const isRight =
          bytes.length === sizeOf(++heard) && bytes.every((byte) => byte === fillOf(who, heard));
        if (!isRight) wrong.push(heard);
        if (heard === peer.sent) whole.resolve();
      },
      ping: nothing,
      pong: nothing,
      goodbye: nothing,
    },
  );
  peer.socket.on("data", (chunk) => {
    if (reader.read(chunk as Buffer) !== 0) whole.reject(new Error("the frames are broken"));
  });
  await whole.promise;
  return wrong;
}

test.each([
  ["plain", tcpLine],
  ["encrypted", tlsLine],
])("players on %s lines that are backed up are never sent a byte of each other's", async (_, line) => {
  const peers = [peerOn(await line()), peerOn(await line()), peerOn(await line())];
  const frame = new FrameBytes();
  // The last one reads all the time, the others not before they have been left out some times.
  const last = peers.at(-1);
  last?.socket.resume();
  const wrongOfLast = last && wrongOf(last, 2);
  const isBackedUp = (): boolean => peers.slice(0, 2).every(({ skipped }) => skipped > 5);
  for (let turn = 0; !isBackedUp() && turn < 20_000; turn++) {
    peers.forEach((peer, who) => show(peer, who, frame));
    await new Promise((resolve) => void setImmediate(resolve));
  }
  expect(isBackedUp()).toBe(true);
  peers.forEach((peer, who) => show(peer, who, frame));
  expect(await Promise.all(peers.slice(0, 2).map(wrongOf))).toEqual([[], []]);
  expect(await wrongOfLast).toEqual([]);
  for (const { socket, transport } of peers) {
    socket.destroy();
    transport.terminate();
  }
});
