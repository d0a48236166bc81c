import { describe, expect, test } from "vitest";
import { at, looks, Seat } from "./testing.ts";

describe("bytes", () => {
  test("a walker that keeps its way costs two bits, one that turns three bytes more", () => {
    const seat = new Seat();
    const id = seat.add(1010);
    seat.tick();
    seat.world.move(id, at(1019));
    seat.tick();
    expect(seat.bytes).toBe(16 + 1 + 3);
    seat.world.move(id, at(1028));
    seat.tick();
    expect(seat.bytes).toBe(16 + 1);
    expect(seat.replica.seen.get(id)).toMatchObject({ x: 1028, told: seat.replica.tick });
  });

  test("looks are told once, again when they change, and not when somebody only comes back", () => {
    const seat = new Seat();
    const id = seat.add(1100, "a rather long name");
    seat.tick();
    const first = seat.bytes;
    seat.world.set(id, at(1900));
    seat.tick();
    expect(seat.replica.seen.has(id)).toBe(false);
    seat.world.set(id, at(1100));
    seat.tick();
    expect(seat.replica.seen.get(id)?.looks.name).toBe("a rather long name");
    expect(seat.bytes).toBeLessThan(first - 18);
    seat.world.look(id, looks("another"));
    expect(seat.tick().seen.get(id)?.looks.name).toBe("another");
    seat.tick();
    expect(seat.bytes).toBe(16 + 1);
  });
});

describe("a jump", () => {
  test("is told as one, however short, and a run beyond what a motion holds is not one", () => {
    const seat = new Seat();
    const id = seat.add(1100);
    seat.tick();
    seat.world.set(id, at(1101));
    expect(seat.tick().seen.get(id)).toMatchObject({ x: 1101, setAt: 2 });
    seat.world.move(id, at(1200));
    expect(seat.tick().seen.get(id)).toMatchObject({ x: 1200, setAt: 2 });
  });
});

describe("an id", () => {
  test("is not another's while a viewer that lags has not been told that it left", () => {
    const seat = new Seat();
    const id = seat.add(1100);
    seat.tick();
    seat.world.remove(id);
    const others = Array.from({ length: 500 }, () => {
      const other = seat.world.take();
      seat.world.remove(other);
      return other;
    });
    expect(others).not.toContain(id);
    seat.tick();
    const later = Array.from({ length: 500 }, () => {
      const other = seat.world.take();
      seat.world.remove(other);
      return other;
    });
    expect(later).toContain(id);
  });

  test("that is another's now comes with the looks of the other", () => {
    const seat = new Seat();
    const id = seat.add(1100, "first");
    seat.tick();
    seat.world.remove(id);
    seat.tick();
    let again = seat.world.take();
    while (again !== id) {
      seat.world.remove(again);
      again = seat.world.take();
    }
    seat.world.show(again, at(1100), looks("second"));
    expect(seat.tick().seen.get(id)?.looks.name).toBe("second");
  });
});

describe("a crowd", () => {
  test("does not take turns in the last places", () => {
    const seat = new Seat({ most: 2 });
    const [, b, c] = [seat.add(1050), seat.add(1100), seat.add(910)];
    const has = (id: number): boolean => seat.tick().seen.has(id);
    expect([has(b), has(c)]).toEqual([false, true]);
    // 100 away now, but not nearer than the other by the hysteresis of 50.
    seat.world.move(c, at(880));
    expect([has(b), has(c)]).toEqual([false, true]);
    seat.world.move(c, at(840));
    expect([has(b), has(c)]).toEqual([true, false]);
  });

  test("that enters at once is spread over snapshots, the nearest first", () => {
    const seat = new Seat({ bytesPerSend: 640 });
    seat.tick();
    for (let n = 40; n > 0; n--) seat.add(1000 + n * 5);
    const near = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `at ${1005 + index * 5}`).toSorted();
    for (const count of [10, 20, 30, 40]) {
      const names = [...seat.tick().seen.values()].map(({ looks: { name } }) => name).toSorted();
      expect(names).toEqual(near(count));
    }
  });
});

