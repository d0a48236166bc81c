import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import type { WorldMap } from "#shared/world-map.ts";
import type { JsonValue, WorldRules } from "#shared/world-rules.ts";
import { settingsOf } from "#shared/world-settings.ts";
import type { SettingsGiven } from "#shared/world-settings.ts";
import { now } from "./clock.ts";
import { selfTest } from "./self-test.ts";
import { hall, hallWorld } from "./testing.ts";

/** A world whose rules count, as a module would that is loaded anew every time. */
const counting = (more: (count: { value: number }) => WorldRules = () => ({})) => {
  const counts: { value: number }[] = [];
  const copyRules = (): Promise<WorldRules> => {
    const count = { value: 0 };
    counts.push(count);
    return Promise.resolve({
      onInteract: () => void count.value++,
      save: () => count.value,
      restore: (saved: JsonValue) => void (count.value = saved as number),
      ...more(count),
    });
  };
  return { counts, copyRules };
};

const fault = (rules: WorldRules | undefined, map: Partial<WorldMap> = {}, state?: string) =>
  selfTest({
    world: { ...hallWorld, map: { ...hall, ...map } },
    limits,
    copyRules: () => Promise.resolve(rules),
    state,
  });

describe("a world that proves itself", () => {
  test("is played at every spawn and portal, and touched; nobody stays", async () => {
    const heard: string[] = [];
    const rules: WorldRules = {
      onStart: () => void heard.push("start"),
      onEnter: ({ x, y }) => void heard.push(`enter ${x},${y}`),
      onInteract: (_, { name }) => void heard.push(name),
      onLeave: () => void heard.push("leave"),
    };
    expect(await fault(rules)).toBeUndefined();
    expect(heard.join(", ")).toBe("start, enter 80,80, Arcade Host, leave, enter 480,80, Arcade Host, leave");
  });

  test("needs no rules", async () => {
    expect(await fault(undefined)).toBeUndefined();
  });

  test.each<SettingsGiven>([{ tickRate: 10 }, { tickRate: 60 }, { tickRate: 60, sendRate: 10 }])(
    "may run at other rates: %j",
    async (settings) => {
      const copyRules = (): Promise<undefined> => Promise.resolve(undefined);
      const world = { ...hallWorld, ...settingsOf(settings) };
      expect(await selfTest({ world, limits, copyRules })).toBeUndefined();
    },
  );

  test("restores what an earlier launch saved, and what it has saved itself in a copy of its own", async () => {
    const { counts, copyRules } = counting();
    expect(await selfTest({ world: hallWorld, limits, copyRules, state: "40" })).toBeUndefined();
    expect(counts).toEqual([{ value: 42 }, { value: 42 }]);
  });
});

describe("a world that cannot be played", () => {
  test.each<[string, WorldRules]>([
    ["onStart threw: Error: bad", { onStart: bad }],
    ["onEnter threw: Error: bad", { onEnter: bad }],
    ["onLeave threw: Error: bad", { onLeave: bad }],
    ["onInteract threw: Error: bad", { onInteract: bad }],
    ["onTick threw: Error: bad", { onTick: ({ tick }) => void (tick > 20 && bad()) }],
    ["save threw: Error: bad", { save: bad }],
    ["restore threw: Error: bad", { save: () => 1, restore: bad }],
    ["save made 65537 characters, too many to keep", { save: () => "x".repeat(65_535) }],
    ["what is saved differs after it was restored", { save: counter(), restore: () => {} }],
  ])("because of its rules says %s", async (says, rules) => {
    expect(await fault(rules)).toBe(says);
  });

  test("because its map leads into walls says where", async () => {
    const wall = { x: 16, y: 16, facing: 0 };
    const portal = hall.portals["EastPortal"];
    expect(await fault(undefined, { spawns: { ...hall.spawns, Cellar: wall } })).toBe(
      "nobody can stand at Cellar",
    );
    expect(await fault(undefined, { portals: portal ? { EastPortal: { ...portal, ...wall } } : {} })).toBe(
      "nobody can stand at EastPortal",
    );
  });

  test("because its rules cannot read what an earlier launch saved says so", async () => {
    const restore = (saved: JsonValue): void => void (saved as { list: string[] }).list.join();
    expect(await fault({ restore }, {}, '{"count":1}')).toMatch(/^restore threw: TypeError/);
  });

  test("because its rules do not load again says why, in no more than 200 characters", async () => {
    const copyRules = (): Promise<never> => Promise.reject(new Error("x".repeat(300)));
    expect(await selfTest({ world: hallWorld, limits, copyRules })).toBe("x".repeat(200));
  });

  test("because it is too slow says so", async () => {
    const slow = (ms: number): WorldRules => ({
      onTick() {
        for (const until = now() + ms; now() < until;);
      },
    });
    expect(await fault(slow(1010))).toMatch(/^a tick took \d+ ms$/);
    const copyRules = (): Promise<WorldRules> => Promise.resolve(slow(3));
    expect(await selfTest({ world: hallWorld, limits: { ...limits, testMs: 10 }, copyRules })).toBe(
      "the self-test takes too long",
    );
  });
});

function bad(): never {
  throw new Error("bad");
}

/** Never the same twice. */
function counter(): () => number {
  let count = 0;
  return () => ++count;
}
