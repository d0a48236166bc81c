import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildWorldServer } from "#tools/build/world-server.ts";
import { hall, mapOf } from "./testing.ts";
import { buildFolder, orderFor, secret, StubMaster, WorldProcess, writeWorld } from "./testing-world.ts";
import { appVersion } from "#shared/version.ts";

const outDir = buildFolder();

beforeAll(async () => {
  await buildWorldServer({ outDir });
  writeWorld(outDir, hall);
  writeWorld(outDir, mapOf(["###", "#.#", "###"], { key: "broken" }));
  writeFileSync(join(outDir, "server", "worlds", "broken", "map.json"), '{"v":1,"key":"broken"');
});

afterAll(() => rmSync(outDir, { recursive: true, force: true }));

test("the bundle is one small file without the libraries a world must not load", () => {
  const bundle = readFileSync(join(outDir, "server", "world.mjs"), "utf8");
  expect(bundle.length).toBeLessThan(100_000);
  expect(bundle).not.toMatch(/zod|pino|fastify|permessage-deflate/i);
});

describe("a spare", () => {
  test("that is let go leaves without a word to anybody", async () => {
    await using world = new WorldProcess(outDir);
    world.pipe.end();
    expect(await world.exited).toBe(0);
    expect(world.log.all).toEqual([]);
  });

  test.each([
    ["something that is no order", "{}\n", 14],
    ["half an order", '{"launch":', 14],
    ["more than any order", "x".repeat(300_000), 14],
  ])("that is sent %s exits with a code that says so", async (_, text, code) => {
    await using world = new WorldProcess(outDir);
    world.pipe.end(text);
    expect(await world.exited).toBe(code);
    expect((await world.marker("WORLD_FAILED")).msg).toContain(`code=${code}`);
  });

  test.each([
    ["a world that does not exist", { world: "nowhere" }, 12],
    ["a world whose map cannot be read", { world: "broken" }, 15],
    ["a place where nobody can listen", { listen: { socket: "/nonexistent/folder/world.sock" } }, 13],
  ])("that is ordered %s exits with a code that says so", async (_, order, code) => {
    await using master = await new StubMaster().listen();
    await using world = new WorldProcess(outDir);
    world.order(orderFor(master, order));
    expect(await world.exited).toBe(code);
    expect(master.connections).toBe(0);
  });
});

describe("a launch", () => {
  test("registers first, says where players reach it and who is here, and goes on saying it", async () => {
    await using master = await new StubMaster().listen();
    await using world = new WorldProcess(outDir);
    world.order(orderFor(master));
    const registration = await master.next("register");
    expect(registration).toMatchObject({
      launch: "l1",
      token: secret,
      world: "hub",
      version: appVersion,
      protocol: 1,
      pid: world.child.pid,
      roster: { inside: [], expected: [] },
    });
    expect(master.heard.all[0]).toBe(registration);
    const { port } = registration.endpoint as { port: number };
    expect((await world.marker("WORLD_READY")).msg).toBe(
      `WORLD_READY key=hub bind=127.0.0.1 port=${port} build=0.1 scene=worlds/hub/map.json`,
    );
    expect((await world.marker("RUNTIME_LOOP_CONFIG")).msg).toContain("role=world tps=20");
    expect((await world.marker("PERF_SAMPLE")).msg).toMatch(
      / connected_players=0 .* role=world .* world_peers=0 /,
    );
    expect((await world.marker("WORLD_REGISTERED")).msg).toBe("WORLD_REGISTERED key=hub");
    expect(await master.next("heartbeat")).toEqual({
      type: "heartbeat",
      roster: { inside: [], expected: [] },
    });
    await master.next("heartbeat");
  });

  test("keeps its token out of arguments, environment and log", async () => {
    await using master = await new StubMaster().listen();
    await using world = new WorldProcess(outDir);
    world.order(orderFor(master, { logLevel: "trace" }));
    await world.marker("WORLD_REGISTERED");
    for (const file of ["cmdline", "environ"])
      expect(readFileSync(`/proc/${world.child.pid}/${file}`, "utf8")).not.toContain(secret);
    expect(JSON.stringify(world.log.all)).not.toContain(secret);
  });

  test.each([
    ["is not wanted", { type: "registration.refused", reason: "not_wanted", epoch: 1 }, 0, "not_wanted"],
    [
      "has another version",
      { type: "registration.refused", reason: "version_mismatch", epoch: 1 },
      12,
      "version_mismatch",
    ],
    ["gets no answer", undefined, 21, "registration_timeout"],
  ] as const)("that %s ends", async (_, answer, code, reason) => {
    await using master = await new StubMaster().listen();
    master.answer = answer;
    await using world = new WorldProcess(outDir);
    // Only who gets no answer may be in a hurry.
    world.order(orderFor(master, answer ? {} : { limits: { registrationAckMs: 300 } }));
    expect((await world.marker("WORLD_STOPPING")).msg).toBe(`WORLD_STOPPING key=hub reason=${reason}`);
    expect(await world.exited).toBe(code);
  });

  test("whose port is taken listens on a free one and says so", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => void squatter.listen(0, "127.0.0.1", resolve));
    const { port } = squatter.address() as AddressInfo;
    await using master = await new StubMaster().listen();
    await using world = new WorldProcess(outDir);
    world.order(orderFor(master, { listen: { host: "127.0.0.1", port } }));
    const { endpoint } = await master.next("register");
    expect(endpoint).not.toEqual({ port });
    expect(world.log.all.find(({ event }) => event === "gateway.portTaken")?.msg).toContain(
      `port ${port} is taken`,
    );
    squatter.close();
  });

  test("does not mind the end of the pipe once it has its order", async () => {
    await using master = await new StubMaster().listen();
    await using world = new WorldProcess(outDir);
    world.order(orderFor(master));
    world.pipe.destroy();
    await master.next("heartbeat");
    expect(world.child.exitCode).toBeNull();
  });

  test("reads no file any more, and has loaded no cryptography, TLS, compression or fetch", async () => {
    const probe = `
      import { readFileSync } from "node:fs";
      export const rules = { onTick: () => {
        let read = "allowed";
        try { readFileSync(new URL("map.json", import.meta.url)); } catch (error) { read = error.code; }
        const late = process.moduleLoadList.filter((name) => /NativeModule (crypto|https|tls|zlib|perf_hooks|inspector|readline|worker_threads|.*undici)$/.test(name));
        throw new Error(JSON.stringify({ read, late }));
      } };`;
    writeWorld(outDir, { ...hall, key: "probe" }, probe);
    await using master = await new StubMaster().listen();
    await using world = new WorldProcess(outDir);
    world.order(orderFor(master, { world: "probe" }));
    const { msg } = await world.log.until(({ event }) => event === "rules.failed");
    expect(msg).toContain('{"read":"ERR_ACCESS_DENIED","late":[]}');
    await world.log.until(({ event }) => event === "rules.disabled");
    await master.next("heartbeat");
  });
});
