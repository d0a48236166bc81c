import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { groundOf } from "#shared/ground.ts";
import { isFree } from "#shared/step-player.ts";
import type { RulesEntity, RulesPlayer, RulesWorld } from "#shared/world-rules.ts";
import { compileWorlds } from "#tools/worlds/build.ts";
import { rules } from "./world.ts";

const map = compileWorlds(fileURLToPath(new URL("..", import.meta.url))).find(
  ({ key }) => key === "left_world",
)?.map;

const ada: RulesPlayer = { id: 2, name: "Ada", guest: false, x: 0, y: 0, facing: 0 };

test("the crab walks the beach, never into the sea or a palm, and hides when it is touched", () => {
  if (!map) throw new Error("the left world is not there");
  const ground = groundOf(map);
  const crab = { id: 9, kind: "thing", name: "", sprite: "", x: 0, y: 0, facing: 0 };
  const said: string[] = [];
  const world: Omit<RulesWorld, "tick"> & { tick: number } = {
    key: "left_world",
    tick: 0,
    tickMs: 50,
    players: () => [ada],
    move: () => false,
    spawn: (what) => Object.assign(crab, what).id,
    place: (_, to) => void Object.assign(crab, to),
    look: (_, change) => void Object.assign(crab, change),
    say: (_, text) => void said.push(text),
    despawn: () => {},
  };
  const run = (ms: number): number[] => {
    const xs: number[] = [];
    for (const until = world.tick + ms / world.tickMs; world.tick < until; world.tick++) {
      rules.onTick?.(world);
      expect(isFree(crab.x, crab.y, ground)).toBe(true);
      xs.push(crab.x);
    }
    return xs;
  };

  rules.onStart?.(world);
  const walked = run(9000);
  expect(Math.max(...walked) - Math.min(...walked)).toBeGreaterThan(100);

  rules.onInteract?.(ada, crab as RulesEntity, world);
  rules.onInteract?.(ada, crab as RulesEntity, world);
  expect(crab.sprite).toBe("crab-hiding");
  expect(said).toEqual(["Snip!"]);
  expect(new Set(run(3950))).toEqual(new Set([crab.x]));

  const later = run(2000);
  expect(crab.sprite).toBe("crab");
  expect(new Set(later).size).toBeGreaterThan(10);
  // It goes on from where it hid.
  const steps = later.map((x, at) => Math.abs(x - (later[at - 1] ?? x)));
  expect(Math.max(...steps)).toBeLessThan(10);
});
