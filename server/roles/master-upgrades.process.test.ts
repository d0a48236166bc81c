import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestBuilds } from "./testing-builds.ts";
import { order, reportOf, TestOperator } from "./testing-orders.ts";
import type { TestPlayer } from "./testing-player.ts";
import { isRunning, TestMaster } from "./testing.ts";

const settings = {
  PORTCADE_LIMIT_DRAIN_LEAST_MS: "1000",
  PORTCADE_LIMIT_DRAIN_WARNING_MS: "500",
  PORTCADE_LIMIT_TEST_MS: "3000",
};
/** Everybody who comes leaves a stone with a number, counted through all launches. */
const stones = (name: string): string => `
let count = 0;
export const rules = {
  onEnter: (player, world) => {
    count++;
    world.spawn({ kind: "thing", name: "${name} " + count, sprite: "stone", x: player.x, y: player.y });
  },
  save: () => ({ count }),
  restore: (saved) => {
    count = saved.count;
  },
};
`;

let builds: TestBuilds;
let master: TestMaster;
const players: TestPlayer[] = [];
beforeEach(async () => {
  builds = new TestBuilds();
  builds.rules("hub", stones("stone"));
  master = await TestMaster.start(settings, undefined, [], builds.entry);
});
afterEach(async () => {
  for (const player of players.splice(0)) player.cut();
  await master.end();
  builds.remove();
});

async function enter(): Promise<{ player: TestPlayer; at: { x: number; y: number } }> {
  const player = await master.player();
  players.push(player);
  const { x, y } = await player.enter();
  return { player, at: { x: x as number, y: y as number } };
}

/** Resolves when a player sees a thing of that name; rejects when their world is closed first. */
async function untilSeen(player: TestPlayer, name: string): Promise<void> {
  while (![...player.replica.seen.values()].some(({ looks }) => looks.name === name))
    await player.world?.untilBinary(player.world.binary.length + 1);
}

describe("a world is upgraded under its players:", () => {
  test("newcomers are in the new launch, which knows what the old one knew; who stayed is moved at the deadline", async () => {
    const { player: ada } = await enter();
    const old = master.pidOf("hub");
    await ada.walk(300, 300, 5);
    builds.rules("hub", stones("pebble"));
    builds.map("hub", ({ spawns }) => Object.assign((spawns as { default: object }).default, { x: 450 }));
    const { code, lines } = await order(master, "upgrade", "hub", "--notice", "2s");
    expect({ code, lines }).toMatchObject({
      code: 0,
      lines: [
        expect.stringMatching(/^hub: launch \S+ starts$/),
        expect.stringMatching(/^hub: launch \S+ proves itself$/),
        expect.stringMatching(/^hub: done; launch \S+ takes the newcomers$/),
        expect.stringMatching(/^Of launch \S+ 1 player will be moved to it in 0:02\.$/),
      ],
    });
    const { player: bob, at } = await enter();
    const fresh = master.pidOf("hub");
    expect(fresh).not.toBe(old);
    expect(at).toEqual({ x: 450, y: 260 });
    await untilSeen(bob, "pebble 2");

    expect(await ada.control.until("notice")).toMatchObject({ notice: "world_draining", world: "hub" });
    await ada.walk(320, 300, 5);
    expect(isRunning(old)).toBe(true);
    const { lease } = await ada.control.until("lease");
    expect(ada.world?.socket.readyState).toBe(1);
    const arrived = await ada.redeem(lease as string);
    expect(arrived["world"]).toBe("hub");
    await untilSeen(ada, "pebble 3");
    const { x, y } = ada.replica.self;
    expect(Math.hypot(x - 320, y - 300)).toBeLessThan(10);
    expect(await master.until(({ event, code }) => event === "host.exited" && code === 0)).toBeDefined();
    expect(isRunning(old)).toBe(false);
    expect(master.pidOf("hub")).toBe(fresh);
    expect(ada.control.heard.some(({ type }) => type === "world.lost")).toBe(false);
  });

  test("a client whose pack is the old one gets the new one ready, and then goes in", async () => {
    await enter();
    const late = await master.player();
    players.push(late);
    const { lease, pack } = await late.control.until("lease");
    const sha256 = builds.pack("hub", "the new pack");
    expect((await order(master, "upgrade", "hub", "--notice", "1m")).code).toBe(0);
    late.ask({ type: "lease.redeem", lease });
    const again = await late.control.until("lease");
    expect(again).toMatchObject({ lease, pack: { sha256 } });
    expect(pack).not.toMatchObject({ sha256 });
    expect(await late.redeem(lease as string)).toMatchObject({ world: "hub" });
  });

  test("and rolled back in the same way, with what the launches in between did", async () => {
    await enter();
    builds.rules("hub", stones("pebble"));
    expect((await order(master, "upgrade", "hub")).code).toBe(0);
    await enter();
    builds.rules("hub", stones("stone"));
    expect((await order(master, "upgrade", "hub")).code).toBe(0);
    const { player } = await enter();
    await untilSeen(player, "stone 3");
  });

  test("nothing of it runs: the next launch is of what lies on the disk, without another word", async () => {
    builds.rules("hub", stones("pebble"));
    const { code, lines } = await order(master, "upgrade", "hub");
    expect({ code, lines }).toEqual({
      code: 0,
      lines: ["hub: done; nothing of it ran, and the next launch is of what lies on the disk"],
    });
    const { player } = await enter();
    await untilSeen(player, "pebble 1");
  });
});

