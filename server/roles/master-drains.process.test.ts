import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestBuilds } from "./testing-builds.ts";
import { order, reportOf, TestOperator } from "./testing-orders.ts";
import type { TestPlayer } from "./testing-player.ts";
import { isRunning, TestMaster } from "./testing.ts";

const settings = {
  PORTCADE_LIMIT_DRAIN_LEAST_MS: "500",
  PORTCADE_LIMIT_DRAIN_WARNING_MS: "500",
};

let master: TestMaster;
const players: TestPlayer[] = [];
afterEach(async () => {
  for (const player of players.splice(0)) player.cut();
  await master.end();
});

async function connect(): Promise<TestPlayer> {
  const player = await master.player();
  players.push(player);
  return player;
}

async function enter(): Promise<TestPlayer> {
  const player = await connect();
  await player.enter();
  return player;
}

describe("a world is drained:", () => {
  beforeEach(async () => {
    master = await TestMaster.start(settings);
  });

  test("its players are taken to another world, nobody comes meanwhile, and then its process ends", async () => {
    const ada = await enter();
    const pid = master.pidOf("hub");
    const operator = new TestOperator(master, "drain", "hub", "--to", "left_world", "--notice", "2s");
    await operator.until(/^hub: nobody is let in; 1 player there, to be moved to left_world in 0:02$/);
    expect(await ada.control.until("notice")).toMatchObject({
      notice: "world_draining",
      world: "hub",
      target: "left_world",
    });
    const late = await connect();
    const { lease } = await late.control.until("lease");
    late.ask({ type: "lease.redeem", lease });
    expect(await late.control.until("denied")).toMatchObject({ reason: "world_draining" });
    expect(await ada.enter()).toMatchObject({ world: "left_world" });
    const { code, lines } = await operator.ended;
    expect(lines.at(-1)).toBe("hub: done; its launch has ended, and the next player starts another");
    expect(code).toBe(0);
    expect(isRunning(pid)).toBe(false);
    expect(await enter()).toBeDefined();
  });

  test("also when somebody does not go: they are out of it with its process", async () => {
    await master.end();
    master = await TestMaster.start({ ...settings, PORTCADE_LIMIT_EVACUATION_MS: "500" });
    const ada = await enter();
    const pid = master.pidOf("hub");
    const operator = new TestOperator(master, "drain", "hub", "--to", "left_world", "--notice", "1s");
    await ada.control.until("lease");
    expect(await ada.control.until("world.lost")).toMatchObject({ world: "hub", reason: "closed" });
    expect((await operator.ended).code).toBe(0);
    expect(isRunning(pid)).toBe(false);
  });

  test("whoever is back after they were asked, as after a master's death, goes then and is not put out", async () => {
    await master.end();
    master = await TestMaster.start({ ...settings, PORTCADE_LIMIT_EVACUATE_AGAIN_MS: "300" });
    const [ada, bob] = [await enter(), await enter()];
    const operator = new TestOperator(master, "drain", "hub", "--to", "left_world", "--notice", "1s");
    await ada.control.until("notice");
    ada.control.cut();
    // He does not want to go: it is he who shows how often both are asked.
    for (let asked = 0; asked < 3; asked += 1) {
      const { lease } = await bob.control.until("lease");
      bob.ask({ type: "lease.release", lease });
    }
    const back = await ada.again();
    players.push(back);
    expect(back.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
    expect(await back.enter()).toMatchObject({ world: "left_world" });
    await bob.enter();
    expect((await operator.ended).code).toBe(0);
  });

  test("without another world it is started anew beside the old one", async () => {
    const ada = await enter();
    const old = master.pidOf("hub");
    const { code, lines } = await order(master, "drain", "hub", "--notice", "5s");
    expect(lines.at(-1)).toMatch(/^Of launch \S+ 1 player will be moved to it in 0:05\.$/);
    expect(code).toBe(0);
    const { launches } = await reportOf(master, "hub");
    expect(launches.map(({ drains }) => drains?.to)).toEqual(["hub", undefined]);
    expect(await ada.enter()).toMatchObject({ world: "hub" });
    await master.untilMarker(`MASTER_WORLD_STOPPED key=hub pid=${old}`);
    expect(master.pidOf("hub")).not.toBe(old);
  });

  test("the operator may go away: what was ordered goes on", async () => {
    const ada = await enter();
    const operator = new TestOperator(master, "drain", "hub", "--to", "left_world", "--notice", "1s");
    await operator.until(/nobody is let in/);
    operator.hangUp();
    expect(await ada.enter()).toMatchObject({ world: "left_world" });
    await master.untilMarker("MASTER_WORLD_STOPPED key=hub");
  });

  test("what cannot be is refused in words", async () => {
    await enter();
    const refusals = [
      [["drain", "hub", "--to", "hub"], /^hub: its players are there already; without --to/],
      [["drain", "hub", "--to", "moon"], /^hub: there is no such world/],
      [["upgrade", "moon"], /^moon: there is no such world/],
      [["upgrade", "hub", "--notice", "2h"], /^hub: the notice is from 0.5 to 3600 seconds$/],
      [["upgrade"], /^world upgrade needs the key of a world/],
    ] as const;
    const refuse = async ([args, problem]: (typeof refusals)[number]): Promise<void> => {
      const { code, lines } = await order(master, ...args);
      expect(lines[0]).toMatch(problem);
      expect(code).toBe(2);
    };
    await Promise.all(refusals.map(refuse));
  });
});

describe("a world that keeps crashing", () => {
  let builds: TestBuilds;
  beforeEach(() => {
    builds = new TestBuilds();
    builds.rules("hub", "export const rules = { onStart: () => process.exit(15) };");
  });
  afterEach(() => builds.remove());

  /** Somebody wants in, and the hub has failed twice. */
  async function failTwice(backOffMs: string): Promise<TestPlayer> {
    const backOff = {
      PORTCADE_LIMIT_BACKOFF_FIRST_MS: backOffMs,
      PORTCADE_LIMIT_BACKOFF_MAX_MS: backOffMs,
    };
    master = await TestMaster.start(backOff, undefined, [], builds.entry);
    const ada = await connect();
    const { lease } = await ada.control.until("lease");
    ada.ask({ type: "lease.redeem", lease });
    await master.untilMarker("MASTER_WORLD_BACKING_OFF key=hub failures=2");
    return ada;
  }

  test("says why and when it is tried again, and runs at once when an operator has mended it", async () => {
    const ada = await failTwice("60000");
    const report = await reportOf(master, "hub");
    expect(report).toMatchObject({
      phase: "cooling",
      players: 0,
      launches: [],
      failures: 2,
      cause: "exit 15",
    });
    expect(report.retryMs).toBeGreaterThan(30_000);
    const { lines } = await order(master, "list");
    expect(lines.join("\n")).toMatch(
      /^hub +cooling .*failed 2 times; it ended with 15: a world cannot be loaded; tried again in [01]:[0-9]{2}$/m,
    );
    const http = master.url.replace("ws", "http");
    expect(await (await fetch(`${http}status`)).json()).toMatchObject({
      details: { hub: { phase: "cooling", failures: 2, cause: "exit 15" } },
    });
    const metrics = await (await fetch(`${http}metrics`)).text();
    expect(metrics).toMatch(/^portcade_world_failures_total\{world="hub"\} 2$/m);

    builds.rules("hub", "export const rules = {};");
    expect(await order(master, "upgrade", "hub")).toMatchObject({ code: 0 });
    expect(await ada.show(await ada.control.until("ticket"))).toMatchObject({ world: "hub" });
  });

  test("is tried again by itself, and whoever waits for it gets in", async () => {
    const ada = await failTwice("300");
    builds.rules("hub", "export const rules = {};");
    expect(await ada.show(await ada.control.until("ticket"))).toMatchObject({ world: "hub" });
  });
});
