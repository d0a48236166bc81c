import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "#shared/limits.ts";
import { decodeCommands, encodeCommands, type Commands } from "#shared/protocol/commands.ts";
import type { Body, Ground } from "#shared/step-player.ts";
import { Prediction } from "./prediction.ts";
import { luckOf, type LineShape } from "../net/line.ts";
import { Authority, drawn, Link } from "./testing.ts";

const room = drawn([
  "##########",
  "#........#",
  "#..##....#",
  "#........#",
  "#....#...#",
  "#........#",
  "##########",
]);
const start: Body = { x: 64, y: 64, facing: 0 };
const clean: LineShape = { lagMs: 60, jitterMs: 8, loss: 0 };

/** Plays `seconds` of a player who turns at random, over a link, against the authority. */
function play(seed: number, seconds: number, shape: LineShape, ground: Ground = room) {
  const luck = luckOf(seed);
  const up = new Link<Commands>(shape, luck);
  const down = new Link<{ body: Body; ack: number }>(shape, luck);
  const authority = new Authority(start, ground);
  let now = 0;
  const frames: Commands[] = [];
  const prediction = new Prediction(ground, start, (commands) => {
    // Through the wire format, so that a prediction on anything finer than the wire would show.
    const read = decodeCommands(encodeCommands(commands));
    if (read) up.send(read, now);
    frames.push(commands);
    return true;
  });
  let will = { x: 0, y: 0 };
  let nextTick = limits.tickMs;
  let nextTurn = 0;
  const steps: number[] = [];
  let pose = prediction.pose(0);
  const frameMs = 1000 / 60;
  const run = (until: number): void => {
    for (; now < until; now += frameMs) {
      if (now >= nextTurn) {
        will = { x: luck() * 2 - 1, y: luck() * 2 - 1 };
        if (luck() < 0.3) will = { x: 0, y: 0 };
        nextTurn = now + 50 + luck() * 600;
      }
      prediction.advance(now, () => will);
      for (; nextTick <= now; nextTick += limits.tickMs) {
        for (const commands of up.arrived(nextTick)) authority.hear(commands);
        authority.tick();
        down.send({ body: authority.body, ack: authority.ack }, nextTick);
      }
      for (const { body, ack } of down.arrived(now)) prediction.correct(body, ack & 0xffff, false, now);
      const next = prediction.pose(now);
      steps.push(Math.hypot(next.x - pose.x, next.y - pose.y));
      pose = next;
    }
  };
  run(seconds * 1000);
  will = { x: 0, y: 0 };
  nextTurn = Infinity;
  run(seconds * 1000 + 3000);
  return { prediction, authority, frames, steps };
}

