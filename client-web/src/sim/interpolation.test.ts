import { describe, expect, it } from "vitest";
import { limits } from "#shared/limits.ts";
import type { EntityState } from "#shared/protocol/snapshot.ts";
import { Interpolation, type Pose } from "./interpolation.ts";
import { Link, luckOf, type LinkShape } from "./testing.ts";

const speed = limits.playerSpeedUnits / 1000;
const walker = (tick: number): EntityState => ({ id: 1, x: tick * limits.tickMs * speed, y: 50, facing: 2 });

/** Watches one walker through a link for `seconds` at 60 frames a second. */
function watch(seed: number, seconds: number, shape: LinkShape) {
  const luck = luckOf(seed);
  const link = new Link<number>(shape, luck);
  const interpolation = new Interpolation();
  const poses: { now: number; pose: Pose | undefined }[] = [];
  let tick = 0;
  for (let now = 0; now < seconds * 1000; now += 1000 / 60) {
    for (; tick * limits.tickMs <= now; tick++) link.send(tick, tick * limits.tickMs);
    for (const heard of link.arrived(now)) interpolation.heard(heard, [walker(heard)], now);
    poses.push({ now, pose: interpolation.at(now)[0] });
  }
  const seen = poses.filter(({ now, pose }) => now > 2000 && pose);
  const steps = seen.slice(1).map(({ pose }, index) => (pose?.x ?? 0) - (seen[index]?.pose?.x ?? 0));
  return { interpolation, steps };
}

describe("interpolation", () => {
  it("settles at 75 ms behind on a good line and never starves", () => {
    const { interpolation, steps } = watch(1, 30, { delayMs: 30, jitterMs: 4, loss: 0 });
    expect(interpolation.delayMs).toBeLessThan(80);
    expect(interpolation.starved).toBeLessThan(0.005);
    const step = speed * (1000 / 60);
    expect(Math.max(...steps)).toBeLessThan(step * 1.2);
    expect(Math.min(...steps)).toBeGreaterThan(step * 0.8);
  });

  it("waits longer on a poor line, up to 250 ms, and starves little", () => {
    const wifi = watch(2, 60, { delayMs: 30, jitterMs: 17, loss: 0.005 }).interpolation;
    const poor = watch(3, 60, { delayMs: 75, jitterMs: 40, loss: 0.02 }).interpolation;
    expect(poor.delayMs).toBeGreaterThan(wifi.delayMs);
    expect(poor.delayMs).toBeLessThanOrEqual(250);
    expect(wifi.starved).toBeLessThan(0.04);
    expect(poor.starved).toBeLessThan(0.12);
  });

  it("goes on for 100 ms without news, then holds, then blends back", () => {
    const interpolation = new Interpolation();
    let now = 0;
    for (let tick = 0; tick < 40; tick++, now += limits.tickMs) {
      interpolation.heard(tick, [walker(tick)], now);
      interpolation.at(now);
    }
    const last = walker(39).x;
    for (let at = now; at < now + 600; at += 10) interpolation.at(at);
    const [held] = interpolation.at(now + 600);
    expect(held?.x).toBeCloseTo(last + 100 * speed, 0);
    expect(held?.isMoving).toBe(false);
    for (let tick = 40; tick <= 53; tick++) interpolation.heard(tick, [walker(tick)], now + 610);
    const [back] = interpolation.at(now + 610);
    expect(Math.abs((back?.x ?? 0) - (held?.x ?? 0))).toBeLessThan(6);
    for (let tick = 54; tick < 60; tick++) interpolation.heard(tick, [walker(tick)], tick * limits.tickMs);
    const [later] = interpolation.at(now + 760);
    expect((later?.x ?? 0) - last).toBeGreaterThan(100 * speed);
  });

  it("shows a jump as a jump", () => {
    const interpolation = new Interpolation();
    interpolation.heard(1, [{ id: 1, x: 0, y: 0, facing: 0 }], 50);
    interpolation.heard(2, [{ id: 1, x: 400, y: 0, facing: 0 }], 100);
    const xs = [0, 20, 40, 60, 80].map((ms) => interpolation.at(150 + ms)[0]?.x);
    for (const x of xs) expect([0, 400]).toContain(x);
  });

  it("forgets who left and shows who came", () => {
    const interpolation = new Interpolation();
    for (let tick = 0; tick < 20; tick++) {
      const states = tick < 10 ? [walker(tick)] : [{ ...walker(tick), id: 2 }];
      interpolation.heard(tick, states, tick * limits.tickMs);
      interpolation.at(tick * limits.tickMs);
    }
    expect(interpolation.at(20 * limits.tickMs).map(({ id }) => id)).toEqual([2]);
  });

  it("keeps next to nothing while nobody looks, and shows the present at once when they do", () => {
    const interpolation = new Interpolation();
    let now = 0;
    const hear = (from: number, to: number): void => {
      for (let tick = from; tick < to; tick++, now += limits.tickMs)
        interpolation.heard(tick, [walker(tick)], now);
    };
    hear(0, 40);
    interpolation.at(now);
    hear(40, 2000);
    const [pose] = interpolation.at(now);
    expect(Math.abs((pose?.x ?? 0) - walker(2000).x)).toBeLessThan(40);
  });

  it("takes ticks in any order and twice", () => {
    const interpolation = new Interpolation();
    for (const tick of [0, 2, 1, 1, 3, 5, 4]) interpolation.heard(tick, [walker(tick)], 250);
    const xs = Array.from({ length: 20 }, (_, index) => interpolation.at(255 + index * 10)[0]?.x ?? 0);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
  });
});
