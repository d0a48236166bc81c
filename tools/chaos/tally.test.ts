import { expect, test, vi } from "vitest";
import { spreadOf, Tally } from "./tally.ts";

test("of a hundred values the 99th is the one that 99 do not exceed", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(spreadOf(values)).toEqual({ p50: 50, p99: 99 });
  expect(spreadOf([7])).toEqual({ p50: 7, p99: 7 });
  expect(spreadOf([])).toEqual({ p50: null, p99: null });
});

test("the file holds what was asked for and nothing else", () => {
  const tally = new Tally();
  tally.worldKills = 3;
  tally.worldMs.push(10.4);
  expect(tally.result).toEqual({
    worldKills: 3,
    masterKills: 0,
    cuts: 0,
    playersLost: 0,
    worldSocketsDroppedByMasterKill: 0,
    leakedProcesses: 0,
    recoveryMs: { world: { p50: 10, p99: 10 }, master: { p50: null, p99: null } },
  });
});

test.for(["playersLost", "worldSocketsDroppedByMasterKill", "leakedProcesses"] as const)(
  "one of %s is one too many",
  (count) => {
    const tally = new Tally();
    expect(tally.lost).toBe(0);
    tally[count] = 1;
    expect(tally.lost).toBe(1);
  },
);

test("a law that broke is a loss", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const tally = new Tally();
  tally.lose("two avatars of Ada");
  expect(tally.lost).toBe(1);
});

test("the parts of a run add up", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const part = new Tally();
  part.cuts = 2;
  part.masterMs.push(5);
  part.point("before hello");
  part.lose("a player");
  const whole = new Tally();
  whole.add(part);
  whole.add(part);
  expect(whole).toMatchObject({ cuts: 4, masterMs: [5, 5], lost: 2 });
  expect(whole.points.get("before hello")).toBe(2);
});

test("the slowest recoveries are kept, of all parts", () => {
  const part = new Tally();
  for (const ms of [1, 5, 3, 4, 2]) part.recovered("world", { player: 1, ms, steps: {} });
  const whole = new Tally();
  whole.recovered("world", { player: 2, ms: 4.5, steps: {} });
  whole.add(part);
  expect(whole.slowest.world.map(({ ms }) => ms)).toEqual([5, 4.5, 4]);
  expect(whole.worldMs).toHaveLength(6);
});
