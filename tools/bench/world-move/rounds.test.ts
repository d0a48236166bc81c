import { describe, expect, it } from "vitest";
import { Rounds } from "./rounds.ts";
import type { Held, Told } from "./rounds.ts";

const reach = { radius: 400, hysteresis: 8, quantum: 1 / 32, rings: [] };
const places: readonly Held[] = [
  { x: 100, y: 100 },
  { x: 300, y: 100 },
  { x: 900, y: 100 },
];
const place = (client: number): Held => places[client] ?? { x: 0, y: 0 };

/** What a client is told when all is well: 0 and 1 see each other, 2 is alone. */
function toldTo(client: number, others: readonly number[], changes: Partial<Told> = {}): Told {
  const held = new Map(others.map((other) => [other, place(other)]));
  return { client, atMs: 0, inputs: 0, self: place(client), others: held, sees: others, ...changes };
}

function roundsOf(...told: readonly Told[]): Rounds {
  const rounds = new Rounds(reach, () => 0);
  for (const each of told) rounds.add(10, each);
  rounds.finish();
  return rounds;
}

describe("the check of what clients hold", () => {
  it("is content when everybody holds whom they should where they are", () => {
    const rounds = roundsOf(toldTo(0, [1]), toldTo(1, [0]), toldTo(2, []));
    expect(rounds.faults).toEqual([]);
    expect(rounds.compared).toBeGreaterThan(0);
  });

  it("allows a step of the wire and no more", () => {
    const shifted = (by: number): Told => toldTo(0, [1], { others: new Map([[1, { x: 300 + by, y: 100 }]]) });
    expect(roundsOf(toldTo(1, [0]), shifted(1 / 32)).faults).toEqual([]);
    expect(roundsOf(toldTo(1, [0]), shifted(0.1)).faults).toEqual([
      "tick 10: 0 holds 1 at 300.10, 100.00, it is at 300.00, 100.00",
    ]);
  });

  it("allows that everybody holds somebody whose input is late where they would be, and nobody elsewhere", () => {
    const late = (by: number, otherwise = by): string[] => {
      const rounds = new Rounds(reach, () => 0);
      const holding = (client: number, shift: number): Told =>
        toldTo(client, [], { others: new Map([[1, { x: 300 + shift, y: 100 }]]), sees: [] });
      for (const tick of [10, 11]) {
        rounds.add(tick, toldTo(1, [0, 2]));
        rounds.add(tick, holding(0, tick === 10 ? 0 : by));
        rounds.add(tick, holding(2, tick === 10 ? 0 : otherwise));
      }
      rounds.finish();
      return rounds.faults.filter((fault) => fault.includes("holds 1"));
    };
    expect(late(9)).toEqual([]);
    expect(late(9, 18)).toHaveLength(1);
    expect(late(200)).toHaveLength(2);
  });

  it("knows who was late already when the window began", () => {
    const rounds = new Rounds(reach, () => 0);
    for (const tick of [8, 9]) rounds.add(tick, toldTo(1, [0]));
    rounds.begin();
    rounds.add(10, toldTo(1, [0], { inputs: 1 }));
    rounds.add(10, toldTo(0, [1], { others: new Map([[1, { x: 306, y: 100 }]]) }));
    rounds.finish();
    expect(rounds.faults).toEqual([]);
  });

  it("knows who was late when a world made up for several ticks at once", () => {
    const after = (inputs: number): readonly string[] => {
      const rounds = new Rounds(reach, () => 0);
      rounds.add(10, toldTo(1, [0]));
      rounds.add(14, toldTo(1, [0], { inputs }));
      rounds.add(14, toldTo(0, [1], { others: new Map([[1, { x: 306, y: 100 }]]) }));
      rounds.finish();
      return rounds.faults;
    };
    expect(after(2)).toEqual([]);
    expect(after(4)).toHaveLength(1);
  });

  it("allows that who is late is seen as far away as where they would be", () => {
    const rounds = new Rounds(reach, () => 0);
    const far = { self: { x: 530, y: 100 } };
    for (const tick of [9, 10]) rounds.add(tick, toldTo(1, [], far));
    rounds.add(10, toldTo(0, [1], { others: new Map([[1, { x: 500, y: 100 }]]) }));
    rounds.finish();
    expect(rounds.faults).toEqual([]);
  });

  it("notices two clients who hold a third one, who is not asked, at different places", () => {
    const rounds = roundsOf(
      toldTo(0, [], { others: new Map([[5, { x: 200, y: 100 }]]) }),
      toldTo(1, [0], { others: new Map([[5, { x: 210, y: 100 }]]) }),
    );
    expect(rounds.faults[0]).toMatch(/1 holds 5 at 210/);
  });

  it("notices who is near and not seen, also when only a third client knows of them", () => {
    expect(roundsOf(toldTo(0, []), toldTo(1, [0])).faults).toEqual([
      "tick 10: 0 does not see 1, 200.0 units away",
    ]);
    const third = new Map([
      [0, place(0)],
      [5, { x: 200, y: 100 }],
    ]);
    expect(roundsOf(toldTo(0, [1]), toldTo(1, [0], { others: third })).faults).toEqual([
      "tick 10: 0 does not see 5, 100.0 units away",
    ]);
  });

  it("notices who is seen from too far away", () => {
    expect(roundsOf(toldTo(1, [2]), toldTo(2, [])).faults).toEqual(["tick 10: 1 sees 2, 600.0 units away"]);
  });

  it("compares only what is of the same tick", () => {
    const rounds = new Rounds(reach, () => 0);
    rounds.add(10, toldTo(0, [1]));
    rounds.add(11, toldTo(1, [0], { self: { x: 305, y: 100 } }));
    rounds.finish();
    expect(rounds.faults).toEqual([]);
  });
});

