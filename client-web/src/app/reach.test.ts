import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { targetInReach } from "./reach.ts";
import type { Sprite } from "./view.ts";

const portal = { w: 32, h: 32, target: "left_world", spawn: "Door", label: "", color: "#ffffff" };
const portals = { Door: { x: 100, y: 100, ...portal }, Gate: { x: 160, y: 100, ...portal } };

const being = (id: number, kind: Sprite["kind"], x: number): Sprite => ({
  id,
  kind,
  name: "Host",
  guest: false,
  sprite: "host",
  x,
  y: 100,
  facing: 0,
  isMoving: false,
});

describe("what is in reach", () => {
  test("is the closest portal, character or thing", () => {
    const at = (x: number) => targetInReach({ portals }, { x, y: 100 }, [being(5, "npc", 260)]);
    expect(at(110)).toEqual({ x: 100, y: 100, portal: "Door" });
    expect(at(150)).toEqual({ x: 160, y: 100, portal: "Gate" });
    expect(at(250)).toEqual({ x: 260, y: 100, entity: 5 });
    expect(at(500)).toBeUndefined();
    expect(targetInReach({ portals: {} }, { x: 0, y: 100 }, [being(6, "thing", 30)])).toMatchObject({
      entity: 6,
    });
  });

  test("is never another player", () => {
    expect(targetInReach({ portals: {} }, { x: 0, y: 100 }, [being(6, "player", 10)])).toBeUndefined();
  });

  test("ends a little before the world's own measure, for who walks has walked on", () => {
    const far = (x: number) => targetInReach({ portals: {} }, { x: 0, y: 100 }, [being(5, "npc", x)]);
    expect(far(60)).toBeDefined();
    expect(far(70)).toBeUndefined();
    expect(limits.interactUnits).toBeGreaterThan(90);
  });
});
