import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { frameInPlace, headRoom, opcodes } from "./frames.ts";
import { maskedFrameOf } from "./masked-frame.ts";
import { Events } from "./testing-sockets.ts";
import { WebSocketTransport } from "./web-socket-transport.ts";

/** A line that takes one write at a time, each when the test says so. */
function line() {
  const taken: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      taken.push(chunk);
      waiting.push(() => done());
    },
  });
  const transport = new WebSocketTransport(stream, Buffer.alloc(0), { maxBytes: 1000 });
  return {
    stream,
    transport,
    taken,
    events: new Events().listenTo(transport),
    take: () => waiting.shift()?.(),
  };
}
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("who sends into a queue hears that it shrinks, not only that it is empty", async () => {
  const { transport, events, take } = line();
  for (let count = 0; count < 3; count++) transport.sendReliable(new Uint8Array(50_000));
  take();
  take();
  await events.until("flushed");
  expect(transport.bufferedBytes).toBeGreaterThan(50_000);
  expect(transport.sendVolatile(new Uint8Array(20_000))).toBe(true);
  expect(transport.sendVolatile(new Uint8Array(1))).toBe(false);
});

test("a peer that does not read gets no pongs to leave unread as well", async () => {
  const { stream, transport, events, taken, take } = line();
  const ping = (): void => void stream.push(maskedFrameOf("are you there", opcodes.ping));
  transport.sendReliable(new Uint8Array(20_000));
  const before = transport.bufferedBytes;
  ping();
  await events.until("ping");
  await turn();
  expect(transport.bufferedBytes).toBe(before);
  take();
  await turn();
  ping();
  await events.until("ping");
  await turn();
  expect(taken.at(-1)?.subarray(2).toString()).toBe("are you there");
});

test("a small frame that waits does not keep the large buffer it was written in", async () => {
  const { transport, taken, take } = line();
  let buffer = Buffer.alloc(128 * 1024);
  for (let count = 0; count < 20; count++) {
    const end = headRoom + 100;
    buffer.fill(count, headRoom, end);
    const start = frameInPlace(buffer, headRoom, end, opcodes.binary);
    if (!transport.sendFramed(buffer, start, end)) buffer = Buffer.alloc(buffer.length);
  }
  while (transport.bufferedBytes > 0) {
    take();
    await turn();
  }
  expect(taken.map((frame) => frame.at(-1))).toEqual(Array.from({ length: 20 }, (_, count) => count));
  expect(taken.filter((frame) => frame.buffer.byteLength >= buffer.length)).toHaveLength(1);
});

test("a stream that breaks is gone, and its error reaches nobody", async () => {
  const { stream, transport, events } = line();
  transport.sendReliable("on its way");
  stream.destroy(new Error("planted"));
  expect(await events.until("closed")).toBe(1006);
  expect(transport.isOpen).toBe(false);
  expect(transport.sendVolatile(new Uint8Array(1))).toBe(false);
  transport.sendReliable("into the void");
  transport.close(1000);
});