describe("an upgrade that cannot be changes nothing, and says why:", () => {
  /** Newcomers land where they did, in the process that ran before. */
  async function nothingChanged(old: number): Promise<void> {
    const { player, at } = await enter();
    expect(at).toEqual({ x: 400, y: 260 });
    await untilSeen(player, "stone 2");
    expect(isRunning(old)).toBe(true);
    expect(await reportOf(master, "hub")).toMatchObject({ phase: "open", players: 2 });
    expect((await reportOf(master, "hub")).launches).toHaveLength(1);
  }

  test.each([
    ["rules that cannot be read", "export const rules = {", /its self-test failed: Unexpected end of input/],
    [
      "rules that throw when somebody enters",
      `export const rules = { onEnter() { throw new Error("no stones left"); } };`,
      /no stones left/,
    ],
    [
      "a process that ends in its test",
      `export const rules = { onEnter() { process.exit(7); } };`,
      /its process ended/,
    ],
    ["a launch that hangs", `export const rules = { onEnter() { for (;;); } };`, /self-test took too long/],
  ])("%s", async (_, rules, cause) => {
    await enter();
    const old = master.pidOf("hub");
    builds.rules("hub", rules);
    builds.map("hub", ({ spawns }) => Object.assign((spawns as { default: object }).default, { x: 450 }));
    const { code, lines } = await order(master, "upgrade", "hub");
    expect(lines.join("\n")).toMatch(cause);
    expect(lines.at(-1)).toMatch(/^Nothing has changed/);
    expect(code).toBe(1);
    expect(await master.untilMarker("MASTER_WORLD_KEPT key=hub")).toBeDefined();
    await nothingChanged(old);
  });

  test.each([
    ["an index that is broken", (): void => builds.index((worlds) => delete worlds["hub"]), /holds no world/],
    [
      "a map that is not the index's",
      (): void => builds.index((worlds) => Object.assign(worlds["hub"] ?? {}, { mapSha256: "0".repeat(64) })),
      /the build is not complete/,
    ],
    [
      "a portal to a world nobody knows",
      (): void =>
        builds.index(
          (worlds) =>
            void Object.assign(worlds["hub"]?.portals ?? {}, { Moon: { target: "moon", spawn: "default" } }),
        ),
      /leads to moon/,
    ],
    [
      "a pack that is still being copied",
      (): void => void builds.pack("hub", "half of it", false),
      /hub\.zip is not what index\.json says/,
    ],
  ])("%s", async (_, spoil, cause) => {
    await enter();
    const old = master.pidOf("hub");
    spoil();
    const { code, lines } = await order(master, "upgrade", "hub");
    expect(lines.join("\n")).toMatch(cause);
    expect(code).toBe(1);
    expect(master.lines.filter(({ event }) => event === "host.launched")).toHaveLength(1);
    expect(isRunning(old)).toBe(true);
  });

  test("two at a time", async () => {
    await enter();
    // Long enough to stop the process that loads it; the copies it tries itself out on do not wait.
    const slowly = `if (!import.meta.url.startsWith("data:")) await new Promise((go) => setTimeout(go, 2000));`;
    builds.rules("hub", slowly + stones("pebble"));
    const first = new TestOperator(master, "upgrade", "hub");
    await first.until(/ starts$/);
    const heir = master.pidOf("hub");
    process.kill(heir, "SIGSTOP");
    const { code, lines } = await order(master, "upgrade", "hub");
    process.kill(heir, "SIGCONT");
    expect(lines[0]).toMatch(/^hub: not now/);
    expect(code).toBe(1);
    expect((await first.ended).code).toBe(0);
  });
});
