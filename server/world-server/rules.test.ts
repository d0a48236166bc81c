import { describe, expect, test } from "vitest";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import type { RulesPlayer, RulesWorld, WorldRules } from "#shared/world-rules.ts";
import { Log } from "./log.ts";
import { Rules } from "./rules.ts";
import { Simulation } from "./simulation.ts";
import { hall } from "./testing.ts";

function rulesOn(rules: WorldRules): { rules: Rules; simulation: Simulation; events: string[] } {
  const simulation = new Simulation(hall, groundOf(hall), limits);
  simulation.place("a1", { name: "Ada", guest: true }, { x: 80, y: 80, facing: 1 });
  simulation.activate("a1");
  const events: string[] = [];
  const log = new Log({
    format: "json",
    write: (line) => void events.push((JSON.parse(line) as { event: string }).event),
  });
  return { rules: new Rules(rules, "hub", simulation, log), simulation, events };
}

const ada: RulesPlayer = { id: 2, name: "Ada", guest: true, x: 80, y: 80, facing: 1 };

describe("a world's rules", () => {
  test("hear who enters and leaves, and every tick", () => {
    const heard: unknown[] = [];
    const { rules, simulation } = rulesOn({
      onEnter: (player, { key }) => void heard.push(["enter", player, key]),
      onLeave: (player) => void heard.push(["leave", player]),
      onTick: (world) => void heard.push(["tick", world.tick, world.players()]),
    });
    rules.enter("a1");
    simulation.advance();
    rules.tick();
    rules.leave("a1");
    rules.leave("nobody");
    expect(heard).toEqual([
      ["enter", ada, "hub"],
      ["tick", 1, [ada]],
      ["leave", ada],
    ]);
  });

  test("move players, but not into walls nor those who are not here", () => {
    let moved: boolean[] = [];
    const move = (world: RulesWorld): void => {
      moved = [
        world.move(2, { x: 400, y: 80 }),
        world.move(2, { x: 0, y: 0 }),
        world.move(9, { x: 80, y: 80 }),
      ];
    };
    const { rules, simulation } = rulesOn({ onTick: move });
    rules.tick();
    expect(moved).toEqual([true, false, false]);
    expect(simulation.bodyOf("a1")).toEqual({ x: 400, y: 80, facing: 1 });
  });

  test("that throw are logged, and off after three times", async () => {
    let calls = 0;
    const { rules, events } = rulesOn({
      onEnter: () => Promise.reject(new Error("async after all")),
      onTick: () => {
        calls++;
        throw new Error("bad rule");
      },
    });
    rules.enter("a1");
    await Promise.resolve();
    for (let tick = 0; tick < 5; tick++) rules.tick();
    expect(calls).toBe(2);
    expect(events).toEqual(["rules.failed", "rules.failed", "rules.failed", "rules.disabled"]);
  });
});