describe("a budget", () => {
  /** Everybody turns with every send, so everybody is news. */
  function zigzag(seat: Seat, ids: readonly number[], sends: number): Map<number, number> {
    const told = new Map(ids.map((id) => [id, 0]));
    for (let send = 0; send < sends; send++) {
      for (const [index, id] of ids.entries()) seat.world.move(id, at(1000 + index * 9, 1000 + (send % 5)));
      const { seen, tick } = seat.tick();
      expect(seat.bytes).toBeLessThanOrEqual(16 + 60);
      for (const id of ids) if (seen.get(id)?.told === tick) told.set(id, (told.get(id) ?? 0) + 1);
    }
    return told;
  }

  test("is kept; the near are told more often than the far, and the far are not forgotten", () => {
    const seat = new Seat({ bytesPerSend: 60 });
    const ids = Array.from({ length: 40 }, (_, index) => seat.add(1000 + index * 9));
    while (seat.tick().seen.size < 40);
    seat.tick();
    const told = zigzag(seat, ids, 200);
    const counts = ids.map((id) => told.get(id) ?? 0);
    const sum = (from: number, to: number): number => counts.slice(from, to).reduce((a, b) => a + b, 0);
    expect(sum(0, 10)).toBeGreaterThan(1.5 * sum(30, 40));
    expect(Math.min(...counts)).toBeGreaterThan(5);
  });

  test("is kept while a crowd comes in, too", () => {
    const seat = new Seat({ bytesPerSend: 400, most: 200 });
    const ids = Array.from({ length: 80 }, (_, index) => seat.add(1000 + index * 4));
    seat.tick();
    for (let send = 0; send < 20; send++) seat.tick();
    for (let count = 0; count < 80; count++) seat.add(700 + count * 3, "somebody");
    for (let send = 0; send < 40; send++) {
      for (const [index, id] of ids.entries()) seat.world.move(id, at(1000 + index * 4, 1000 + (send % 5)));
      const { tick, seen } = seat.tick();
      expect(seat.bytes).toBeLessThanOrEqual(16 + 400);
      expect(ids.filter((id) => seen.get(id)?.told === tick).length).toBeGreaterThan(5);
    }
  });

  test("and rings are kept in a world small enough to be seen whole, too", () => {
    const whole = { radius: 4000, most: 4096 };
    expect(new Seat(whole).world.isWhole).toBe(true);
    expect(new Seat({ ...whole, capacity: 4000 }).world.isWhole).toBe(false);
    expect(new Seat({ ...whole, rings: [{ beyond: 200, every: 2 }] }).world.isWhole).toBe(false);
    const seat = new Seat({ ...whole, bytesPerSend: 60 });
    const ids = Array.from({ length: 40 }, (_, index) => seat.add(1000 + index * 9));
    while (seat.tick().seen.size < 40);
    seat.tick();
    expect(Math.min(...zigzag(seat, ids, 200).values())).toBeGreaterThan(5);
  });

  test("forgets whom the viewer attended to when that one leaves: the id may be another's next", () => {
    const seat = new Seat();
    const id = seat.add(1100);
    seat.tick();
    seat.view.focus = id;
    seat.tick();
    expect(seat.view.focus).toBe(id);
    seat.world.remove(id);
    seat.tick();
    expect(seat.view.focus).toBe(0);
  });

  test("puts first whom the viewer attends to", () => {
    const seat = new Seat({ bytesPerSend: 60 });
    const ids = Array.from({ length: 40 }, (_, index) => seat.add(1000 + index * 9));
    while (seat.tick().seen.size < 40);
    const last = ids.at(-1) ?? 0;
    seat.view.focus = last;
    expect(zigzag(seat, ids, 50).get(last)).toBe(50);
  });
});

describe("rings", () => {
  test("tell of what is far every few sends, of what is near always, and of the steady for nothing", () => {
    const seat = new Seat({ rings: [{ beyond: 200, every: 4 }] });
    const [near, far, steady] = [seat.add(1100), seat.add(1300), seat.add(700)];
    seat.tick();
    const told = { near: 0, far: 0, steady: 0 };
    for (let send = 0; send < 40; send++) {
      seat.world.move(near, at(1100, 1001 - (send % 2)));
      seat.world.move(far, at(1300, 1001 - (send % 2)));
      const { seen, tick } = seat.tick();
      if (seen.get(near)?.told === tick) told.near++;
      if (seen.get(far)?.told === tick) told.far++;
      if (seen.get(steady)?.told === tick) told.steady++;
    }
    expect(told).toEqual({ near: 40, far: 10, steady: 40 });
  });

  test("of a world under pressure come on top of its own", () => {
    const seat = new Seat({ rings: [{ beyond: 300, every: 4 }] });
    const [mid, far] = [seat.add(1250), seat.add(1350)];
    seat.tick();
    const told = { mid: 0, far: 0 };
    for (let send = 0; send < 40; send++) {
      if (send === 0) seat.world.pressure = [{ beyond: 200, every: 2 }];
      for (const id of [mid, far]) seat.world.move(id, at(id === mid ? 1250 : 1350, 1001 - (send % 2)));
      const { seen, tick } = seat.tick();
      if (seen.get(mid)?.told === tick) told.mid++;
      if (seen.get(far)?.told === tick) told.far++;
    }
    expect(told).toEqual({ mid: 20, far: 10 });
  });

  test("make up for the sends a viewer is not sent, so that nobody's turn is always one of those", () => {
    const seat = new Seat({ rings: [{ beyond: 200, every: 2 }] });
    const far = [seat.add(1300), seat.add(1300), seat.add(1300), seat.add(1300)];
    seat.tick();
    for (let told = 0; told < 10; told++) {
      for (const id of far) seat.world.move(id, at(1300, 1001 - (told % 2)));
      seat.world.publish(++seat.send);
      const { seen, tick } = seat.tick();
      expect(far.map((id) => seen.get(id)?.told)).toEqual(far.map(() => tick));
    }
  });

  test("keep in mind what a slot was told when another's place becomes its own", () => {
    const seat = new Seat({ rings: [{ beyond: 200, every: 4 }] });
    const [leaver, far] = [seat.add(1100), seat.add(1300)];
    seat.tick();
    while ((seat.send + far) % 4 !== 0) seat.tick();
    // It sets off while it is not told of, and goes on so while somebody else leaves.
    seat.world.move(far, at(1305));
    seat.tick();
    seat.world.remove(leaver);
    seat.world.move(far, at(1310));
    expect(seat.tick().seen.get(far)).toMatchObject({ x: 1300, told: seat.send - 2 });
    seat.world.move(far, at(1315));
    seat.tick();
    seat.world.move(far, at(1320));
    expect(seat.tick().seen.get(far)).toMatchObject({ x: 1320, told: seat.send });
  });
});
