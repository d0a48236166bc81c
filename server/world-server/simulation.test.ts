import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import { isFree, stepPlayer } from "#shared/step-player.ts";
import type { Body, Command } from "#shared/step-player.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import type { Commands } from "#shared/protocol/commands.ts";
import { Simulation, walkNpc } from "./simulation.ts";
import { hall, hallWorld, Watcher } from "./testing.ts";

const ground = groundOf(hall);
const ada = { name: "Ada", guest: false };
const start = { x: 80, y: 80, facing: 0 };
const right: Command = { dx: 127, dy: 0, buttons: 0 };
const stepUnits = limits.playerSpeedUnits / 60;

function hallWithAda(at: Body = start): Simulation {
  const simulation = new Simulation(hallWorld, ground, limits);
  simulation.place("a1", ada, at);
  simulation.activate("a1");
  return simulation;
}

const receive = (simulation: Simulation, commands: Commands): number =>
  simulation.avatarOf("a1")?.receive(encodeCommands(commands)) ?? 0;
const times = (count: number, command: Command): Command[] => Array.from({ length: count }, () => command);
const command = fc.record({
  dx: fc.integer({ min: -128, max: 127 }),
  dy: fc.integer({ min: -128, max: 127 }),
  buttons: fc.nat(255),
});
/** What a client does in each tick: how many ticks pass, and what it sends in the meantime. */
const play = fc.array(
  fc.record({ ticks: fc.integer({ min: 1, max: 3 }), commands: fc.array(command, { maxLength: 20 }) }),
  { maxLength: 80 },
);

describe("commands", () => {
  test("walk at 180 units a second and are acknowledged", () => {
    const simulation = hallWithAda();
    receive(simulation, { first: 1, commands: times(3, right) });
    simulation.advance();
    expect(simulation.avatarOf("a1")).toMatchObject({
      ack: 3,
      body: { x: 80 + 3 * stepUnits, y: 80, facing: 2 },
    });
  });

  test("stand still when none have come", () => {
    const simulation = hallWithAda();
    receive(simulation, { first: 1, commands: [right] });
    simulation.advance();
    const body = { ...simulation.bodyOf("a1") };
    simulation.advance(10);
    expect(simulation.bodyOf("a1")).toEqual(body);
  });

  test("with a number that does not grow are forgotten", () => {
    const simulation = hallWithAda();
    receive(simulation, { first: 10, commands: [right] });
    receive(simulation, { first: 9, commands: [right, right] });
    simulation.advance();
    expect(simulation.avatarOf("a1")).toMatchObject({ ack: 10, body: { x: 80 + stepUnits } });
  });

  test("that real time has not earned wait, and the oldest of too many are dropped and counted", () => {
    const simulation = hallWithAda();
    expect(receive(simulation, { first: 1, commands: times(80, right) })).toBe(80 - limits.commandQueue);
    simulation.advance();
    receive(simulation, { first: 81, commands: times(10, right) });
    simulation.advance();
    expect(simulation.avatarOf("a1")).toMatchObject({
      ack: 41,
      body: { x: 80 + (limits.commandCredit + 2 * limits.commandsPerTick) * stepUnits },
    });
  });

  test("that a line held up are made up for, slowly beyond the credit, and the lag is gone", () => {
    const simulation = hallWithAda();
    let first = 1;
    const walk = (count: number): number => {
      receive(simulation, {
        first,
        commands: times(count, count % 2 === 0 ? right : { ...right, dx: -127 }),
      });
      first += count;
      simulation.advance();
      return first - 1 - (simulation.avatarOf("a1")?.ack ?? 0);
    };
    for (let tick = 0; tick < 10; tick++) expect(walk(3)).toBe(0);
    simulation.advance(10);
    // Half a second late: the credit and this tick's at once, one more a tick of the time the line took.
    expect(walk(33)).toBe(33 - limits.commandCredit - limits.commandsPerTick - 1);
    const lags = Array.from({ length: 16 }, () => walk(3));
    expect(lags).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]);
  });

  test("that the world itself was too busy to read are made up for as well", () => {
    const simulation = hallWithAda();
    receive(simulation, { first: 1, commands: times(6, right) });
    simulation.advance(2);
    receive(simulation, { first: 7, commands: times(3, right) });
    simulation.advance(12);
    receive(simulation, { first: 10, commands: times(33, right) });
    let lag = 0;
    for (let tick = 0, first = 43; tick < 30; tick++, first += 3) {
      simulation.advance();
      lag = first - 1 - (simulation.avatarOf("a1")?.ack ?? 0);
      receive(simulation, { first, commands: times(3, right) });
    }
    expect(lag).toBe(0);
  });

  test("saved up by standing about are the credit and no more", () => {
    const simulation = hallWithAda();
    receive(simulation, { first: 1, commands: [right, { dx: 0, dy: 0, buttons: 0 }] });
    simulation.advance(100);
    receive(simulation, { first: 3, commands: times(60, right) });
    for (let tick = 1; tick <= 10; tick++) {
      simulation.advance();
      expect(simulation.avatarOf("a1")?.ack).toBe(2 + limits.commandCredit + tick * limits.commandsPerTick);
    }
  });

  test("of a body that is not active, or has stopped, move nothing", () => {
    const simulation = new Simulation(hallWorld, ground, limits);
    simulation.place("a1", ada, start);
    receive(simulation, { first: 1, commands: [right] });
    simulation.advance();
    expect(simulation.bodyOf("a1")).toEqual(start);
    simulation.activate("a1");
    receive(simulation, { first: 1, commands: [right] });
    simulation.stop("a1");
    simulation.advance();
    expect(simulation.bodyOf("a1")).toEqual(start);
  });
});

