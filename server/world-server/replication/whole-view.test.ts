import { describe, expect, test } from "vitest";
import { Seat } from "./testing.ts";

describe("a viewer that begins anew", () => {
  test("is told the looks again: those it lost with a frame as well", () => {
    const seat = new Seat();
    const known = seat.add(1100, "known");
    seat.tick();
    const lost = seat.add(1200, "lost");
    seat.world.publish(++seat.send);
    seat.write();
    seat.world.restart(seat.view);
    const { seen } = seat.tick();
    expect([known, lost].map((id) => seen.get(id)?.looks.name)).toEqual(["known", "lost"]);
  });
});

describe("a world seen whole", () => {
  const whole = { radius: 3000, most: 3, capacity: 3 };

  test("is not any more when there are more than anybody is to see", () => {
    const seat = new Seat(whole);
    seat.add(1100);
    seat.tick();
    expect(seat.world.isWhole).toBe(true);
    for (const x of [1500, 1200, 1300]) seat.add(x);
    const { seen } = seat.tick();
    expect([...seen.values()].map(({ looks: { name } }) => name)).toEqual(["at 1100", "at 1200", "at 1300"]);
    expect(seat.world.isWhole).toBe(false);
    expect(seat.tick().seen.size).toBe(3);
  });

  test("does not show a newcomer anybody in the wrong place, whoever has gone since the newest send", () => {
    const seat = new Seat(whole);
    const id = seat.add(1100);
    seat.tick();
    seat.tick();
    seat.world.remove(id);
    seat.world.restart(seat.view);
    expect(seat.look().seen.get(id)).toMatchObject({ x: 1100, looks: { name: "at 1100" } });
    expect(seat.tick().seen.has(id)).toBe(false);
  });
});