describe("the age of what clients hold", () => {
  const rings = [
    { beyond: 200, every: 2 },
    { beyond: 300, every: 4 },
  ];
  /** Client 0 stands at 100 and holds somebody so far to the right, as of so many ticks ago. */
  function staleOf(distance: number, age: number, among = rings): number {
    const rounds = new Rounds({ ...reach, rings: among }, () => 0);
    rounds.add(10, toldTo(0, [], { others: new Map([[5, { x: 100 + distance, y: 100, age }]]) }));
    rounds.finish();
    expect(rounds.faults).toEqual([]);
    return rounds.stale;
  }

  it("is nothing where there are no rings, and inside the first one", () => {
    expect([staleOf(390, 0, []), staleOf(390, 1, [])]).toEqual([0, 1]);
    expect([staleOf(180, 0), staleOf(180, 1)]).toEqual([0, 1]);
  });

  it("is at most what the ring allows and one tick more", () => {
    expect([staleOf(250, 2), staleOf(250, 3)]).toEqual([0, 1]);
    expect([staleOf(350, 4), staleOf(350, 5), staleOf(350, 15)]).toEqual([0, 1, 1]);
  });

  it("is measured where they may be by now", () => {
    expect([staleOf(195, 1), staleOf(290, 3)]).toEqual([0, 0]);
  });

  it("changes nothing about where they were then", () => {
    const from = { ...place(1), x: 260 };
    const rounds = new Rounds({ ...reach, rings }, () => 0);
    rounds.add(8, toldTo(1, [], { self: from, inputs: 1 }));
    rounds.add(10, toldTo(1, [0], { inputs: 3 }));
    rounds.add(10, toldTo(0, [1], { others: new Map([[1, { ...from, age: 2 }]]) }));
    rounds.add(11, toldTo(0, [1], { others: new Map([[1, { x: 270, y: 100, age: 3 }]]) }));
    rounds.finish();
    expect(rounds.faults).toEqual([
      "tick 11: 0 holds 1 at 270.00, 100.00, it was 3 ticks ago at 260.00, 100.00",
    ]);
  });
});

describe("motion latency", () => {
  it("runs from an input's sending to the state that includes it being with somebody who sees the sender", () => {
    const sentAt = [[], [1000, 1050, 1100]];
    const rounds = new Rounds(reach, (client, input) => sentAt[client]?.[input] ?? Number.NaN);
    rounds.add(10, toldTo(1, [], { inputs: 1, atMs: 1040 }));
    rounds.add(11, toldTo(0, [1], { atMs: 1130 }));
    rounds.add(11, toldTo(1, [], { inputs: 3, atMs: 1129 }));
    rounds.add(12, toldTo(0, [1], { atMs: 1180 }));
    rounds.add(12, toldTo(1, [], { inputs: 3, atMs: 1179 }));
    rounds.finish();
    // The first input was there before anybody was watching; the other two came with tick 11.
    expect(rounds.latencies).toEqual([80, 30]);
  });

  it("is not counted before the window begins", () => {
    const rounds = new Rounds(reach, () => 1000);
    rounds.add(10, toldTo(1, []));
    rounds.add(11, toldTo(1, [], { inputs: 1 }));
    rounds.add(11, toldTo(0, [1], { atMs: 1040 }));
    rounds.begin();
    expect(rounds.latencies).toEqual([]);
    rounds.add(12, toldTo(1, [], { inputs: 2 }));
    rounds.add(12, toldTo(0, [1], { atMs: 1020 }));
    rounds.finish();
    expect(rounds.latencies).toEqual([20]);
  });
});
