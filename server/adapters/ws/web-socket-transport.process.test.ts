import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { BuiltFrame, frameInPlace, headRoom, opcodes } from "./frames.ts";
import { maskedFrameOf } from "./masked-frame.ts";
import { Doorway, Events, frameBytes } from "./testing-sockets.ts";
import type { WebSocketTransport } from "./web-socket-transport.ts";

let door: Doorway;
beforeEach(async () => {
  door = await new Doorway().listen();
});
afterEach(() => door[Symbol.asyncDispose]());

/** A real client at our door. */
async function visited(): Promise<{ peer: WebSocket; transport: WebSocketTransport; events: Events }> {
  const peer = new WebSocket(door.url, { perMessageDeflate: false }).on("error", () => {});
  await once(peer, "open");
  const transport = await door.accepted();
  return { peer, transport, events: new Events().listenTo(transport) };
}

/** Somebody at our door who writes bytes, past the handshake. */
async function approached(): Promise<{ raw: Socket; transport: WebSocketTransport; events: Events }> {
  const raw = await door.raw();
  const transport = await door.accepted();
  return { raw, transport, events: new Events().listenTo(transport) };
}

const large = "x".repeat(70_000);

describe("a client of the ws package", () => {
  test("and we understand each other", async () => {
    const { peer, transport, events } = await visited();
    const heard: string[] = [];
    const allHeard = Promise.withResolvers<void>();
    peer.on("message", (data, isBinary) => {
      heard.push(isBinary ? (data as Buffer).toString("hex") : (data as Buffer).toString());
      if (heard.length === 6) allHeard.resolve();
    });
    transport.sendReliable("grüße");
    transport.sendReliable(large);
    expect(transport.sendVolatile(new Uint8Array([1, 2]))).toBe(true);
    transport.sendBuilt(new BuiltFrame([new BuiltFrame("a"), new BuiltFrame("b")]));
    const buffer = Buffer.alloc(headRoom + 3, 7);
    transport.sendFramed(buffer, frameInPlace(buffer, headRoom, headRoom + 3, opcodes.binary), headRoom + 3);
    await allHeard.promise;
    expect(heard).toEqual(["grüße", large, "0102", "a", "b", "070707"]);

    const pong = once(peer, "pong").then(([payload]) => (payload as Buffer).toString());
    peer.send("za", { fin: false });
    peer.ping("between");
    peer.send("żółć", { fin: true });
    peer.send(large);
    expect(await events.until("ping")).toBe("");
    expect(await events.until("text")).toBe("zażółć");
    expect(await events.until("text")).toBe(large);
    expect(await pong).toBe("between");
    transport.ping("welcome");
    expect(await events.until("pong")).toBe("welcome");
  });

  test.each([
    [1000, 1000],
    [4001, 4001],
    [undefined, 1005],
  ])("that closes with %s is answered in kind", async (code, heard) => {
    const { peer, events } = await visited();
    const closed = once(peer, "close");
    peer.close(code);
    expect(await events.until("closed")).toBe(heard);
    expect((await closed)[0]).toBe(heard);
  });

  test("is told why we close, after what was said before", async () => {
    const { peer, transport, events } = await visited();
    const said = once(peer, "message");
    const closed = once(peer, "close");
    transport.sendReliable("last");
    transport.close(4005, "badFrame");
    transport.sendReliable("too late");
    expect(transport.isOpen).toBe(false);
    expect(String((await said)[0])).toBe("last");
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([4005, "badFrame"]);
    expect(await events.until("closed")).toBe(4005);
  });

  test("that is cut off is gone with 1006, once", async () => {
    const { peer, transport, events } = await visited();
    peer.terminate();
    expect(await events.until("closed")).toBe(1006);
    transport.close(1000);
    transport.terminate();
    transport.sendReliable("nobody there");
    expect(events.all.filter(([what]) => what === "closed")).toHaveLength(1);
  });

  test("that sends too much is told so", async () => {
    const { peer, events } = await visited();
    const closed = once(peer, "close");
    peer.send(new Uint8Array(frameBytes + 1));
    expect((await closed)[0]).toBe(1009);
    expect(await events.until("closed")).toBe(1006);
  });

  test("reaches us over a Unix socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "portcade-ws-"));
    const path = join(folder, "door.sock");
    await using doorway = await new Doorway().listen(path);
    const socket = new WebSocket(`ws+unix:${path}:/`).on("error", () => {});
    const [transport] = await Promise.all([doorway.accepted(), once(socket, "open")]);
    const events = new Events().listenTo(transport);
    socket.send("by file");
    expect(await events.until("text")).toBe("by file");
    rmSync(folder, { recursive: true, force: true });
  });
});

