import { describe, expect, it } from "vitest";
import { stepPlayer, type Body } from "#shared/step-player.ts";
import { drawn } from "../sim/testing.ts";
import { Steering } from "./steering.ts";

const ground = drawn(Array(12).fill(".".repeat(20)));

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
    let portal: string | undefined;
    for (let step = 0; step < 300 && portal === undefined; step++) {
      const { x, y } = steering.will(body);
      body = stepPlayer(body, { dx: Math.round(x * 127), dy: Math.round(y * 127), buttons: 0 }, ground);
      portal = steering.settle();
    }
    expect(portal).toBe("Door");
    expect(Math.hypot(body.x - 200, body.y - 150)).toBeLessThan(2);
    expect(steering.settle()).toBeUndefined();
    expect(steering.isStill).toBe(true);
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
