import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HandClock } from "../hand-clock.ts";
import { BatchPace } from "./batch-pace.ts";

describe("the pace of batches", () => {
  let clock: HandClock;
  let taken: number;
  const take = (): void => void taken++;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate"] });
    clock = new HandClock();
    taken = 0;
  });
  afterEach(() => void vi.useRealTimers());

  test("takes few batches at the end of the loop's turn", () => {
    const { soon } = new BatchPace(clock);
    soon(take);
    expect(taken).toBe(0);
    vi.advanceTimersByTime(0);
    expect(taken).toBe(1);
  });

  test("lets arrivals gather in a storm, and only then", () => {
    const { soon } = new BatchPace(clock);
    for (let n = 0; n < 50; n++) soon(take);
    soon(take);
    vi.advanceTimersByTime(0);
    expect(taken).toBe(50);
    vi.advanceTimersByTime(6);
    expect(taken).toBe(51);
    clock.advance(1000);
    soon(take);
    vi.advanceTimersByTime(0);
    expect(taken).toBe(52);
  });
});
