import { expect, test } from "vitest";
import { HandClock } from "#adapters/hand-clock.ts";
import type { Link } from "#adapters/ws/link.ts";
import { limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { Replica } from "#shared/protocol/replica.ts";
import type { WorldRules } from "#shared/world-rules.ts";
import { now } from "./clock.ts";
import { Launch } from "./launch.ts";
import type { LaunchDeps } from "./launch.ts";
import { Log } from "./log.ts";
import { Player } from "./player.ts";
import { hallWorld, payloadAt } from "./testing.ts";

const right = { dx: 127, dy: 0, buttons: 0 };
const at = { world: "hub", x: 80, y: 80, facing: 0 };

/** A launch whose time stands still, with one player waiting for `activate`; everything said is kept. */
function launchWithAda(
  limitsGiven: Partial<typeof limits> = {},
  rules?: WorldRules,
  more: Partial<LaunchDeps> = {},
) {
  const clock = new HandClock();
  const said: FromLaunch[] = [];
  const heard: unknown[] = [];
  const exits: string[] = [];
  const lines: string[] = [];
  const launch = new Launch({
    rules,
    world: { ...hallWorld, capacity: 10 },
    limits: { ...limits, ...limitsGiven },
    clock,
    log: new Log({ format: "json", write: (line) => void lines.push(line) }),
    master: { isReachable: true, send: (message) => void said.push(message) },
    exit: (reason) => void exits.push(reason),
    ...more,
  });
  launch.start();
  const replica = new Replica(1);
  const link = {
    bufferedBytes: 0,
    send: (frame: string) => void heard.push(JSON.parse(frame)),
    sendFramed(buffer: Uint8Array, start: number, end: number) {
      const applied = replica.apply(buffer.slice(payloadAt(buffer, start), end));
      const names = [...replica.seen.values()].map(({ looks }) => looks.name);
      const { tick, ack, wasSet, self } = replica;
      heard.push({ applied, tick, ack, wasSet, self: { ...self }, names });
      return true;
    },
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
  return { clock, launch, said, heard, exits, lines };
}

test("`activate` shows the whole world at once, without waiting for a tick", () => {
  const { launch, heard } = launchWithAda();
  expect(heard).toMatchObject([{ type: "entered", re: 1 }]);
  launch.hear({ type: "activate", admission: "a1" });
  expect(heard.slice(1)).toMatchObject([
    { applied: "applied", tick: 0, wasSet: true, self: { x: 80, y: 80 }, names: ["Arcade Host"] },
  ]);
});

test("a player is told the state once a tick, and saved every three seconds", () => {
  const { launch, clock, heard, said } = launchWithAda();
  launch.hear({ type: "activate", admission: "a1" });
  heard.length = 0;
  said.length = 0;
  launch.receive("p1", encodeCommands({ first: 1, commands: [right] }));
  clock.advance(3000);
  expect(heard).toHaveLength(60);
  expect(heard[0]).toMatchObject({ tick: 1, ack: 1, self: { x: 83, y: 80 } });
  expect(said).toMatchObject([{ type: "saves", saves: [{ admission: "a1", seq: 1, place: { x: 83 } }] }]);
});

test("an avatar whose player is lost stands still, then leaves with its place", () => {
  const { launch, clock, said } = launchWithAda();
  launch.hear({ type: "activate", admission: "a1" });
  launch.receive("p1", encodeCommands({ first: 1, commands: [right, right] }));
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
  expect(said.slice(-2)).toMatchObject([
    { type: "left", admission: "a1" },
    { type: "state", isFinal: true },
  ]);
  const { ticks } = launch.counts;
  clock.advance(10_000);
  expect(launch.counts.ticks).toBe(ticks);
});

test("a world whose tick takes too long says so, and that it is hard pressed", () => {
  const onTick = (): void => {
    for (const until = now() + 51; now() < until;);
  };
  const { launch, clock, lines } = launchWithAda({}, { onTick });
  expect(launch.counts).toMatchObject({ overruns: 0, pressure: 0 });
  clock.advance(50);
  expect(launch.counts).toMatchObject({ overruns: 1, pressure: 1 });
  expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
    expect.objectContaining({ event: "world.pressure", pressure: 1 }),
  );
});

/** Rules that remember how often somebody came. */
function visitBook(): WorldRules {
  let visits = 0;
  return {
    onEnter: () => void visits++,
    save: () => visits,
    restore: (saved) => void (visits = saved as number),
  };
}
const states = (said: readonly FromLaunch[]) => said.filter(({ type }) => type === "state");

test("what is to be remembered is said every ten seconds when it has changed, and at the end", () => {
  const { launch, clock, said } = launchWithAda({}, visitBook(), { state: "6" });
  clock.advance(10_000);
  expect(states(said)).toEqual([]);
  launch.hear({ type: "activate", admission: "a1" });
  clock.advance(30_000);
  expect(states(said)).toEqual([{ type: "state", text: "7", isFinal: false }]);
  launch.stop("stopped");
  expect(said.slice(-2)).toMatchObject([{ type: "left" }, { type: "state", text: "7", isFinal: true }]);
});

test("what is to be remembered is handed over when it is asked for, and taken over after the start too", () => {
  const { launch, said } = launchWithAda({}, visitBook());
  launch.hear({ type: "handover" });
  expect(states(said)).toEqual([{ type: "state", text: "0", isFinal: true }]);
  launch.hear({ type: "restore", text: "40" });
  launch.hear({ type: "activate", admission: "a1" });
  launch.hear({ type: "handover" });
  expect(states(said).at(-1)).toEqual({ type: "state", text: "41", isFinal: true });
  // A master that does not know whether it was heard says it again: what has happened since stays.
  launch.hear({ type: "restore", text: "40" });
  launch.hear({ type: "handover" });
  expect(states(said).at(-1)).toEqual({ type: "state", text: "41", isFinal: true });
  // Something else was done in the launch before, to which everybody had stayed.
  launch.hear({ type: "restore", text: "50" });
  launch.hear({ type: "handover" });
  expect(states(said).at(-1)).toEqual({ type: "state", text: "50", isFinal: true });
});

test("what was taken over is said anew, whatever the master has heard of this launch before", () => {
  const { launch, clock, said } = launchWithAda({}, visitBook());
  launch.hear({ type: "handover" });
  launch.hear({ type: "restore", text: "0" });
  clock.advance(10_000);
  expect(states(said).at(-1)).toEqual({ type: "state", text: "0", isFinal: false });
});

test("a world without anything to remember says so when it is asked", () => {
  const { launch, clock, said } = launchWithAda();
  clock.advance(20_000);
  launch.hear({ type: "handover" });
  expect(states(said)).toEqual([{ type: "state", isFinal: true }]);
});

test("`test` is answered after a trial that the players' world knows nothing of", async () => {
  const tested = Promise.withResolvers<FromLaunch>();
  const send = (message: FromLaunch): void => void (message.type === "tested" && tested.resolve(message));
  const rules = visitBook();
  const copies: WorldRules[] = [];
  const { launch } = launchWithAda({}, rules, {
    copyRules: () => Promise.resolve(copies[copies.push(visitBook()) - 1]),
    master: { isReachable: true, send },
  });
  launch.hear({ type: "test" });
  expect(await tested.promise).toEqual({ type: "tested" });
  expect(copies.map((copy) => copy.save?.(undefined as never))).toEqual([2, 2]);
  expect(rules.save?.(undefined as never)).toBe(0);
  expect(launch.counts).toMatchObject({ inside: 1, ticks: 0, entities: 1 });
});

test("`test` is answered with what went wrong", async () => {
  const tested = Promise.withResolvers<FromLaunch>();
  const send = (message: FromLaunch): void => void (message.type === "tested" && tested.resolve(message));
  const copyRules = (): Promise<never> => Promise.reject(new SyntaxError("bad module"));
  const { launch } = launchWithAda({}, undefined, { copyRules, master: { isReachable: true, send } });
  launch.hear({ type: "test" });
  expect(await tested.promise).toEqual({ type: "tested", fault: "bad module" });
});
