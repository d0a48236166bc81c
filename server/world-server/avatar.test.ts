import { describe, expect, test } from "vitest";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { Simulation } from "./simulation.ts";
import { hall, hallWorld, Watcher } from "./testing.ts";

const ground = groundOf(hall);
const startX = 80;
const stepUnits = limits.playerSpeedUnits / 60;
const tickUnits = limits.commandsPerTick * stepUnits;

/** Ada walks by the commands that arrive; Bob watches her. */
class Stage {
  readonly #simulation = new Simulation(hallWorld, ground, limits);
  readonly #watcher: Watcher;
  #next = 1;

  constructor() {
    for (const [admission, name] of [
      ["ada", "Ada"],
      ["bob", "Bob"],
    ] as const)
      this.#simulation.place(admission, { name, guest: false }, { x: startX, y: 80, facing: 0 });
    this.#simulation.activate("ada");
    this.#watcher = new Watcher(this.#simulation, "bob");
  }

  /** `count` commands arrive, time passes, and Bob sees her at the x that is returned. */
  advance(count: number, ticks = 1, dx = 127): number {
    const commands = Array.from({ length: count }, () => ({ dx, dy: 0, buttons: 0 }));
    const ada = this.#simulation.avatarOf("ada");
    ada?.receive(encodeCommands({ first: this.#next, commands }));
    this.#next += count;
    this.#simulation.advance(ticks);
    return this.#watcher.look().seen.get(ada?.entity ?? -1)?.x ?? Number.NaN;
  }

  get bodyX(): number | undefined {
    return this.#simulation.bodyOf("ada")?.x;
  }
}

describe("a walker whose line stalls", () => {
  test("is seen walking on for half a second, and where the body waits after a second", () => {
    const stage = new Stage();
    expect(stage.advance(3)).toBe(startX + tickUnits);
    for (let tick = 2; tick <= 11; tick++) expect(stage.advance(0)).toBe(startX + tick * tickUnits);
    expect(stage.advance(0)).toBe(startX + 11 * tickUnits);
    expect(stage.bodyX).toBe(startX + tickUnits);
    expect(stage.advance(0, 12)).toBe(startX + tickUnits);
  });

  test("is never seen halting when the line is slower from then on, and seen to stop at once", () => {
    const stage = new Stage();
    const places = [3, 3, 0, 3, 3, 3, 3].map((count) => stage.advance(count));
    const steps = places.slice(1).map((x, index) => Math.round((x - (places[index] ?? 0)) / stepUnits));
    expect(steps).toEqual([3, 3, 2, 2, 2, 3]);
    expect(stage.advance(1, 1, 0)).toBe(stage.bodyX);
  });

  test("is not seen in a wall", () => {
    const stage = new Stage();
    const width = hall.w * hall.tile;
    for (let tick = 0; tick < 400; tick++) stage.advance(3);
    const atTheWall = stage.bodyX ?? 0;
    expect(atTheWall).toBeLessThan(width);
    for (let tick = 0; tick < 10; tick++) expect(stage.advance(0)).toBe(atTheWall);
  });
});
