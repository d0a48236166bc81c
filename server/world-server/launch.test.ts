import { expect, test } from "vitest";
import { HandClock } from "#adapters/hand-clock.ts";
import type { Link } from "#adapters/ws/link.ts";
import { limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import { decodeSnapshot } from "#shared/protocol/snapshot.ts";
import { settingsOf } from "#shared/world-settings.ts";
import { Launch } from "./launch.ts";
import { Log } from "./log.ts";
import { Player } from "./player.ts";
import { hall } from "./testing.ts";

const right = { dx: 127, dy: 0, buttons: 0 };
const at = { world: "hub", x: 80, y: 80, facing: 0 };

/** A launch whose time stands still, with one player waiting for `activate`; everything said is kept. */
function launchWithAda(limitsGiven: Partial<typeof limits> = {}) {
  const clock = new HandClock();
  const said: FromLaunch[] = [];
  const heard: unknown[] = [];
  const exits: string[] = [];
  const launch = new Launch({
    world: { key: "hub", map: hall, mapSha256: "0".repeat(64), ...settingsOf({ capacity: 10 }) },
    limits: { ...limits, ...limitsGiven },
    clock,
    log: new Log({ format: "json", write: () => {} }),
    master: { isReachable: true, send: (message) => void said.push(message) },
    exit: (reason) => void exits.push(reason),
  });
  launch.start();
  const link = {
    bufferedBytes: 0,
    send: (frame: string | Uint8Array) =>
      void heard.push(typeof frame === "string" ? JSON.parse(frame) : decodeSnapshot(frame)),
    close: (why: string) => void heard.push({ close: why }),
  };
  const ada = { admission: "a1", session: "s1", name: "Ada", guest: false };
  launch.hear({ type: "expect", ...ada, ticketHash: "f".repeat(64), at, expiresMs: 1000 });
  launch.show(
    "p1",
    new Player(link as unknown as Link<FromPlayer>, limits.snapshotBufferedBytes),
    1,
    "f".repeat(64),
  );
  return { clock, launch, said, heard, exits };
}

test("`activate` shows the whole world at once, without waiting for a tick", () => {
  const { launch, heard } = launchWithAda();
  expect(heard).toMatchObject([{ type: "entered", re: 1 }]);
  launch.hear({ type: "activate", admission: "a1" });
  expect(heard.slice(1)).toMatchObject([
    { type: "entities", enter: [{ name: "Arcade Host" }, { name: "Ada" }] },
    { tick: 0, flags: 1, self: { x: 80, y: 80 } },
  ]);
});

test("a player is told the state once a tick, and saved every three seconds", () => {
  const { launch, clock, heard, said } = launchWithAda();
  launch.hear({ type: "activate", admission: "a1" });
  heard.length = 0;
  said.length = 0;
  launch.receive("p1", { first: 1, commands: [right] });
  clock.advance(3000);
  expect(heard).toHaveLength(60);
  expect(heard[0]).toMatchObject({ tick: 1, ack: 1, self: { x: 83, y: 80 } });
  expect(said).toMatchObject([{ type: "saves", saves: [{ admission: "a1", seq: 1, place: { x: 83 } }] }]);
});

test("an avatar whose player is lost stands still, then leaves with its place", () => {
  const { launch, clock, said } = launchWithAda();
  launch.hear({ type: "activate", admission: "a1" });
  launch.receive("p1", { first: 1, commands: [right, right] });
  launch.disconnect("p1");
  clock.advance(limits.worldDetachMs - 1);
  expect(launch.roster.inside).toHaveLength(1);
  clock.advance(1);
  expect(launch.roster.inside).toEqual([]);
  expect(said.at(-1)).toMatchObject({ type: "left", admission: "a1", place: { x: 80, y: 80 } });
  expect(launch.counts).toMatchObject({ inside: 0, connections: 0, entities: 1 });
});

test("a launch that has stopped ticks and saves no more", () => {
  const { launch, clock, said, heard, exits } = launchWithAda();
  launch.hear({ type: "activate", admission: "a1" });
  launch.stop("idle");
  expect(exits).toEqual(["idle"]);
  expect(heard.at(-1)).toEqual({ close: "shuttingDown" });
  expect(said.at(-1)).toMatchObject({ type: "left", admission: "a1" });
  const { ticks } = launch.counts;
  clock.advance(10_000);
  expect(launch.counts.ticks).toBe(ticks);
});