describe("whatever a client sends", () => {
  test("its body is never inside a wall and never faster than real time and its credit", () => {
    fc.assert(
      fc.property(play, (turns) => {
        const simulation = hallWithAda();
        let first = 1;
        let earned: number = limits.commandCredit;
        let walked = 0;
        for (const { ticks, commands } of turns) {
          if (commands.length > 0) receive(simulation, { first, commands });
          first += commands.length;
          const before = { ...start, ...simulation.bodyOf("a1") };
          simulation.advance(ticks);
          const after = simulation.bodyOf("a1") ?? start;
          earned += ticks * limits.commandsPerTick;
          walked += Math.hypot(after.x - before.x, after.y - before.y);
          expect(isFree(after.x, after.y, ground)).toBe(true);
          expect(walked).toBeLessThanOrEqual(earned * (stepUnits + 1 / 32));
        }
      }),
    );
  });

  test("replaying what is not acknowledged yet gives the position the server comes to", () => {
    fc.assert(
      fc.property(play, (turns) => {
        const simulation = hallWithAda();
        const sent: Command[] = [];
        let dropped = 0;
        for (const { ticks, commands } of turns) {
          if (commands.length > 0) dropped += receive(simulation, { first: sent.length + 1, commands });
          sent.push(...commands);
          simulation.advance(ticks);
        }
        const now = new Watcher(simulation, "a1").look();
        const predicted = sent
          .slice(now.ack)
          .reduce((body, next) => stepPlayer(body, next, ground), { ...now.self });
        simulation.advance(100);
        expect(simulation.bodyOf("a1")).toEqual(predicted);
        if (dropped === 0)
          expect(predicted).toEqual(sent.reduce((body, next) => stepPlayer(body, next, ground), start));
      }),
    );
  });
});

