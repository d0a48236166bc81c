import { hash } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { machines } from "#core/machines.ts";
import { testFacts } from "#core/testing.ts";
import { Engine } from "#engine/engine.ts";
import { MemoryStore } from "#engine/memory-store.ts";
import { RealNature } from "./nature.ts";

const launch = "launch:l1";
const link = "launch-link:c1";
const roster = { inside: [{ admission: "a1", session: "ada", active: true }], expected: [] };
/** Longer than the five seconds after which a silent world is doubted. */
const standstillMs = 6000;
const heartbeatMs = 250;

/** Stops this thread, as a long computation or a suspended process does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** A world whose heart goes on beating, whatever this thread does. */
function heart(): Worker {
  const beats = `setInterval(() => require("node:worker_threads").parentPort.postMessage(0), ${heartbeatMs})`;
  return new Worker(beats, { eval: true });
}

test("[13] a master that stood still for six seconds doubts no world", async () => {
  await using nature = new RealNature();
  const ordered = Promise.withResolvers<string>();
  const phases: string[] = [];
  const engine = new Engine({
    machines,
    store: new MemoryStore(),
    nature,
    facts: testFacts(),
    bus: { send: ({ body }) => void ("token" in body && ordered.resolve(body.token)) },
    log: { transition: ({ id, after }) => void (id === launch && phases.push(after)), stalled: () => {} },
  });
  await using world = heart();
  engine.tell("world:hub", launch, { type: "begin", world: "hub" } as { type: string });
  const registration = {
    type: "register",
    tokenHash: hash("sha256", await ordered.promise),
    world: "hub",
    version: "0.1",
    protocol: 1,
    pid: 42,
    endpoint: { port: 1 },
    roster,
  };
  engine.tell(link, launch, registration);
  world.on("message", () => engine.tell(link, launch, { type: "heartbeat", roster } as { type: string }));
  await once(world, "message");
  // From here on the loop looks at its timers before it reads what has come.
  await new Promise<void>((resolve) => setImmediate(resolve));
  block(standstillMs);
  await once(world, "message");
  await once(world, "message");
  await new Promise<void>((resolve) => nature.wakeAt(nature.now() + 2 * heartbeatMs, resolve));
  engine.kill();
  expect(phases.at(-1)).toBe("running");
  expect(phases).not.toContain("suspect");
  expect(nature.leftOutMs).toBeGreaterThan(standstillMs / 2);
});
