import { describe, expect, test } from "vitest";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import type { JsonValue, RulesPlayer, RulesWorld, WorldRules } from "#shared/world-rules.ts";
import { Log } from "./log.ts";
import { Rules } from "./rules.ts";
import { Simulation } from "./simulation.ts";
import { hall, hallWorld, Watcher } from "./testing.ts";

interface Played {
  readonly rules: Rules;
  readonly simulation: Simulation;
  readonly events: string[];
  readonly said: unknown[];
}

function rulesOn(rules: WorldRules): Played {
  const simulation = new Simulation(hallWorld, groundOf(hall), limits);
  simulation.place("a1", { name: "Ada", guest: true }, { x: 80, y: 80, facing: 1 });
  simulation.activate("a1");
  const events: string[] = [];
  const log = new Log({
    format: "json",
    write: (line) => void events.push((JSON.parse(line) as { event: string }).event),
  });
  const said: unknown[] = [];
  const talk = { say: (entity: number, text: string): void => void said.push([entity, text]) };
  return { rules: new Rules({ rules, world: hallWorld, log }, simulation, talk), simulation, events, said };
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

  test("put characters and things into the world, move, change and remove them", () => {
    let id = 0;
    const { rules, simulation, said } = rulesOn({
      onStart: (world) => (id = world.spawn({ kind: "thing", name: "", sprite: "crab", x: 100, y: 90 })),
      onTick: (world) => {
        world.place(id, { x: 110, y: 90, facing: 2 });
        world.look(id, { name: "Crab" });
        world.say(id, "x".repeat(300));
      },
      onInteract: (player, entity, world) => {
        if (entity.id === id && player.name === "Ada") world.despawn(id);
      },
    });
    rules.start();
    const ada = new Watcher(simulation, "a1");
    simulation.advance();
    expect(ada.look().seen.get(id)).toMatchObject({
      x: 100,
      y: 90,
      looks: { kind: "thing", sprite: "crab" },
    });
    simulation.advance();
    rules.tick();
    expect(ada.look().seen.get(id)).toMatchObject({ x: 110, facing: 2, setAt: 1, looks: { name: "Crab" } });
    expect(said).toEqual([[id, "x".repeat(200)]]);
    const entity = simulation.entityOf(id);
    expect(entity).toEqual({ id, kind: "thing", name: "Crab", sprite: "crab", x: 110, y: 90, facing: 2 });
    if (entity) rules.interact("a1", entity);
    simulation.advance();
    expect(ada.look().seen.has(id)).toBe(false);
  });

  test("that put something far away let it appear there", () => {
    let id = 0;
    const { rules, simulation } = rulesOn({
      onStart: (world) => (id = world.spawn({ kind: "npc", name: "Fay", sprite: "fay", x: 100, y: 90 })),
      onTick: (world) => world.place(id, { x: 400, y: 90 }),
    });
    rules.start();
    const ada = new Watcher(simulation, "a1");
    simulation.advance();
    ada.look();
    simulation.advance();
    rules.tick();
    expect(ada.look().seen.get(id)).toMatchObject({ x: 400, setAt: 2 });
  });

  test("cannot do what makes no sense, nor touch what is not theirs", () => {
    const thing = { kind: "thing", name: "", sprite: "crab", x: 1, y: 1 } as const;
    const attempts: ((world: RulesWorld) => void)[] = [
      (world) => world.spawn({ ...thing, x: Number.NaN }),
      (world) => world.spawn({ ...thing, y: -1 }),
      (world) => world.spawn({ ...thing, x: 641 }),
      (world) => world.spawn({ ...thing, facing: 4 }),
      (world) => world.spawn({ ...thing, kind: "player" as never }),
      (world) => world.spawn({ ...thing, name: undefined as never }),
      (world) => world.spawn({ ...thing, name: "x".repeat(33) }),
      (world) => world.spawn({ ...thing, sprite: "" }),
      (world) => world.place(1, { x: 80, y: 80 }),
      (world) => world.look(2, { name: "Eve" }),
      (world) => world.say(2, "I am Ada"),
      (world) => world.despawn(1),
      (world) => {
        for (let count = 0; count <= 1024; count++) world.spawn(thing);
      },
    ];
    for (const attempt of attempts) {
      let thrown: unknown;
      const { rules, simulation, said } = rulesOn({
        onStart: (world) => {
          try {
            attempt(world);
          } catch (error) {
            thrown = error;
          }
        },
      });
      rules.start();
      expect(thrown).toBeInstanceOf(RangeError);
      expect(simulation.entityOf(2)).toMatchObject({ name: "Ada", x: 80 });
      expect(said).toEqual([]);
    }
  });

  test("that are off leave nothing behind", () => {
    const { rules, simulation } = rulesOn({
      onStart: (world) => void world.spawn({ kind: "thing", name: "", sprite: "crab", x: 100, y: 90 }),
      onTick: () => {
        throw new Error("bad rule");
      },
    });
    rules.start();
    const before = simulation.replication.count;
    for (let tick = 0; tick < 3; tick++) rules.tick();
    expect(simulation.replication.count).toBe(before - 1);
  });
});

describe("what a world's rules remember", () => {
  test("is asked for as JSON, and handed to the next launch with the world", () => {
    let count = 3;
    const { rules } = rulesOn({ save: ({ key }) => ({ [key]: count }) });
    expect(rules.save()).toBe('{"hub":3}');
    count++;
    expect(rules.save()).toBe('{"hub":4}');
    const heard: unknown[] = [];
    rulesOn({ restore: (saved, { key }) => void heard.push(saved, key) }).rules.restore('{"hub":4}');
    expect(heard).toEqual([{ hub: 4 }, "hub"]);
  });

  test("is nothing when they remember nothing", () => {
    expect(rulesOn({}).rules.save()).toBeUndefined();
    expect(rulesOn({ save: () => undefined }).rules.save()).toBeUndefined();
  });

  test.each<[string, () => JsonValue]>([
    ["throws", () => fail()],
    ["is no JSON", () => 1n as never],
    ["is async after all", () => Promise.reject(new Error("late")) as never],
  ])("stays what it was when `save` %s; the third time ends the rules", (_, wrong) => {
    let save = (): JsonValue => "good";
    const { rules, events } = rulesOn({ save: () => save() });
    rules.save();
    save = wrong;
    for (let times = 0; times < 4; times++) expect(rules.save()).toBe('"good"');
    expect(events).toEqual(["rules.failed", "rules.failed", "rules.failed", "rules.disabled"]);
  });

  test("is at most 64 Ki characters; more is said, and ends nothing", () => {
    let length = limits.worldStateLength - 2;
    const { rules, events } = rulesOn({ save: () => "x".repeat(length) });
    const kept = rules.save();
    expect(kept).toHaveLength(limits.worldStateLength);
    length++;
    for (let times = 0; times < 4; times++) expect(rules.save()).toBe(kept);
    expect(events).toEqual(["rules.failed", "rules.failed", "rules.failed", "rules.failed"]);
  });

  test.each<[string, NonNullable<WorldRules["restore"]>, string]>([
    ["throws", () => fail(), "1"],
    ["is async after all", () => Promise.reject(new Error("late")) as never, "1"],
    ["is handed something broken", () => {}, "{"],
  ])("is not written over when `restore` %s", (_, restore, text) => {
    const { rules, events } = rulesOn({ save: () => 0, restore });
    rules.restore(text);
    expect(rules.save()).toBeUndefined();
    expect(events).toEqual(["rules.failed"]);
  });
});

function fail(): never {
  throw new Error("bad rule");
}
