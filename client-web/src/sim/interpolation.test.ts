import { describe, expect, it } from "vitest";
import { limits } from "#shared/limits.ts";
import { luckOf, type LineShape } from "../net/line.ts";
import { type Heard, Interpolation } from "./interpolation.ts";
import { Link } from "./testing.ts";
import type { Pose } from "./track.ts";

const beat = { tickMs: 50, ticksPerSend: 1 };
const speed = limits.playerSpeedUnits / 1000;
const frameMs = 1000 / 60;
const place = (tick: number): number => tick * beat.tickMs * speed;

type Told = { -readonly [K in keyof Heard]: Heard[K] };

/** What a replica would hold: one object per entity, told of in place. */
class View {
  readonly seen = new Map<number, Told>();
  tick = -1;

  tell(tick: number, states: readonly { id: number; x: number; isSet?: boolean }[]): this {
    this.tick = tick;
    for (const { id, x, isSet = false } of states) {
      const seen = this.seen.get(id) ?? { id, x, y: 50, facing: 2, told: tick, setAt: tick };
      this.seen.set(id, Object.assign(seen, { x, told: tick }, isSet && { setAt: tick }));
    }
    return this;
  }
}

const walker = (tick: number): { id: number; x: number } => ({ id: 1, x: place(tick) });

/** Watches one walker through a line for `seconds` at 60 frames a second. */
function watch(seed: number, seconds: number, shape: LineShape, rhythm = beat) {
  const sendMs = rhythm.tickMs * rhythm.ticksPerSend;
  const link = new Link<number>(shape, luckOf(seed));
  const interpolation = new Interpolation(rhythm);
  const view = new View();
  const poses: Pose[] = [];
  const delays: number[] = [];
  let starved = 0;
  let send = 0;
  for (let now = 0; now < seconds * 1000; now += frameMs) {
    for (; send * sendMs <= now; send++) link.send(send * rhythm.ticksPerSend, send * sendMs);
    for (const tick of link.arrived(now))
      interpolation.heard(view.tell(tick, [{ id: 1, x: tick * rhythm.tickMs * speed }]), now);
    const pose = interpolation.at(now)[0]?.pose;
    if (now > 5000 && pose) poses.push(pose);
    delays.push(interpolation.delayMs);
    starved += interpolation.starved;
  }
  const steps = poses.slice(1).map(({ x }, index) => x - (poses[index]?.x ?? 0));
  const meanDelay = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  return { interpolation, steps, meanDelay, meanStarved: starved / delays.length };
}

