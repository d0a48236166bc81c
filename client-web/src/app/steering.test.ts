import { describe, expect, it } from "vitest";
import { limits } from "#shared/limits.ts";
import { stepPlayer, type Body, type Ground } from "#shared/step-player.ts";
import { drawn } from "../sim/testing.ts";
import { Steering, type Wish } from "./steering.ts";
import type { Frame, Sprite } from "./view.ts";

const ground = drawn(Array(12).fill(".".repeat(20)));
const empty: Frame = { others: [], epoch: 0 };

const being = (id: number, at: { x: number; y: number }): Sprite => ({
  id,
  kind: "npc",
  name: "Host",
  guest: false,
  sprite: "host",
  facing: 0,
  isMoving: true,
  ...at,
});

describe("steering", () => {
  it("follows the stick", () => {
    const steering = new Steering();
    expect(steering.isStill).toBe(true);
    steering.steer(1, 0);
    expect(steering.will({ x: 0, y: 0, facing: 0 })).toEqual({ x: 1, y: 0 });
    expect(steering.isStill).toBe(false);
    steering.steer(0, 0);
    expect(steering.isStill).toBe(true);
  });

  it("walks to a goal and names its portal once, on arrival", () => {
    const steering = new Steering();
    steering.walkTo({ x: 200, y: 150, portal: "Door" }, ground);
    let body: Body = { x: 100, y: 100, facing: 0 };
    let wish: Wish | undefined;
    for (let step = 0; step < 300 && !wish; step++) {
      const { x, y } = steering.will(body);
      body = stepPlayer(body, { dx: Math.round(x * 127), dy: Math.round(y * 127), buttons: 0 }, ground);
      wish = steering.settle(() => empty);
    }
    expect(wish).toEqual({ type: "usePortal", portal: "Door" });
    expect(Math.hypot(body.x - 200, body.y - 150)).toBeLessThan(2);
    expect(steering.settle(() => empty)).toBeUndefined();
    expect(steering.isStill).toBe(true);
  });

  it("goes after somebody who walks, and is there once they are in reach", () => {
    const steering = new Steering();
    const host = { x: 200, y: 150 };
    steering.walkTo({ ...host, entity: 7 }, ground);
    let body: Body = { x: 40, y: 40, facing: 0 };
    let wish: Wish | undefined;
    for (let step = 0; step < 600 && !wish; step++) {
      host.x += 1.2;
      const { x, y } = steering.will(body);
      body = stepPlayer(body, { dx: Math.round(x * 127), dy: Math.round(y * 127), buttons: 0 }, ground);
      wish = steering.settle(() => ({ ...empty, self: being(1, body), others: [being(7, host)] }));
    }
    expect(wish).toEqual({ type: "interact", entity: 7 });
    expect(host.x).toBeGreaterThan(240);
    expect(Math.hypot(body.x - host.x, body.y - host.y)).toBeLessThan(limits.interactUnits);
    expect(steering.isStill).toBe(true);
  });

  it("looks for who is out of sight where they were, and then gives up, as it does with who cannot be reached", () => {
    const steering = new Steering();
    let body: Body = { x: 40, y: 40, facing: 0 };
    const walk = (look: () => Partial<Frame>, on: Ground): void => {
      for (let step = 0; step < 2000 && !steering.isStill; step++) {
        const { x, y } = steering.will(body);
        body = stepPlayer(body, { dx: Math.round(x * 127), dy: Math.round(y * 127), buttons: 0 }, on);
        const frame = { ...empty, self: being(1, body), ...look() };
        expect(steering.settle(() => frame)).toBeUndefined();
      }
      expect(steering.isStill).toBe(true);
    };
    steering.walkTo({ x: 200, y: 150, entity: 7 }, ground);
    walk(() => ({}), ground);
    expect(Math.hypot(body.x - 200, body.y - 150)).toBeLessThan(2);

    body = { x: 40, y: 40, facing: 0 };
    const walled = drawn(["....#....", "....#....", "....#....", "....#...."]);
    steering.walkTo({ x: 240, y: 60, entity: 7 }, walled);
    walk(() => ({ others: [being(7, { x: 240, y: 60 })] }), walled);
  });

  it("drops the goal when the stick is touched, or when it belongs to a world left behind", () => {
    const steering = new Steering();
    steering.walkTo({ x: 200, y: 150, portal: "Door" }, ground);
    steering.steer(0, 0);
    expect(steering.will({ x: 100, y: 100, facing: 0 })).toEqual({ x: 0, y: 0 });
    steering.steer(0, 1);
    steering.walkTo({ x: 200, y: 150 }, ground);
    steering.forgetGoal();
    expect(steering.will({ x: 100, y: 100, facing: 0 })).toEqual({ x: 0, y: 1 });
  });
});
