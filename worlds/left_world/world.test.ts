import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { groundOf } from "#shared/ground.ts";
import { isFree } from "#shared/step-player.ts";
import type { JsonValue, RulesEntity, RulesPlayer, RulesWorld, WorldRules } from "#shared/world-rules.ts";
import { compileWorlds } from "#tools/worlds/build.ts";

const map = compileWorlds(fileURLToPath(new URL("..", import.meta.url))).find(
  ({ key }) => key === "left_world",
)?.map;

const ada: RulesPlayer = { id: 2, name: "Ada", guest: false, x: 0, y: 0, facing: 0 };

/** A beach whose time is set by hand, and all that the crab has said on it. */
function beach() {
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
  return { crab, said, world };
}

/** The rules as a new process has them. */
async function rulesAnew(): Promise<WorldRules> {
  vi.resetModules();
  return (await import("./world.ts")).rules;
}

test("the crab walks the beach, never into the sea or a palm, and hides when it is touched", async () => {
  if (!map) throw new Error("the left world is not there");
  const ground = groundOf(map);
  const rules = await rulesAnew();
  const { crab, said, world } = beach();
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

test("the crab remembers in the next launch how often it was touched", async () => {
  const touch = (rules: WorldRules): string[] => {
    const { crab, said, world } = beach();
    rules.onStart?.(world);
    rules.onInteract?.(ada, crab as RulesEntity, world);
    return said;
  };
  const before = await rulesAnew();
  expect(touch(before)).toEqual(["Snip!"]);
  const saved = JSON.stringify(before.save?.(beach().world));

  const after = await rulesAnew();
  after.restore?.(JSON.parse(saved) as JsonValue, beach().world);
  expect(touch(after)).toEqual(["Snip! 2 times now."]);
  expect(() => after.restore?.({}, beach().world)).toThrow(TypeError);
  expect(after.save?.(beach().world)).toEqual({ snips: 2 });
});
