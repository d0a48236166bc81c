import { beforeEach, describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { Spares } from "./spares.ts";
import { FakeProcess } from "./testing.ts";

describe("spares", () => {
  let clock: HandClock;
  let started: FakeProcess[];
  const make = (warmSpares: number) =>
    new Spares(
      () => {
        const next = new FakeProcess();
        started.push(next);
        return next;
      },
      { ...limits, warmSpares },
      clock,
    );
  beforeEach(() => {
    clock = new HandClock();
    started = [];
  });

  test("none is started before somebody has arrived", () => {
    const spares = make(2);
    spares.hold(false);
    expect(started).toHaveLength(0);
    spares.warm();
    spares.warm();
    expect(started).toHaveLength(2);
  });

  test("with warmSpares 0 there are none", () => {
    const spares = make(0);
    spares.warm();
    expect(started).toHaveLength(0);
    expect(spares.take()).toBeUndefined();
  });

  test("a used one is replaced once no launch is starting", () => {
    const spares = make(1);
    spares.warm();
    spares.hold(true);
    expect(spares.take()).toBe(started[0]);
    // Another launch begins meanwhile.
    spares.hold(true);
    expect(started).toHaveLength(1);
    spares.hold(false);
    expect(started).toHaveLength(2);
  });

  test("one that dies is replaced, later each time", async () => {
    const spares = make(1);
    spares.warm();
    await started[0]?.end(1);
    expect(started).toHaveLength(1);
    clock.advance(limits.backoffFirstMs);
    expect(started).toHaveLength(2);
    await started[1]?.end(1);
    clock.advance(limits.backoffFirstMs);
    expect(started).toHaveLength(2);
    clock.advance(limits.backoffFirstMs);
    expect(started).toHaveLength(3);
  });

  test("one that was taken is nobody's business here when it ends", async () => {
    const spares = make(1);
    spares.warm();
    const taken = spares.take() as FakeProcess;
    await taken.end(0);
    clock.advance(limits.backoffMaxMs);
    expect(started).toHaveLength(1);
  });

  test("closing lets them go and starts no more", async () => {
    const spares = make(1);
    spares.warm();
    spares.close();
    expect(started[0]?.isDismissed).toBe(true);
    await started[0]?.end(0);
    clock.advance(limits.backoffMaxMs);
    expect(started).toHaveLength(1);
  });
});
