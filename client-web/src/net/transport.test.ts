import { expect, it } from "vitest";
import { dial, stuckBytes, type Transport, type WebSocketClass } from "./transport.ts";

/** A line on which nothing leaves: what is sent piles up. */
function stalled(): {
  readonly transport: Transport;
  readonly closed: number[];
  readonly sent: () => number;
  readonly isEnded: () => boolean;
} {
  let buffered = 0;
  let isEnded = false;
  class Stalled extends EventTarget {
    binaryType: BinaryType = "arraybuffer";
    readonly readyState = 1;
    get bufferedAmount(): number {
      return buffered;
    }
    send(data: string | { byteLength: number }): void {
      buffered += typeof data === "string" ? data.length : data.byteLength;
    }
    close(): void {
      isEnded = true;
    }
  }
  const closed: number[] = [];
  const on = { opened: () => {}, message: () => {}, closed: (code: number) => closed.push(code) };
  const transport = dial("ws://nowhere/", on, Stalled as unknown as WebSocketClass);
  return { transport, closed, sent: () => buffered, isEnded: () => isEnded };
}

it("keeps commands back as soon as four kilobytes wait", () => {
  const { transport, sent } = stalled();
  const command = new Uint8Array(100);
  let taken = 0;
  while (transport.sendVolatile(command)) taken += 1;
  expect(taken).toBe(41);
  for (let more = 0; more < 1000; more++) expect(transport.sendVolatile(command)).toBe(false);
  expect(sent()).toBe(4100);
});

it("gives a line up on which requests pile up, once, and not from within the call", async () => {
  const { transport, closed, sent, isEnded } = stalled();
  const request = "x".repeat(1000);
  for (let count = 0; count < 500; count++) transport.sendReliable(request);
  expect(sent()).toBeLessThanOrEqual(stuckBytes + request.length);
  expect(isEnded()).toBe(true);
  expect(closed).toEqual([]);
  await Promise.resolve();
  expect(closed).toEqual([1006]);
});

it("says nothing of it to who has closed the line meanwhile", async () => {
  const { transport, closed } = stalled();
  for (let count = 0; count < 100; count++) transport.sendReliable("x".repeat(1000));
  transport.close();
  await Promise.resolve();
  expect(closed).toEqual([]);
});
