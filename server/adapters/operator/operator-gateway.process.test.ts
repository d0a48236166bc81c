import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Inbox } from "#core/inbox.ts";
import { TestNature } from "#engine/testing.ts";
import type { Address } from "#shared/address.ts";
import { limits } from "#shared/limits.ts";
import { Caller } from "./testing.ts";
import { OperatorGateway, type OperatorGatewayDeps } from "./operator-gateway.ts";
import { operatorPath } from "./operator-path.ts";
import type { WorldReport } from "./orders.ts";

type Told = { from: Address; to: Address; body: { type: string } };

let dir: string;
let nature: TestNature;
let told: Told[];
let gateway: OperatorGateway;
const hub: WorldReport = {
  key: "hub",
  phase: "open",
  players: 1,
  launches: [{ launch: "l1", phase: "running", players: 1, drains: { to: "hub", leftMs: 5 } }],
};

async function open(change: Partial<OperatorGatewayDeps> = {}): Promise<void> {
  gateway = new OperatorGateway({
    limits,
    nature,
    tell: (from, to, body) => void told.push({ from, to, body }),
    report: () => {},
    worlds: () => [hub],
    check: async () => undefined,
    notReady: () => undefined,
    ...change,
  });
  await gateway.listen(operatorPath(dir));
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-operator-"));
  nature = new TestNature();
  told = [];
});
afterEach(async () => {
  await gateway.close();
  rmSync(dir, { recursive: true });
});

const call = (text: string): Caller => new Caller(join(dir, "operator.sock"), text);
const say = (order: object): Caller => call(`${JSON.stringify(order)}\n`);

/** What the caller's world answers. */
function answer(body: Inbox["operator"]): void {
  const { from, to } = told.at(-1) as Told;
  gateway.receive({ id: "1", from: to, to: from as Address<"operator">, body });
}

/** Resolves when something was told to a machine. */
async function untilTold(): Promise<Told> {
  while (told.length === 0) await new Promise(setImmediate);
  return told.at(-1) as Told;
}

