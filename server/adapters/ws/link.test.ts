import { beforeEach, describe, expect, test } from "vitest";
import type { Check } from "#shared/protocol/frame.ts";
import { HandClock } from "../hand-clock.ts";
import { BuiltFrame } from "./frames.ts";
import type { LinkTransport, TransportEvents } from "./link-transport.ts";
import { Link, type LinkBounds } from "./link.ts";

/** A connection that only remembers: what was done to it, and how much it pretends to hold back. */
class Still implements LinkTransport {
  readonly done: string[] = [];
  bufferedBytes = 0;
  isOpen = true;
  isPaused = false;
  events!: TransportEvents;

  listen(events: TransportEvents): void {
    this.events = events;
  }
  sendReliable(message: string | Uint8Array): void {
    this.done.push(`send ${message.toString()}`);
  }
  sendVolatile(): boolean {
    return false;
  }
  sendBuilt({ payload }: BuiltFrame): void {
    this.done.push(`built ${payload as string}`);
  }
  sendFramed(_: Uint8Array, start: number, end: number): boolean {
    this.done.push(`framed ${start}-${end}`);
    return this.bufferedBytes === 0;
  }
  ping(payload = ""): void {
    this.done.push(`ping ${payload}`);
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(code?: number, reason?: string): void {
    this.isOpen = false;
    this.done.push(`close ${code} ${reason}`);
  }
  terminate(): void {
    this.isOpen = false;
    this.done.push("terminate");
  }
}

const bounds: LinkBounds = {
  firstBytes: 40,
  bytes: 100,
  depth: 4,
  framesPerSecond: 10,
  frameBurst: 5,
  bytesPerSecond: 1000,
  strikes: 3,
  pingMs: 10_000,
  pongMs: 5000,
  pauseBytes: 100,
  dropBytes: 1000,
};
const anything: Check<{ type: string }> = {
  safeParse: (value) => ({ success: true, data: value as { type: string } }),
};

let clock: HandClock;
let still: Still;
let heard: string[];
let link: Link<{ type: string }>;

function open(hasBinary = true): void {
  clock = new HandClock();
  still = new Still();
  heard = [];
  link = new Link(still, clock, anything, bounds, {
    message: ({ type }) => heard.push(type),
    ...(hasBinary && { binary: (bytes: Uint8Array) => heard.push(`binary ${bytes.length}`) }),
    violated: (why, fault) => heard.push(`${why} ${fault}`),
    answered: () => heard.push("answered"),
    closed: (code, why) => heard.push(`closed ${code} ${why}`),
  });
}
beforeEach(() => open());

const say = (text: string): void => still.events.message(Buffer.from(text), false);
const typed = (type: string): string => JSON.stringify({ type });

describe("a link hears", () => {
  test("messages, binary frames and the answer to its probe", () => {
    say(typed("hello"));
    still.events.message(Buffer.alloc(9), true);
    link.probe();
    still.events.pong(Buffer.from("another"));
    still.events.pong(Buffer.from("welcome"));
    expect(heard).toEqual(["hello", "binary 9", "answered"]);
    expect(still.done).toEqual(["ping welcome"]);
  });

  test.each([
    ["a first frame that is too large", [typed("x".repeat(40))], "too_large"],
    ["a later frame that is too large", [typed("a"), typed("x".repeat(100))], "too_large"],
    ["what is no JSON", ["{"], "not_json"],
    ["what is too deep", ["[[[[[1]]]]]"], "too_deep"],
  ])("%s as its last", (_, texts, fault) => {
    for (const text of texts) say(text);
    say(typed("more"));
    expect(heard.at(-1)).toBe(`badFrame ${fault}`);
    expect(still.done).toEqual(["close 4005 badFrame"]);
  });

  test("a binary frame where none belongs as its last", () => {
    open(false);
    still.events.message(Buffer.alloc(1), true);
    expect(heard).toEqual(["badFrame binary"]);
  });

  test("too many frames up to the third strike; binary ones are dropped without one", () => {
    for (let count = 0; count < 50; count++) still.events.message(Buffer.alloc(1), true);
    expect(heard).toHaveLength(5);
    for (let count = 0; count < 5; count++) say(typed("a"));
    expect(heard.slice(5)).toEqual(Array.from({ length: 3 }, () => "tooManyFrames rate"));
    expect(still.done).toEqual(["close 4006 tooManyFrames"]);
  });

  test("pings, and pongs nobody asked for, as frames like any other: a flood of them is a flood", () => {
    link.probe();
    still.events.pong(Buffer.from("welcome"));
    expect(heard.splice(0)).toEqual(["answered"]);
    still.done.length = 0;
    for (let count = 0; count < 5; count++) still.events.ping();
    expect(heard).toEqual([]);
    still.events.ping();
    still.events.pong(Buffer.alloc(0));
    still.events.ping();
    expect(heard).toHaveLength(3);
    expect(still.done).toEqual(["close 4006 tooManyFrames"]);
  });

  test("again what its rate allows, once time has passed", () => {
    for (let count = 0; count < 6; count++) still.events.message(Buffer.alloc(1), true);
    clock.advance(100);
    still.events.message(Buffer.alloc(7), true);
    still.events.message(Buffer.alloc(8), true);
    expect(heard.slice(5)).toEqual(["binary 7"]);
  });
});

describe("a link sends", () => {
  test("text, bytes, what was built and what was framed, until it closes", () => {
    link.send("text");
    link.send(new Uint8Array([1, 2]));
    link.send(new BuiltFrame("built"));
    expect(link.sendFramed(new Uint8Array(20), 8, 20)).toBe(true);
    link.close("departed");
    link.close("removed");
    link.send("late");
    expect(link.sendFramed(new Uint8Array(20), 8, 20)).toBe(true);
    link.probe();
    expect(still.done).toEqual([
      "send text",
      "send 1,2",
      "built built",
      "framed 8-20",
      "close 4012 departed",
    ]);
    still.events.closed(4012);
    expect(heard).toEqual(["closed 4012 departed"]);
  });

  test("to a peer that does not read, stops reading it, and reads again when it does", () => {
    still.bufferedBytes = 101;
    expect(link.sendFramed(new Uint8Array(1), 0, 1)).toBe(false);
    expect(still.isPaused).toBe(true);
    still.events.flushed();
    expect(still.isPaused).toBe(true);
    still.bufferedBytes = 100;
    still.events.flushed();
    expect(still.isPaused).toBe(false);
  });

  test.each([
    ["text", () => link.send("x")],
    ["a built frame", () => link.send(new BuiltFrame("x"))],
    ["a framed buffer", () => link.sendFramed(new Uint8Array(1), 0, 1)],
  ])("%s to a peer that hardly reads, and drops it", (_, send) => {
    still.bufferedBytes = 1001;
    send();
    expect(still.done.at(-1)).toBe("terminate");
    still.events.closed(1006);
    expect(heard).toEqual(["closed 1006 tooSlow"]);
  });
});

describe("a link that hears nothing", () => {
  test("pings, and lets go of a peer that does not answer", () => {
    clock.advance(10_000);
    expect(still.done).toEqual(["ping "]);
    clock.advance(5000);
    expect(still.done).toEqual(["ping ", "terminate"]);
  });

  test("whose answer has come but was not read yet is heard before it is judged", () => {
    clock.advance(bounds.pingMs);
    // A hold-up ends: the timers are due, and what came meanwhile is read after them.
    clock.wakeAt(clock.now() + bounds.pongMs, () => still.events.pong(Buffer.alloc(0)));
    clock.advance(bounds.pongMs);
    expect(still.done).toEqual(["ping "]);
    clock.advance(bounds.pingMs);
    clock.advance(bounds.pongMs);
    expect(still.done).toEqual(["ping ", "ping ", "terminate"]);
  });

  test.each([
    ["a pong", () => still.events.pong(Buffer.alloc(0))],
    ["a ping", () => still.events.ping()],
    ["a message", () => say(typed("a"))],
  ])("is content with %s", (_, answer) => {
    clock.advance(12_000);
    answer();
    clock.advance(9000);
    expect(still.done).toEqual(["ping "]);
    clock.advance(2000);
    expect(still.done).toEqual(["ping ", "ping "]);
  });

  test("watches no more when it is gone", () => {
    still.events.closed(1006);
    clock.advance(60_000);
    expect(still.done).toEqual([]);
  });
});
