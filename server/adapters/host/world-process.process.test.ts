import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { serveUnits } from "./testing-units.ts";
import { startWorldUnit } from "./unit-process.ts";
import { worldProcessContract } from "./world-process.contract.ts";
import { startWorldProcess } from "./world-process.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const fail = (reason: string): never => {
  throw new Error(reason);
};

worldProcessContract("a child of its master", (program, blank) =>
  Promise.resolve(startWorldProcess(program, blank)),
);
worldProcessContract("in a unit of its own", async (program, blank, dir) => {
  const socket = join(dir, "launch.sock");
  servers.push(await serveUnits(socket));
  return startWorldUnit(program, socket, blank, fail);
});

describe("a unit", () => {
  const program = { bundle: "/nowhere", worlds: "/nowhere", logFormat: "text" };

  test("that cannot be had is over at once, and the reason is told", async () => {
    const reasons: string[] = [];
    const world = startWorldUnit(program, "/nowhere/launch.sock", undefined, (why) => reasons.push(why));
    expect(await world.running).toBeUndefined();
    expect(await world.ended).toEqual({});
    expect(reasons).toEqual([expect.stringMatching("^/nowhere/launch.sock: connect ENOENT")]);
  });

  test.each(["1\n", "-4\n", "x".repeat(4000), "12", "\n", "4e3\n"])(
    "that says %j instead of a process id is no process, and nobody is killed for it",
    async (said) => {
      const dir = mkdtempSync(join(tmpdir(), "portcade-units-"));
      const socket = join(dir, "launch.sock");
      const server = createServer((connection) => connection.resume().end(said)).listen(socket);
      servers.push(server);
      await once(server, "listening");
      const world = startWorldUnit(program, socket, undefined, () => {});
      expect(await world.running).toBeUndefined();
      world.kill();
      await world.ended;
      rmSync(dir, { recursive: true });
    },
  );
});