describe("a peer at the wire", () => {
  test("that ends its half of the connection ends all of it", async () => {
    const { raw, events } = await approached();
    raw.resume();
    raw.end();
    expect(await events.until("closed")).toBe(1006);
    await once(raw, "close");
  });

  test.each([
    ["says goodbye", maskedFrameOf(new Uint8Array([3, 0xe9]), opcodes.close), 1001],
    ["breaks the protocol", Buffer.from([0xff, 0]), 1006],
  ])(
    "that %s and does not hang up is hung up on, and nothing more of it is heard",
    async (_, frame, code) => {
      const { raw, events } = await approached();
      raw.resume();
      raw.write(Buffer.concat([frame, maskedFrameOf("more", opcodes.text)]));
      expect(await events.until("closed")).toBe(code);
      expect(events.all).toEqual([["closed", code]]);
    },
  );

  test("that never answers our goodbye is not waited for for ever", async () => {
    const { raw, transport, events } = await approached();
    raw.resume();
    transport.close(4013, "shuttingDown");
    expect(await events.until("closed")).toBe(1006);
  });

  test("that never reads does not get more than it left room for, and its goodbye is not waited for", async () => {
    const { raw, transport, events } = await approached();
    raw.pause();
    const bytes = new Uint8Array(60_000);
    let sent = 0;
    while (transport.sendVolatile(bytes)) sent++;
    expect(sent).toBeGreaterThan(0);
    expect(transport.bufferedBytes).toBeGreaterThan(0);
    expect(transport.bufferedBytes).toBeLessThan(2 * bytes.length + 64 * 1024);
    transport.close(4014, "tooSlow");
    expect(await events.until("closed")).toBe(1006);
  });

  test("that sends a frame byte by byte is heard, and one that stops in the middle is not", async () => {
    const { raw, events } = await approached();
    raw.setNoDelay();
    for (const byte of maskedFrameOf("slow", opcodes.text)) {
      await new Promise<void>((resolve) => void raw.write(new Uint8Array([byte]), () => resolve()));
    }
    expect(await events.until("text")).toBe("slow");
    raw.write(maskedFrameOf(large, opcodes.text).subarray(0, 100));
    raw.destroy();
    expect(await events.until("closed")).toBe(1006);
    expect(events.all.filter(([what]) => what === "text")).toHaveLength(1);
  });

  test("that says goodbye without a mask, as a reloaded proxy does, is gone; nobody else notices", async () => {
    const { raw, events } = await approached();
    const other = await visited();
    raw.end(Buffer.from([0x88, 0x02, 0x03, 0xe9]));
    expect(await events.until("closed")).toBe(1006);
    other.peer.send("still here");
    expect(await other.events.until("text")).toBe("still here");
  });

  test("that pings a thousand times in one go is answered less often, the newest last", async () => {
    const { raw } = await approached();
    const pings = Array.from({ length: 1000 }, (_, index) =>
      maskedFrameOf(String(index).padStart(4, "0"), opcodes.ping),
    );
    let heard = Buffer.alloc(0);
    const last = Promise.withResolvers<void>();
    raw.on("data", (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.subarray(-4).toString() === "0999") last.resolve();
    });
    raw.write(Buffer.concat(pings));
    await last.promise;
    const pongBytes = 6;
    const head = heard.indexOf("\r\n\r\n") + 4;
    expect((heard.length - head) / pongBytes).toBeLessThan(100);
  });

  test("that is paused is not read until it is resumed", async () => {
    const { raw, transport, events } = await approached();
    transport.pause();
    expect(transport.isPaused).toBe(true);
    raw.write(maskedFrameOf("later", opcodes.text));
    const other = await visited();
    other.peer.send("now");
    await other.events.until("text");
    expect(events.all).toEqual([]);
    transport.resume();
    expect(await events.until("text")).toBe("later");
  });

  test("whose first frame comes with its handshake is heard", async () => {
    const raw = await door.raw();
    raw.write(maskedFrameOf("at once", opcodes.text));
    expect(await new Events().listenTo(await door.accepted()).until("text")).toBe("at once");
  });

  test("that was gone before anybody listened is told as gone", async () => {
    const raw = await door.raw();
    const transport = await door.accepted();
    const gone = new Promise((resolve) => void door.streams[0]?.once("close", resolve));
    raw.resetAndDestroy();
    door.streams[0]?.read();
    await gone;
    expect(await new Events().listenTo(transport).until("closed")).toBe(1006);
  });
});

test("a single frame that is more than the system takes is said to have left when it has", async () => {
  const { raw, transport, events } = await approached();
  transport.sendReliable(new Uint8Array(20_000_000));
  expect(transport.bufferedBytes).toBeGreaterThan(0);
  raw.resume();
  await events.until("flushed");
  expect(transport.bufferedBytes).toBe(0);
});

describe("a framed buffer", () => {
  test("that has left may be written again, and one that has not is kept as it was", async () => {
    const { raw, transport } = await approached();
    await once(raw, "readable");
    raw.read();
    const kept: Buffer[] = [];
    const size = 50_000;
    let buffer = Buffer.alloc(headRoom + size);
    let hasLeft = true;
    let count = 0;
    // The peer does not read: after a while the system takes no more.
    while (count < 1000 && hasLeft) {
      buffer.fill(count, headRoom);
      hasLeft = transport.sendFramed(
        buffer,
        frameInPlace(buffer, headRoom, buffer.length, opcodes.binary),
        buffer.length,
      );
      count++;
    }
    expect(count).toBeGreaterThan(1);
    expect(hasLeft).toBe(false);
    kept.push(buffer);
    buffer = Buffer.alloc(headRoom + size, count);
    transport.sendFramed(
      buffer,
      frameInPlace(buffer, headRoom, buffer.length, opcodes.binary),
      buffer.length,
    );
    count++;

    let bytes = Buffer.alloc(0);
    const whole = Promise.withResolvers<void>();
    const frame = size + 4;
    raw.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length >= count * frame) whole.resolve();
    });
    await whole.promise;
    for (let index = 0; index < count; index++)
      expect(
        bytes.subarray(index * frame + 4, (index + 1) * frame).every((byte) => byte === (index & 0xff)),
      ).toBe(true);
  });
});
