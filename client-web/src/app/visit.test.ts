import { assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import { tickRates } from "#shared/world-settings.ts";
import { luckOf, type LineShape } from "../net/line.ts";
import { TestWorld, type TestGuest } from "./testing-world.ts";
import { mapOf } from "./testing.ts";

const start = { x: 120, y: 120, facing: 0 };

/** Walks about the middle of the map without ever standing, turning as its luck has it. */
function restless(world: TestWorld, guest: TestGuest, luck: () => number): () => void {
  let turnAt = 0;
  return () => {
    if (world.now < turnAt) return;
    turnAt = world.now + 300 + luck() * 900;
    const { x, y } = guest.avatar.body;
    const angle = Math.atan2(190 - y, 320 - x) + (luck() - 0.5) * 2;
    guest.will = { x: Math.cos(angle), y: Math.sin(angle) };
  };
}

/** One walks about over a line for some seconds, another watches over a line of the same kind. */
function walked(shape: LineShape, seed: number, seconds: number, tickRate: (typeof tickRates)[number] = 20) {
  const world = new TestWorld(mapOf("hub"), { tickRate });
  const walker = world.join("walker", shape, luckOf(seed * 31 + 1), start);
  const watcher = world.join("watcher", shape, luckOf(seed * 37 + 2), start);
  const turn = restless(world, walker, luckOf(seed * 41 + 3));
  const shown = (): { x: number; y: number } | undefined =>
    watcher.visit.frame(world.now, "watcher", false).others.find(({ name }) => name === "walker");
  world.run(10, () => (turn(), shown()));
  let [last, since] = [shown(), world.now];
  const gaps: number[] = [];
  world.run(seconds, () => {
    turn();
    const at = shown();
    if (at?.x === last?.x && at?.y === last?.y) return;
    gaps.push(world.now - since);
    [last, since] = [at, world.now];
  });
  return { world, walker, watcher, gaps };
}

describe("visit", () => {
  it("needs no correction on a clean line, whatever the world's pace", () => {
    const clean = record({ lagMs: integer({ min: 0, max: 240 }), jitterMs: integer({ min: 0, max: 20 }) });
    assert(
      property(clean, constantFrom(...tickRates), integer({ min: 1 }), (line, tickRate, seed) => {
        const { world, walker } = walked({ ...line, loss: 0 }, seed, 10, tickRate);
        expect(walker.visit.stats.corrections).toBe(0);
        walker.will = { x: 0, y: 0 };
        world.run(2);
        expect(walker.visit.body).toEqual(walker.avatar.body);
      }),
      { numRuns: 20 },
    );
  });

  it("needs none either where packets get lost: ten minutes each", () => {
    const lines = [
      { lagMs: 60, jitterMs: 8, loss: 0.002 },
      { lagMs: 120, jitterMs: 20, loss: 0.01 },
      { lagMs: 80, jitterMs: 20, loss: 0.02 },
    ];
    for (const [index, shape] of lines.entries()) {
      const { walker } = walked(shape, index + 1, 600);
      expect([walker.visit.stats.corrections, walker.dropped]).toEqual([0, 0]);
    }
  });

  it("shows others who walk over 80 ms ± 20 with 2 % loss walking, all but never held up by 250 ms", () => {
    const gaps = [1, 2, 3, 4, 5].flatMap(
      (seed) => walked({ lagMs: 80, jitterMs: 20, loss: 0.02 }, seed, 120).gaps,
    );
    const total = gaps.reduce((sum, gap) => sum + gap, 0);
    const long = gaps.filter((gap) => gap > 250).reduce((sum, gap) => sum + gap, 0);
    expect(long / total).toBeLessThan(0.005);
    expect(Math.max(...gaps)).toBeLessThan(600);
  });

  it("asks for the whole state after a snapshot that never came, at most once a second, and goes on", () => {
    const world = new TestWorld(mapOf("hub"));
    const guest = world.join("guest", { lagMs: 60, jitterMs: 0, loss: 0 }, luckOf(1), start);
    const other = world.join("other", { lagMs: 60, jitterMs: 0, loss: 0 }, luckOf(2), { ...start, x: 300 });
    world.run(2);
    const asked: FromPlayer[] = [];
    guest.heard = (message) => void (message.type === "state" && asked.push(message));
    const until = world.now + 3000;
    // Every second snapshot is lost, full ones among them.
    let count = 0;
    guest.isLost = () => world.now < until && ++count % 2 === 0;
    other.will = { x: 0, y: 1 };
    world.run(5);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(asked.length).toBeLessThanOrEqual(4);
    other.will = { x: 0, y: 0 };
    world.run(2);
    const seen = guest.visit.frame(world.now, "guest", false).others.find(({ name }) => name === "other");
    expect(seen).toMatchObject({ x: other.avatar.body.x, y: other.avatar.body.y });
  });

  it("stands still at once when told to, and the world hears so", () => {
    const world = new TestWorld(mapOf("hub"));
    const guest = world.join("guest", { lagMs: 40, jitterMs: 0, loss: 0 }, luckOf(1), start);
    world.run(1);
    guest.will = { x: 1, y: 0 };
    world.run(1);
    guest.will = { x: 0, y: 0 };
    guest.visit.halt(world.now);
    const at = guest.visit.body;
    world.run(1);
    expect(guest.visit.body).toEqual(at);
    expect(guest.avatar.body).toEqual(at);
  });

  it("says how the line is", () => {
    const { watcher } = walked({ lagMs: 80, jitterMs: 20, loss: 0.02 }, 3, 30);
    const { worldMs = 0, delayMs, starved, receivedPerSecond, sentPerSecond, entities } = watcher.visit.stats;
    expect(worldMs).toBeGreaterThan(50);
    expect(delayMs).toBeGreaterThan(75);
    expect(starved).toBeGreaterThan(0);
    expect(receivedPerSecond).toBeGreaterThan(100);
    expect(sentPerSecond).toBeGreaterThanOrEqual(0);
    expect(entities).toBe(3);
  });
});
