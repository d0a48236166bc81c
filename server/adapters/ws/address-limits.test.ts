import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { AddressLimits, addressOf } from "./address-limits.ts";

const request = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  }) as IncomingMessage;

describe("the address of a request", () => {
  test.each([
    ["203.0.113.7", undefined, "203.0.113.7"],
    ["203.0.113.7", "6.6.6.6", "203.0.113.7"],
    ["::ffff:203.0.113.7", undefined, "203.0.113.7"],
    ["127.0.0.1", "198.51.100.2", "198.51.100.2"],
    [undefined, "198.51.100.2", "198.51.100.2"],
    ["::1", "6.6.6.6, 198.51.100.2", "198.51.100.2"],
    ["127.0.0.1", "nonsense", "unknown"],
    ["2001:db8:1:2:3:4:5:6", undefined, "2001:db8:1:2"],
    ["2001:0db8:0001:0002::9", undefined, "2001:db8:1:2"],
    ["2001:db8::9", undefined, "2001:db8:0:0"],
    ["fe80::1%eth0", undefined, "fe80:0:0:0"],
    ["127.0.0.1", undefined, undefined],
    ["::ffff:127.0.0.1", undefined, undefined],
    [undefined, undefined, undefined],
  ])("from %s with X-Forwarded-For %s is %s", (peer, forwarded, expected) => {
    expect(addressOf(request(peer, forwarded))).toBe(expected);
  });
});

describe("address limits", () => {
  const clock = { now: () => time };
  let time = 0;

  test("one address may not take every place, and a released place is free again", () => {
    const some = new AddressLimits({ ...limits, connectionsPerAddress: 2, connectionsTotal: 4 }, clock);
    expect([some.connect("a"), some.connect("a"), some.connect("a")]).toEqual([
      undefined,
      undefined,
      "connect_rate",
    ]);
    some.release("a");
    expect([some.connect("a"), some.connect("b"), some.connect("b")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(some.connect("c")).toBe("server_full");
    expect(some.connect(undefined)).toBe("server_full");
  });

  test("this machine itself is held only by the total", () => {
    const some = new AddressLimits({ ...limits, connectionsPerAddress: 1 }, clock);
    expect([some.connect(undefined), some.connect(undefined)]).toEqual([undefined, undefined]);
    expect(Array.from({ length: 50 }, () => some.mayLogin(undefined))).not.toContain(false);
  });

  test("log-ins of an address refill over a minute", () => {
    const some = new AddressLimits({ ...limits, loginsPerMinute: 2 }, clock);
    expect([some.mayLogin("a"), some.mayLogin("a"), some.mayLogin("a")]).toEqual([true, true, false]);
    expect(some.mayLogin("b")).toBe(true);
    time += 30_000;
    expect([some.mayLogin("a"), some.mayLogin("a")]).toEqual([true, false]);
  });

  test("new sessions of an address refill over a minute, apart from its log-ins", () => {
    const some = new AddressLimits({ ...limits, sessionsPerMinute: 1, loginsPerMinute: 1 }, clock);
    expect([some.mayOpenSession("a"), some.mayOpenSession("a")]).toEqual([true, false]);
    expect([some.mayLogin("a"), some.mayOpenSession("b"), some.mayOpenSession(undefined)]).toEqual([
      true,
      true,
      true,
    ]);
    time += 60_000;
    expect([some.mayOpenSession("a"), some.mayOpenSession("a")]).toEqual([true, false]);
  });

  test("so many addresses are kept; of one more, whoever asked longest ago is forgotten, and nobody else", () => {
    const some = new AddressLimits({ ...limits, addressesKept: 2, loginsPerMinute: 1 }, clock);
    expect(["a", "b", "a"].map((address) => some.mayLogin(address))).toEqual([true, true, false]);
    expect(some.mayLogin("c")).toBe(true);
    expect([some.mayLogin("a"), some.mayLogin("c")]).toEqual([false, false]);
    expect(some.mayLogin("b")).toBe(true);
  });
});
