import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LoopClock } from "./loop-clock.ts";
import { RealNature } from "./nature.ts";

describe("time", () => {
  let blockedMs: number;
  let nature: RealNature;
  const woken: string[] = [];
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "performance"],
    });
    blockedMs = 0;
    woken.length = 0;
    nature = new RealNature({ now: () => performance.now() + blockedMs });
  });
  afterEach(async () => {
    await nature[Symbol.asyncDispose]();
    vi.useRealTimers();
  });

  const wakeIn = (ms: number, name = "it"): (() => void) =>
    nature.wakeAt(nature.now() + ms, () => woken.push(name));

  test("a wake comes when its time has come, not before", async () => {
    wakeIn(1000);
    await vi.advanceTimersByTimeAsync(999);
    expect(woken).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toEqual(["it"]);
  });

  test("a wake that was called off never comes", async () => {
    wakeIn(1000)();
    await vi.advanceTimersByTimeAsync(5000);
    expect(woken).toEqual([]);
  });

  test("a time that lies behind wakes soon", async () => {
    wakeIn(-10);
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toEqual(["it"]);
  });

  test("a wait longer than a timer can hold does not wake at once", async () => {
    wakeIn(2 ** 31 + 5000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(woken).toEqual([]);
  });

  /** The loop stands still: the machine's clock goes on, nothing else does. */
  const standStill = async (ms: number): Promise<void> => {
    blockedMs += ms;
    await vi.advanceTimersByTimeAsync(250);
  };

  test("[13] time stands still while the loop does, and every deadline shifts by as much", async () => {
    wakeIn(300, "first");
    wakeIn(5000, "second");
    await standStill(6000);
    expect(woken).toEqual([]);
    expect(nature.leftOutMs).toBe(6250);
    await vi.advanceTimersByTimeAsync(300);
    expect(woken).toEqual(["first"]);
    await vi.advanceTimersByTimeAsync(4699);
    expect(woken).toEqual(["first"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toEqual(["first", "second"]);
  });

  test("a loop that is a little late is not left out: deadlines hold", async () => {
    wakeIn(300);
    await standStill(500);
    expect(nature.leftOutMs).toBe(0);
    await vi.advanceTimersByTimeAsync(50);
    expect(woken).toEqual(["it"]);
  });

  test("time never runs backwards, and never jumps over a standstill", async () => {
    const before = nature.now();
    blockedMs += 500;
    const during = nature.now();
    expect(during).toBe(before + 500);
    blockedMs += 60_000;
    expect(nature.now()).toBe(during);
    await vi.advanceTimersByTimeAsync(250);
    expect(nature.now()).toBe(during);
    await vi.advanceTimersByTimeAsync(250);
    expect(nature.now()).toBe(during + 250);
  });

  test("a loop that is always late still gets to its deadlines", async () => {
    wakeIn(1000);
    for (let n = 0; n < 5; n++) {
      await standStill(5000);
      await vi.advanceTimersByTimeAsync(250);
    }
    expect(woken).toEqual(["it"]);
  });

  test("a wake that a standstill shifted can still be called off", async () => {
    const cancel = wakeIn(100);
    await standStill(3000);
    cancel();
    await vi.advanceTimersByTimeAsync(5000);
    expect(woken).toEqual([]);
  });
});

test.each([50, 995])(
  "[13] a word that lay in a socket while the loop was blocked is read before a deadline %i ms into the block",
  async (deadlineMs) => {
    const server = createServer((socket) => socket.write("heartbeat")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(client, "connect");
    await using nature = new RealNature();
    const story: string[] = [];
    const overdue = Promise.withResolvers<void>();
    client.on("data", (data) => story.push(String(data)));
    nature.wakeAt(nature.now() + deadlineMs, () => {
      story.push("deadline");
      overdue.resolve();
    });
    block(1000);
    await overdue.promise;
    expect(story).toEqual(["heartbeat", "deadline"]);
    client.destroy();
    server.close();
  },
);

test("the clock is the machine's own, so that two processes of one boot agree", async () => {
  await using nature = new RealNature();
  const before = Number(process.hrtime.bigint()) / 1e6;
  const now = nature.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Number(process.hrtime.bigint()) / 1e6);
});

test("ids are short, fit in an address and never repeat", async () => {
  await using nature = new RealNature();
  const ids = new Set(Array.from({ length: 10_000 }, () => nature.newId("t")));
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^t[a-z0-9]{20}$/);
});

test("ids sort by their age, so that what began together lies together", async () => {
  let now = 123_456_789_000;
  await using nature = new RealNature({ now: () => now });
  const first = nature.newId("s");
  now += 1;
  expect(nature.newId("s") > first).toBe(true);
  expect(nature.newId("s").slice(0, 8)).toBe(nature.newId("s").slice(0, 8));
});

test("a secret is 32 random bytes in base64url, with the hash that may be kept", async () => {
  await using nature = new RealNature();
  const { token, hash } = nature.newSecret();
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(hash).toBe(createHash("sha256").update(token).digest("hex"));
  expect(nature.newSecret().token).not.toBe(token);
});

/** Stops this thread, as a long computation or a suspended process does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("a new loop goes on by the clock of the one before, and says when it leaves out more", () => {
  let time = 10_000;
  const clock = new LoopClock({ now: () => time }, 4_000);
  expect(clock.now()).toBe(6_000);
  time += 250;
  expect(clock.beat()).toBe(false);
  time += 3_000;
  expect(clock.beat()).toBe(true);
  expect([clock.now(), clock.leftOutMs]).toEqual([6_250, 7_000]);
});
