import { assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { isFree, stepPlayer, type Body, type Ground } from "#shared/step-player.ts";
import { findPath, isClear } from "./path.ts";
import { drawn } from "./testing.ts";
import { Walk } from "./walk.ts";

const maze = drawn(
  [
    "####################",
    "#..................#",
    "#..######..######..#",
    "#..#..........#....#",
    "#..#..######..#..###",
    "#.....#....#..#....#",
    "#.....#....#.......#",
    "#..#..#....#..#....#",
    "#..#..........#....#",
    "####################",
  ],
  40,
);

function walked(
  ground: Ground,
  from: Body,
  goal: { x: number; y: number },
  steps = 3000,
): { body: Body; walk: Walk } {
  const walk = new Walk(goal, ground);
  let body = from;
  for (let step = 0; step < steps && walk.phase === "going"; step++) {
    const { x, y } = walk.steer(body);
    body = stepPlayer(body, { dx: Math.round(x * 127), dy: Math.round(y * 127), buttons: 0 }, ground);
  }
  return { body, walk };
}

function freePlaces(ground: Ground, width: number, height: number): { x: number; y: number }[] {
  const found: { x: number; y: number }[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (isFree(x, y, ground)) found.push({ x, y });
  return found;
}

describe("walking to a goal", () => {
  it("goes straight where nothing is in the way", () => {
    expect(findPath({ x: 60, y: 60 }, { x: 500, y: 60 }, maze)).toEqual([{ x: 500, y: 60 }]);
  });

  it("finds a way a body fits through, every leg of it clear", () => {
    const from = { x: 60, y: 60 };
    const path = findPath(from, { x: 340, y: 260 }, maze);
    expect(path.length).toBeGreaterThan(1);
    [from, ...path].reduce((a, b) => {
      expect(isClear(a, b, maze)).toBe(true);
      return b;
    });
    expect(path.at(-1)).toEqual({ x: 340, y: 260 });
  });

  it("walks there with the world's own steps, from anywhere to anywhere", () => {
    const free = freePlaces(maze, 800, 400);
    const place = constantFrom(...free);
    assert(
      property(place, place, (from, goal) => {
        const { body, walk } = walked(maze, { ...from, facing: 0 }, goal);
        expect(walk.phase).toBe("arrived");
        expect(Math.hypot(body.x - goal.x, body.y - goal.y)).toBeLessThan(2);
      }),
      { numRuns: 60 },
    );
  });

  it("turns no corner before the way on is clear", () => {
    const goal = { x: 661, y: 62 };
    expect(walked(maze, { x: 420, y: 90, facing: 0 }, goal).walk.phase).toBe("arrived");
  });

  it("goes next to a goal a body cannot stand on", () => {
    const { body, walk } = walked(maze, { x: 60, y: 60, facing: 0 }, { x: 180, y: 100 });
    expect(walk.phase).toBe("arrived");
    expect(Math.hypot(body.x - 180, body.y - 100)).toBeLessThan(60);
  });

  it("goes as near as it can where there is no way, also when a closer place is out of reach", () => {
    const split = drawn(["#######", "#..#..#", "#..#..#", "#######"]);
    const { body, walk } = walked(split, { x: 52, y: 70, facing: 0 }, { x: 160, y: 64 });
    expect(walk.phase).toBe("arrived");
    expect(Math.hypot(body.x - 64, body.y - 64)).toBeLessThan(2);
    // The free cell nearest to this goal lies in the other room.
    expect(findPath({ x: 52, y: 70 }, { x: 130, y: 64 }, split).at(-1)).toMatchObject({ x: 64, y: 64 });
  });

  it("gives up where a body cannot move at all", () => {
    const rock = drawn(["###", "###", "###"]);
    expect(findPath({ x: 48, y: 48 }, { x: 60, y: 60 }, rock)).toEqual([]);
    expect(walked(rock, { x: 48, y: 48, facing: 0 }, { x: 60, y: 60 }).walk.phase).toBe("stuck");
  });

  it("plans anew when something it did not know of holds it up", () => {
    const walk = new Walk({ x: 500, y: 60 }, maze);
    let body: Body = { x: 60, y: 60, facing: 0 };
    for (let step = 0; step < 60; step++) walk.steer(body);
    for (let step = 0; step < 600 && walk.phase === "going"; step++) {
      const { x, y } = walk.steer(body);
      body = stepPlayer(body, { dx: Math.round(x * 127), dy: Math.round(y * 127), buttons: 0 }, maze);
    }
    expect(walk.phase).toBe("arrived");
  });
});
