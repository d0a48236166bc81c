import { describe, expect, it } from "vitest";
import { Rounds } from "./rounds.ts";
import type { Held, Told } from "./rounds.ts";

const reach = { radius: 400, hysteresis: 8, quantum: 1 / 32 };
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
});
