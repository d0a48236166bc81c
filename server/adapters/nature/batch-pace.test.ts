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

  test("lets arrivals gather when commits come in a storm, and only then", () => {
    const pace = new BatchPace(clock);
    for (let n = 0; n < 50; n++) pace.committed();
    pace.soon(take);
    vi.advanceTimersByTime(0);
    expect(taken).toBe(1);
    pace.committed();
    pace.soon(take);
    vi.advanceTimersByTime(5);
    expect(taken).toBe(1);
    vi.advanceTimersByTime(1);
    expect(taken).toBe(2);
  });

  test("holds nothing up any more once the storm is over, nor what needs no commit", () => {
    const pace = new BatchPace(clock);
    for (let n = 0; n < 51; n++) pace.committed();
    clock.advance(6);
    for (let n = 0; n < 100; n++) pace.soon(take);
    vi.advanceTimersByTime(0);
    expect(taken).toBe(100);
  });
});