describe("bodies", () => {
  test("that were set say so once", () => {
    const simulation = hallWithAda();
    const watcher = new Watcher(simulation, "a1");
    expect(watcher.look().wasSet).toBe(true);
    simulation.advance();
    expect(watcher.look().wasSet).toBe(false);
    expect(simulation.move("a1", { x: 100.003, y: 90, facing: 3 })).toBe(true);
    simulation.advance();
    expect(watcher.look()).toMatchObject({ wasSet: true, self: { x: 100, y: 90, facing: 3 } });
  });

  test("are never set into a wall: a saved place inside one becomes the default spawn", () => {
    expect(hallWithAda({ x: 240, y: 120, facing: 1 }).bodyOf("a1")).toEqual(start);
    expect(hallWithAda({ x: -1e6, y: 1e6, facing: 1 }).bodyOf("a1")).toEqual(start);
    const simulation = hallWithAda();
    expect(simulation.move("a1", { x: 240, y: 120, facing: 0 })).toBe(false);
    expect(simulation.bodyOf("a1")).toEqual(start);
  });

  test("are seen by others once active, and by nobody once removed", () => {
    const simulation = hallWithAda();
    const watcher = new Watcher(simulation, "a1");
    const { entity } = simulation.place("a2", { name: "Bob", guest: true }, { x: 200, y: 80, facing: 1 });
    simulation.advance();
    expect(watcher.names()).toEqual(["Ada", "Arcade Host"]);
    simulation.activate("a2");
    simulation.advance();
    expect(watcher.look().seen.get(entity)).toMatchObject({
      looks: { kind: "player", name: "Bob", guest: true, sprite: "player" },
      x: 200,
      y: 80,
      facing: 1,
    });
    simulation.remove("a2");
    simulation.advance();
    expect(watcher.names()).toEqual(["Ada", "Arcade Host"]);
    expect(simulation.avatarOf("a2")).toBeUndefined();
  });
});

describe("things of a world's rules", () => {
  const duck = { kind: "npc", name: "Duck", guest: false, sprite: "duck" } as const;

  test("are seen, moved, changed and taken away like everybody else", () => {
    const simulation = hallWithAda();
    const watcher = new Watcher(simulation, "a1");
    const id = simulation.spawn(duck, { x: 100, y: 100, facing: 0 });
    simulation.advance();
    expect(watcher.look().seen.get(id)).toMatchObject({ looks: duck, x: 100, y: 100 });
    expect(simulation.moveThing(id, { x: 104.5, y: 100, facing: 2 })).toBe(true);
    expect(simulation.lookThing(id, { name: "Drake" })).toBe(true);
    simulation.advance();
    expect(watcher.look().seen.get(id)).toMatchObject({
      looks: { ...duck, name: "Drake" },
      x: 104.5,
      facing: 2,
    });
    expect(simulation.despawn(id)).toBe(true);
    simulation.advance();
    expect(watcher.look().seen.has(id)).toBe(false);
    expect([simulation.moveThing(id, start), simulation.lookThing(id, {}), simulation.despawn(id)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("are bounded", () => {
    const simulation = hallWithAda();
    for (let n = 0; n < limits.worldThings; n++) simulation.spawn(duck, start);
    expect(() => simulation.spawn(duck, start)).toThrow(RangeError);
  });
});

describe("portals", () => {
  test.each([
    ["EastPortal", { x: 480 - limits.portalUseUnits, y: 80 }, undefined],
    ["EastPortal", { x: 479 - limits.portalUseUnits, y: 80 }, "not_at_portal"],
    ["WestPortal", { x: 480, y: 80 }, "invalid_portal"],
    ["__proto__", { x: 480, y: 80 }, "invalid_portal"],
    ["constructor", { x: 480, y: 80 }, "invalid_portal"],
  ])("%s from %j: %s", (name, at, refusal) => {
    const found = hallWithAda({ ...at, facing: 0 }).portalInReach("a1", name);
    expect("refusal" in found ? found.refusal : undefined).toBe(refusal);
  });

  test("are out of reach for who is not active", () => {
    const simulation = new Simulation(hallWorld, ground, limits);
    simulation.place("a1", ada, { x: 480, y: 80, facing: 0 });
    expect(simulation.portalInReach("a1", "EastPortal")).toEqual({ refusal: "not_joined" });
    expect(simulation.portalInReach("a9", "EastPortal")).toEqual({ refusal: "not_joined" });
  });
});

test("an NPC walks its curve by the world's time", () => {
  const npc = hall.npcs[0];
  if (!npc) throw new Error("the hall has an NPC");
  const body = { x: 0, y: 0, facing: 0 };
  walkNpc(npc, 2, body);
  const t = 0.85 * 2 + 0.4;
  expect(body.x).toBeCloseTo(320 + Math.cos(t) * 90, 1);
  expect(body.y).toBeCloseTo(200 + Math.sin(1.7 * t) * 22, 1);
  const simulation = hallWithAda();
  const watcher = new Watcher(simulation, "a1");
  simulation.advance(40);
  expect(watcher.look().seen.get(1)).toMatchObject(body);
});
