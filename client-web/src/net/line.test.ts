import { assert, double, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { Line, luckOf } from "./line.ts";

const shapes = record({
  lagMs: integer({ min: 0, max: 1000 }),
  jitterMs: integer({ min: 0, max: 1000 }),
  loss: double({ min: 0, max: 0.5, noNaN: true }),
});

describe("line", () => {
  it("lets nothing overtake and nothing arrive before it was sent", () => {
    assert(
      property(shapes, integer({ min: 1 }), (shape, seed) => {
        const line = new Line(shape, luckOf(seed));
        let last = 0;
        for (let now = 0; now < 5000; now += 7) {
          const at = line.arrival(now);
          expect(at).toBeGreaterThanOrEqual(Math.max(now, last));
          last = at;
        }
      }),
    );
  });

  it("takes half the lag each way, more or less the jitter", () => {
    const line = new Line({ lagMs: 80, jitterMs: 20, loss: 0 }, luckOf(3));
    const delays = Array.from({ length: 1000 }, (_, n) => line.arrival(n * 50) - n * 50);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(30);
    expect(Math.min(...delays)).toBeLessThan(31);
    expect(Math.max(...delays)).toBeLessThanOrEqual(50);
    expect(Math.max(...delays)).toBeGreaterThan(49);
  });

  it("holds everything up behind what was lost, as often as is asked for", () => {
    const line = new Line({ lagMs: 80, jitterMs: 0, loss: 0.02 }, luckOf(5));
    const delays = Array.from({ length: 10_000 }, (_, n) => line.arrival(n * 1000) - n * 1000);
    const lost = delays.filter((delay) => delay === 40 + 200).length;
    expect(delays.filter((delay) => delay === 40).length + lost).toBe(10_000);
    expect(lost).toBeGreaterThan(150);
    expect(lost).toBeLessThan(250);
    const held = new Line({ lagMs: 80, jitterMs: 0, loss: 1 }, luckOf(5));
    expect([held.arrival(0), held.arrival(0, 5000)]).toEqual([240, 240]);
  });

  it("loses large messages more often, and has the same luck with the same seed", () => {
    const lostOf = (bytes: number): number[] => {
      const line = new Line({ lagMs: 0, jitterMs: 0, loss: 0.05 }, luckOf(9));
      return Array.from({ length: 2000 }, (_, n) => line.arrival(n * 1000, bytes) - n * 1000).filter(Boolean);
    };
    expect(lostOf(14_000).length).toBeGreaterThan(4 * lostOf(100).length);
    expect(lostOf(100)).toEqual(lostOf(100));
  });
});