describe("interpolation", () => {
  it("settles at 75 ms behind on a good line and never starves", () => {
    const { interpolation, steps } = watch(1, 30, { lagMs: 60, jitterMs: 8, loss: 0 });
    expect(interpolation.delayMs).toBeLessThan(80);
    expect(interpolation.starved).toBeLessThan(0.005);
    const step = speed * frameMs;
    expect(Math.max(...steps)).toBeLessThan(step * 1.2);
    expect(Math.min(...steps)).toBeGreaterThan(step * 0.8);
  });

  it("follows worlds of other paces as smoothly", () => {
    for (const rhythm of [
      { tickMs: 1000 / 60, ticksPerSend: 3 },
      { tickMs: 1000 / 30, ticksPerSend: 2 },
      { tickMs: 100, ticksPerSend: 1 },
    ]) {
      const { interpolation, steps } = watch(1, 30, { lagMs: 60, jitterMs: 8, loss: 0 }, rhythm);
      expect(interpolation.starved).toBeLessThan(0.005);
      expect(Math.max(...steps)).toBeLessThan(speed * frameMs * 1.2);
      expect(Math.min(...steps)).toBeGreaterThan(speed * frameMs * 0.8);
    }
  });

  it.each([
    ["LAN", { lagMs: 2, jitterMs: 2, loss: 0 }, 75, 0.001],
    ["cable", { lagMs: 60, jitterMs: 6, loss: 0.001 }, 75, 0.005],
    ["wifi", { lagMs: 60, jitterMs: 17, loss: 0.005 }, 90, 0.025],
    ["4G", { lagMs: 80, jitterMs: 40, loss: 0.01 }, 134, 0.035],
    ["poor 4G", { lagMs: 150, jitterMs: 60, loss: 0.02 }, 215, 0.07],
  ])("finds the delay of %s", (_, shape, delayMs, starved) => {
    const found = watch(11, 600, shape);
    expect(Math.abs(found.meanDelay - delayMs)).toBeLessThan(10);
    expect(found.meanStarved).toBeLessThan(starved);
  });

  it("waits longer the poorer the line, up to 250 ms, and starves little", () => {
    const wifi = watch(2, 120, { lagMs: 60, jitterMs: 20, loss: 0.005 });
    const poor = watch(3, 120, { lagMs: 150, jitterMs: 80, loss: 0.02 });
    expect(poor.meanDelay).toBeGreaterThan(wifi.meanDelay + 20);
    expect(poor.interpolation.delayMs).toBeLessThanOrEqual(250);
    expect(wifi.interpolation.starved).toBeLessThan(0.04);
    expect(poor.interpolation.starved).toBeLessThan(0.1);
  });

  it("goes on without news, ever slower, then holds, then blends back", () => {
    const interpolation = new Interpolation(beat);
    const view = new View();
    let now = 0;
    for (let tick = 0; tick < 40; tick++, now += beat.tickMs) {
      interpolation.heard(view.tell(tick, [walker(tick)]), now);
      interpolation.at(now);
    }
    for (let at = now; at < now + 600; at += 10) interpolation.at(at);
    const held = interpolation.at(now + 600)[0]?.pose;
    expect(held?.x).toBeCloseTo(place(39) + 250 * speed, 0);
    expect(held?.isMoving).toBe(false);
    for (let tick = 40; tick <= 53; tick++) interpolation.heard(view.tell(tick, [walker(tick)]), now + 610);
    const back = interpolation.at(now + 610)[0]?.pose;
    expect(Math.abs((back?.x ?? 0) - (held?.x ?? 0))).toBeLessThan(6);
    for (let at = now + 620; at < now + 760; at += 10) interpolation.at(at);
    expect((interpolation.at(now + 760)[0]?.pose.x ?? 0) - place(39)).toBeGreaterThan(100 * speed);
  });

  it("goes on with each by itself, whoever else is told of", () => {
    const interpolation = new Interpolation(beat);
    const view = new View();
    const far = { every: 2, xs: [] as number[] };
    for (let tick = 0, now = 0; tick < 200; tick++) {
      const states = tick % far.every === 0 ? [walker(tick), { id: 2, x: place(tick) }] : [walker(tick)];
      interpolation.heard(view.tell(tick, states), now);
      for (const end = now + beat.tickMs; now < end; now += 10) {
        const shown = interpolation.at(now).find(({ entity }) => entity.id === 2);
        if (tick > 40 && shown) far.xs.push(shown.pose.x);
      }
    }
    const steps = far.xs.slice(1).map((x, index) => x - (far.xs[index] ?? 0));
    expect(Math.max(...steps)).toBeLessThan(10 * speed * 1.3);
    expect(Math.min(...steps)).toBeGreaterThan(10 * speed * 0.7);
  });

  it("shows a jump as a jump, a far one and a declared one", () => {
    for (const [to, isSet] of [
      [400, false],
      [60, true],
    ] as const) {
      const interpolation = new Interpolation(beat);
      const view = new View();
      interpolation.heard(view.tell(1, [{ id: 1, x: 0 }]), 50);
      interpolation.heard(view.tell(2, [{ id: 1, x: to, isSet }]), 100);
      const xs = Array.from({ length: 20 }, (_, n) => interpolation.at(150 + n * 10)[0]?.pose.x);
      expect(new Set(xs)).toEqual(new Set([0, to]));
    }
  });

  it("forgets who left and shows who came", () => {
    const interpolation = new Interpolation(beat);
    const view = new View();
    for (let tick = 0; tick < 20; tick++) {
      if (tick === 10) view.seen.delete(1);
      interpolation.heard(view.tell(tick, [tick < 10 ? walker(tick) : { id: 2, x: 5 }]), tick * beat.tickMs);
      interpolation.at(tick * beat.tickMs);
    }
    expect(interpolation.at(20 * beat.tickMs).map(({ entity }) => entity.id)).toEqual([2]);
  });

  it("goes on smoothly when the whole view is told anew", () => {
    const interpolation = new Interpolation(beat);
    let view = new View();
    const xs: number[] = [];
    for (let tick = 0, now = 0; tick < 60; tick++) {
      if (tick === 40) view = new View();
      interpolation.heard(view.tell(tick, [walker(tick)]), now);
      for (const end = now + beat.tickMs; now < end; now += 10)
        if (tick > 20) xs.push(interpolation.at(now)[0]?.pose.x ?? 0);
        else interpolation.at(now);
    }
    const steps = xs.slice(1).map((x, index) => x - (xs[index] ?? 0));
    expect(Math.max(...steps)).toBeLessThan(10 * speed * 1.2);
    expect(Math.min(...steps)).toBeGreaterThan(0);
  });

  it("keeps next to nothing while nobody looks, and shows the present at once when they do", () => {
    const interpolation = new Interpolation(beat);
    const view = new View();
    const hear = (from: number, to: number): void => {
      for (let tick = from; tick < to; tick++)
        interpolation.heard(view.tell(tick, [walker(tick)]), tick * beat.tickMs);
    };
    hear(0, 40);
    interpolation.at(40 * beat.tickMs);
    hear(40, 2000);
    const pose = interpolation.at(2000 * beat.tickMs)[0]?.pose;
    expect(Math.abs((pose?.x ?? 0) - place(2000))).toBeLessThan(40);
  });

  it("does not hold it against the line that a hidden page was called late", () => {
    const interpolation = new Interpolation(beat);
    const view = new View();
    interpolation.at(0);
    for (let second = 1; second < 60; second++)
      for (let tick = second * 20; tick < second * 20 + 20; tick++)
        interpolation.heard(view.tell(tick, [walker(tick)]), second * 1000 + 950);
    expect(interpolation.delayMs).toBeGreaterThan(200);
    interpolation.at(59_950);
    expect(interpolation.delayMs).toBe(100);
  });

  it("counts the snapshots that were left out", () => {
    const interpolation = new Interpolation({ tickMs: 25, ticksPerSend: 2 });
    const view = new View();
    for (const tick of [10, 12, 14, 20, 22]) interpolation.heard(view.tell(tick, [walker(tick)]), tick * 25);
    expect(interpolation.skipped).toBe(2);
  });
});
