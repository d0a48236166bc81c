import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastWords } from "#shared/protocol/launch-master.ts";
import { TestPlayer } from "./testing-player.ts";
import { TestMasters } from "./testing-masters.ts";
import type { TestMaster } from "./testing.ts";

const soon = { PORTCADE_LIMIT_SAVE_MS: "200", PORTCADE_LIMIT_CHECKPOINT_MS: "200" };
const masters = new TestMasters();

/** Somebody in the left world who has walked to where its crab is always in reach. */
async function atTheBeach(master: TestMaster): Promise<TestPlayer> {
  const player = await master.player();
  await player.enter();
  await player.walk(200, 260);
  await player.travel("LeftPortal");
  await player.walk(560, 300, 5);
  await player.walk(500, 300, 5);
  return player;
}

/** Touches the crab, and hears what it says. */
async function touch(player: TestPlayer): Promise<unknown> {
  const { world } = player;
  if (!world) throw new Error("in no world");
  for (;;) {
    const crab = [...player.replica.seen.values()].find(({ looks }) => looks.name === "Crab");
    if (crab) world.say({ type: "interact", id: 1, entity: crab.id });
    if (crab) return (await world.until("bubble"))["text"];
    await world.untilBinary(world.binary.length + 1);
  }
}

test("a world remembers when it was empty for a while, and when it crashed", async () => {
  const master = await masters.start({
    PORTCADE_WORLD_IDLE_SECONDS: "0.3",
    PORTCADE_LIMIT_WORLD_DETACH_MS: "100",
    ...soon,
  });
  const ada = await atTheBeach(master);
  expect(await touch(ada)).toBe("Snip!");
  ada.cut();
  await master.untilMarker("MASTER_WORLD_STOPPED key=left_world");

  const from = master.lines.length;
  const bob = await atTheBeach(master);
  expect(await touch(bob)).toBe("Snip! 2 times now.");
  await master.until(({ id, input }) => id === "memory:left_world" && input === "keep", from);
  await master.untilSaved(bob);
  process.kill(master.pidOf("left_world"), "SIGKILL");
  await bob.control.until("world.lost");
  await bob.enter();
  expect(await touch(bob)).toBe("Snip! 3 times now.");
  bob.cut();
});

test("master and world may die one after the other: the world is as it was, and its player where they stood", async () => {
  const first = await masters.start(soon);
  const ada = await atTheBeach(first);
  const { resume } = ada;
  const launch = await first.until(({ event, world }) => event === "host.launched" && world === "left_world");
  first.process.kill("SIGKILL");
  await ada.control.closed;
  expect(await touch(ada)).toBe("Snip!");
  await ada.walk(560, 300, 5);
  const { x } = ada.replica.self;
  const words = join(first.dataDir, "launches", `${String(launch["launch"])}.words`);
  const isWritten = (): boolean => {
    const text = readFileSync(words, "utf8");
    if (text === "") return false;
    const { saves, state } = lastWords.parse(JSON.parse(text));
    return state === '{"snips":1}' && Math.abs((saves[0]?.place.x ?? 0) - x) < 1;
  };
  while (!isWritten()) await ada.world?.untilBinary(ada.world.binary.length + 1);
  process.kill(launch["pid"] as number, "SIGKILL");
  await ada.world?.closed;

  const second = await masters.start(soon, first.dataDir);
  const back = await TestPlayer.connect(second.url, { resume });
  back.ask({ type: "world.rejoin", world: "left_world" });
  const arrived = await back.enter();
  expect(arrived).toMatchObject({ world: "left_world" });
  expect(Math.abs((arrived["x"] as number) - x)).toBeLessThan(1);
  expect(await touch(back)).toBe("Snip! 2 times now.");
  back.cut();
});