describe("the operator's door", () => {
  test("is this user's alone", async () => {
    await open();
    expect(statSync(join(dir, "operator.sock")).mode & 0o777).toBe(0o600);
  });

  test("is no start when something else lies in its place", async () => {
    mkdirSync(join(dir, "operator.sock"));
    await expect(open()).rejects.toThrow("operator.sock cannot be opened for orders (");
  });

  test("tells of the worlds", async () => {
    await open();
    expect(await say({ type: "world.list" }).all()).toEqual([{ type: "worlds", worlds: [hub] }]);
  });

  test("passes an order on, tells how it goes, and ends with the answer", async () => {
    await open();
    const caller = say({ type: "world.upgrade", world: "hub", noticeMs: 60_000 });
    expect(await untilTold()).toMatchObject({ to: "world:hub", body: { type: "replace", noticeMs: 60_000 } });
    answer({ type: "progress", step: "starting", launch: "l2" });
    answer({ type: "done", launch: "l2" });
    answer({ type: "failed", reason: "try_later" });
    expect(await caller.all()).toEqual([
      { type: "progress", step: "starting", launch: "l2", players: 0 },
      { type: "done", launch: "l2", draining: hub.launches },
    ]);
  });

  test("renews a world as if it had been ordered, but not again and again", async () => {
    let cause: string | undefined;
    const reports: unknown[] = [];
    await open({
      check: async () => cause,
      report: (event, { reason }) => void reports.push([event, reason]),
    });
    await gateway.renew("hub");
    expect(told).toMatchObject([{ to: "world:hub", body: { type: "replace", noticeMs: limits.drainMs } }]);
    await nature.pass(limits.backoffMaxMs - 1);
    await gateway.renew("hub");
    expect(told).toHaveLength(1);
    await nature.pass(1);
    cause = "the build is not complete";
    await gateway.renew("hub");
    expect(told).toHaveLength(1);
    expect(reports).toEqual([
      ["operator.ordered", undefined],
      ["worlds.refused", cause],
    ]);
  });

  test("says that a world is being emptied already", async () => {
    await open({ worlds: () => [{ ...hub, phase: "leaving" }] });
    const caller = say({ type: "world.drain", world: "hub", to: "left_world" });
    const cause = "it is being emptied already";
    expect(await caller.all()).toMatchObject([{ type: "failed", reason: "try_later", cause }]);
    expect(told).toEqual([]);
  });

  test("moves nobody to where they are, nor to a world that is being emptied itself", async () => {
    await open({ worlds: () => [hub, { ...hub, key: "left_world", phase: "leaving" }] });
    for (const [to, reason, cause] of [
      ["hub", "bad_request", "its players are there already; without --to another launch of it takes over"],
      ["left_world", "try_later", "left_world is being emptied itself"],
    ] as const)
      expect(await say({ type: "world.drain", world: "hub", to }).all()).toEqual([
        { type: "failed", reason, cause },
      ]);
    expect(told).toEqual([]);
  });

  test("moves nobody to a world that there is not, also when nobody is there to be moved", async () => {
    await open({ worlds: () => [{ ...hub, phase: "asleep", launches: [] }] });
    const caller = say({ type: "world.drain", world: "hub", to: "moon" });
    const cause = "there is no such world as moon; see portcade world list";
    expect(await caller.all()).toEqual([{ type: "failed", reason: "invalid_world", cause }]);
    expect(told).toEqual([]);
  });

  test("tells how the launch fares that the order is about, and of no other", async () => {
    const running: WorldReport = { ...hub, launches: [{ launch: "l1", phase: "running", players: 1 }] };
    await open({ worlds: () => [running, { ...hub, key: "left_world" }] });
    const caller = say({ type: "world.drain", world: "hub", to: "left_world" });
    expect(await untilTold()).toMatchObject({
      body: { type: "evacuate", noticeMs: limits.drainMs, target: "left_world" },
    });
    answer({ type: "progress", step: "draining", launch: "l1", inMs: 5 });
    const state = (guests: object): never => ({ phase: "running", drain: {}, guests }) as never;
    const common = {
      at: 0,
      cause: "launch-link:h",
      handled: true,
      body: { type: "left" },
      input: "left",
    } as const;
    const phases = { before: "running", after: "running" };
    const left = { state: state({ a: 1 }), previous: state({ a: 1, b: 1 }) };
    gateway.transition({ ...common, ...phases, ...left, id: "launch:l9" });
    gateway.transition({ ...common, ...phases, ...left, id: "launch:l1" });
    answer({ type: "done" });
    expect(await caller.all()).toEqual([
      { type: "progress", step: "draining", launch: "l1", inMs: 5, players: 1 },
      { type: "progress", step: "draining", launch: "l1", players: 1 },
      { type: "done" },
    ]);
  });

  test.each([
    ["no JSON", "upgrade hub\n"],
    ["an order nobody knows", '{"type":"world.delete","world":"hub"}\n'],
    ["more than an order needs", '{"type":"world.list","all":true}\n'],
    ["a key that is none", '{"type":"world.upgrade","world":"../hub"}\n'],
    ["too short a notice", '{"type":"world.upgrade","world":"hub","noticeMs":59999}\n'],
    ["too long a notice", '{"type":"world.upgrade","world":"hub","noticeMs":3600001}\n'],
    ["an order without end", "x".repeat(limits.operatorOrderLength + 1)],
    ["too long an order", `${" ".repeat(limits.operatorOrderLength)}{"type":"world.list"}\n`],
  ])("refuses %s", async (_, text) => {
    await open();
    expect(await call(text).all()).toMatchObject([{ type: "failed", reason: "bad_request" }]);
    expect(told).toEqual([]);
  });

  test("does not wait for an order that does not come", async () => {
    await open();
    const caller = call('{"type":');
    await once(caller.socket, "connect");
    // The gateway has the connection once it has answered a later one.
    await say({ type: "world.list" }).all();
    await nature.pass(limits.helloMs);
    expect(await caller.all()).toMatchObject([{ type: "failed", reason: "bad_request" }]);
  });

  test("refuses what the master cannot do now, and what cannot be started", async () => {
    await open({ notReady: () => "stopping" });
    expect(await say({ type: "world.upgrade", world: "hub" }).all()).toEqual([
      { type: "failed", reason: "try_later", cause: "stopping" },
    ]);
    await gateway.close();
    await open({ check: async () => "the pack is half of one" });
    expect(await say({ type: "world.upgrade", world: "hub" }).all()).toEqual([
      { type: "failed", reason: "world_unavailable", cause: "the pack is half of one" },
    ]);
    expect(await say({ type: "world.upgrade", world: "moon" }).all()).toEqual([
      {
        type: "failed",
        reason: "invalid_world",
        cause: "there is no such world as moon; see portcade world list",
      },
    ]);
    expect(told).toEqual([]);
  });

  test("takes so many at once and turns the next one away", async () => {
    await open({ limits: { ...limits, operators: 2 } });
    const first = [1, 2].map(() => say({ type: "world.upgrade", world: "hub" }));
    while (told.length < 2) await new Promise(setImmediate);
    expect(await say({ type: "world.list" }).all()).toEqual([
      { type: "failed", reason: "too_many_requests" },
    ]);
    first[0]?.socket.destroy();
    answer({ type: "done" });
    expect(await first[1]?.all()).toHaveLength(1);
    expect(await say({ type: "world.list" }).all()).toMatchObject([{ type: "worlds" }]);
  });

  test("forgets whoever hangs up; what they ordered was ordered", async () => {
    await open();
    const caller = say({ type: "world.upgrade", world: "hub" });
    await untilTold();
    caller.socket.destroy();
    await caller.closed;
    answer({ type: "done", launch: "l2" });
    expect(await say({ type: "world.list" }).all()).toHaveLength(1);
  });

  test("does not keep what nobody reads", async () => {
    await open();
    const caller = say({ type: "world.upgrade", world: "hub" });
    await untilTold();
    caller.socket.pause();
    const { from } = told[0] as Told;
    const text = "l".repeat(8192);
    // More than the system and the gateway keep together.
    for (let n = 0; n < 1000; n++)
      gateway.receive({
        id: "1",
        from: "world:hub",
        to: from as Address<"operator">,
        body: { type: "progress", step: "starting", launch: text },
      });
    caller.socket.resume();
    await caller.closed;
    expect(caller.heard.length).toBeLessThan(1000);
  });

  test("says so when the master goes", async () => {
    await open();
    const caller = say({ type: "world.upgrade", world: "hub" });
    await untilTold();
    await gateway.close();
    expect(await caller.all()).toEqual([{ type: "failed", reason: "shutting_down" }]);
  });

  test("does not wait for whoever does not read when the master goes", async () => {
    await open();
    const caller = say({ type: "world.upgrade", world: "hub" });
    const { from } = await untilTold();
    caller.socket.pause();
    for (let n = 0; n < 50; n++)
      gateway.receive({
        id: "1",
        from: "world:hub",
        to: from as Address<"operator">,
        body: { type: "progress", step: "starting", launch: "l".repeat(8192) },
      });
    await gateway.close();
    caller.socket.destroy();
  });

  test("stays shut where the path is too long, and says so", async () => {
    const reports: string[] = [];
    await open({ report: (event) => void reports.push(event) });
    await gateway.close();
    const long = operatorPath(`/${"x".repeat(120)}`);
    expect(long).toBeUndefined();
    await gateway.listen(long);
    expect(reports).toEqual(["operator.closed"]);
  });
});