describe("prediction", () => {
  it("never needs a correction on a clean line", () => {
    assert(
      property(integer({ min: 1 }), integer({ min: 0, max: 240 }), (seed, lagMs) => {
        const { prediction, authority } = play(seed, 20, { ...clean, lagMs });
        expect(prediction.corrections.count).toBe(0);
        expect({ ...prediction.body, facing: 0 }).toEqual({ ...authority.body, facing: 0 });
      }),
      { numRuns: 25 },
    );
  });

  it("draws no step longer than the player can walk, however the frames fall", () => {
    const longest = (limits.playerSpeedUnits / 60) * 1.05;
    for (const step of play(7, 30, clean).steps) expect(step).toBeLessThanOrEqual(longest * 2);
  });

  it("ends where the world says after a line that stalls", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { prediction, authority } = play(seed, 20, { lagMs: 120, jitterMs: 20, loss: 0.05 });
      expect([prediction.body.x, prediction.body.y]).toEqual([authority.body.x, authority.body.y]);
    }
  });

  it("sends at most one frame each 25 ms, each 50 ms while going straight on", () => {
    const sent: { at: number; commands: Commands }[] = [];
    let now = 0;
    const prediction = new Prediction(room, start, (commands) => {
      sent.push({ at: now, commands });
      return true;
    });
    for (; now < 1000; now += 5) prediction.advance(now, () => ({ x: 1, y: 0 }));
    const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    expect(Math.min(...gaps.slice(1))).toBeGreaterThanOrEqual(50);
    const before = sent.length;
    for (; now < 2000; now += 5) prediction.advance(now, () => ({ x: now % 10 === 0 ? 1 : -1, y: 0 }));
    const hurried = sent.slice(before).map(({ at }, index) => at - (sent[before + index - 1]?.at ?? 0));
    expect(Math.min(...hurried)).toBeGreaterThanOrEqual(25);
    expect(
      sent.flatMap(({ commands }) => commands.commands.map((_, index) => commands.first + index)),
    ).toEqual(
      Array.from(
        { length: sent.reduce((sum, { commands }) => sum + commands.commands.length, 0) },
        (_, n) => n + 1,
      ),
    );
  });

  it("merges what a backed-up line would not take into the next frame", () => {
    let isBackedUp = true;
    const taken: Commands[] = [];
    const prediction = new Prediction(room, start, (commands) => {
      if (!isBackedUp) taken.push(commands);
      return !isBackedUp;
    });
    let now = 0;
    for (; now < 500; now += 10) prediction.advance(now, () => ({ x: 0, y: 1 }));
    isBackedUp = false;
    prediction.advance(now, () => ({ x: 0, y: 1 }));
    expect(taken).toHaveLength(1);
    expect(taken[0]?.first).toBe(1);
    expect(taken[0]?.commands.length).toBeGreaterThanOrEqual(28);
  });

  it("keeps at most two seconds unanswered, then stands", () => {
    const prediction = new Prediction(
      drawn(Array(200).fill(".".repeat(200))),
      { x: 100, y: 100, facing: 0 },
      () => true,
    );
    for (let now = 0; now < 10_000; now += 10) prediction.advance(now, () => ({ x: 1, y: 0 }));
    expect(prediction.body.x - 100).toBeCloseTo(2 * limits.playerSpeedUnits, 0);
  });

  it("says stop once, at once, when halted", () => {
    const sent: Commands[] = [];
    const prediction = new Prediction(room, start, (commands) => Boolean(sent.push(commands)));
    for (let now = 0; now <= 200; now += 10) prediction.advance(now, () => ({ x: 1, y: 0 }));
    const before = sent.length;
    prediction.halt(201);
    prediction.halt(202);
    expect(
      sent
        .slice(before)
        .flatMap(({ commands }) => commands)
        .at(-1),
    ).toEqual({ dx: 0, dy: 0, buttons: 0 });
    expect(sent.length).toBe(before + 1);
  });

  it("smooths an error one can see, ignores a tiny one, snaps a large or declared one", () => {
    const make = (): Prediction => new Prediction(room, start, () => true);
    const off = (by: number, isSet = false): { jump: number; corrections: number; epoch: number } => {
      const prediction = make();
      const was = prediction.pose(0);
      prediction.correct({ ...start, x: start.x + by }, 0, isSet, 0);
      const is = prediction.pose(0);
      return { jump: is.x - was.x, corrections: prediction.corrections.count, epoch: prediction.epoch };
    };
    expect(off(0.25)).toMatchObject({ corrections: 0, epoch: 0 });
    expect(off(40)).toEqual({ jump: 0, corrections: 1, epoch: 0 });
    expect(off(100)).toEqual({ jump: 100, corrections: 1, epoch: 1 });
    expect(off(40, true)).toEqual({ jump: 40, corrections: 0, epoch: 1 });
    const prediction = make();
    prediction.pose(0);
    prediction.correct({ ...start, x: start.x + 40 }, 0, false, 0);
    expect(prediction.pose(100).x).toBeCloseTo(start.x + 40 - 40 / Math.E, 3);
  });
});
