import { expect, test } from "vitest";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import { Pressure } from "./pressure.ts";
import { Simulation } from "./simulation.ts";
import { hall, hallWorld, Watcher } from "./testing.ts";

const ground = groundOf(hall);

/** An overrun after the present level had its time. */
function overrun(pressure: Pressure): boolean {
  for (let send = 0; send < 10; send++) pressure.note(49, false);
  return pressure.note(51, false);
}
const calm = (pressure: Pressure, sends: number): boolean[] =>
  Array.from({ length: sends }, () => pressure.note(10, false));

test("what is far is told of less often first, then what is half way, and only then everybody waits", () => {
  const pressure = new Pressure(50, 400);
  expect([pressure.level, pressure.rings, pressure.isHalved]).toEqual([0, [], false]);
  expect(overrun(pressure)).toBe(true);
  expect([pressure.rings, pressure.isHalved]).toEqual([[{ beyond: 200, every: 2 }], false]);
  overrun(pressure);
  expect([pressure.rings, pressure.isHalved]).toEqual([
    [
      { beyond: 100, every: 2 },
      { beyond: 200, every: 4 },
    ],
    false,
  ]);
  overrun(pressure);
  expect([pressure.level, pressure.isHalved]).toEqual([3, true]);
  expect(overrun(pressure)).toBe(false);
  expect(pressure.overruns).toBe(4);
});

test("a level has half a second to show whether it helps", () => {
  const pressure = new Pressure(50, 400);
  expect(pressure.note(51, false)).toBe(true);
  for (let send = 0; send < 10; send++) expect(pressure.note(51, false)).toBe(false);
  expect(pressure.note(51, false)).toBe(true);
  expect([pressure.level, pressure.overruns]).toEqual([2, 12]);
});

test("half a second of ease lowers it by one, and a send that is nearly too long is no ease", () => {
  const pressure = new Pressure(50, 400);
  overrun(pressure);
  overrun(pressure);
  expect(calm(pressure, 9)).not.toContain(true);
  pressure.note(36, false);
  expect(calm(pressure, 9)).not.toContain(true);
  expect(calm(pressure, 1)).toEqual([true]);
  expect(pressure.level).toBe(1);
  calm(pressure, 10);
  expect([pressure.level, pressure.rings]).toEqual([0, []]);
  expect(calm(pressure, 100)).not.toContain(true);
});

test("a send that had to be left out counts as one that took too long", () => {
  const pressure = new Pressure(50, 400);
  expect(pressure.note(1, true)).toBe(true);
  expect([pressure.level, pressure.overruns]).toEqual([1, 1]);
});

test("a hard pressed world that is seen whole sends half as often, and no whole states for it", () => {
  const simulation = new Simulation(hallWorld, ground, limits);
  simulation.place("a1", { name: "Ada", guest: false }, { x: 80, y: 80, facing: 0 });
  simulation.activate("a1");
  const watcher = new Watcher(simulation, "a1");
  watcher.look();
  const host = [...watcher.replica.seen.values()].find(({ looks }) => looks.kind === "npc");
  const sent: boolean[] = [];
  for (let tick = 0; tick < 6; tick++) {
    simulation.advance();
    sent.push(simulation.publish(true));
    if (sent.at(-1)) watcher.look();
  }
  expect(sent).toEqual([false, true, false, true, false, true]);
  // A whole state would have begun a new one.
  expect(watcher.replica.seen.get(host?.id ?? 0)).toBe(host);
  expect(watcher.replica.tick).toBe(6);
});

test("a hard pressed world that is not seen whole sends as often as ever: its players take turns", () => {
  const interest = { ...hallWorld.interest, radius: 100 };
  const simulation = new Simulation({ ...hallWorld, interest }, ground, limits);
  const sent = [1, 2, 3].map(() => (simulation.advance(), simulation.publish(true)));
  expect(sent).toEqual([true, true, true]);
});
