import { rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { limits } from "#shared/limits.ts";
import { runAlone } from "./alone.ts";
import { Log } from "./log.ts";
import { hall } from "./testing.ts";
import { buildFolder, RawPlayer, writeWorld } from "./testing-world.ts";
import { UnknownWorld } from "./world-files.ts";

test("a world alone says so, admits everybody, and has nowhere to travel to", async () => {
  const outDir = buildFolder();
  writeWorld(outDir, { ...hall, spawns: { default: { x: 470, y: 80, facing: 0 } } });
  const worlds = pathToFileURL(join(outDir, "server", "worlds", "/"));
  const lines: string[] = [];
  const log = new Log({ format: "text", write: (line) => void lines.push(line) });
  await expect(runAlone("nowhere", { worlds, log })).rejects.toThrow(UnknownWorld);
  const world = await runAlone("hub", { worlds, log });
  expect(lines.join("")).toContain("WORLD_ALONE key=hub: no master; EVERYONE is admitted");

  const { port } = world.endpoint as { port: number };
  using player = await new RawPlayer(`ws://127.0.0.1:${port}/`).open();
  player.say({ type: "enter", id: 1, protocol: 1, ticket: "anything-at-all-works" });
  await player.next("entered");
  const { others } = await player.snapshots.until(() => true);
  expect(others.map(({ looks }) => looks.name)).toEqual(["Arcade Host"]);
  player.say({ type: "portal.use", id: 2, portal: "EastPortal" });
  expect(await player.next("portal.denied")).toMatchObject({ re: 2, reason: "world_unavailable" });

  const stopped = world.stop();
  expect(await player.closed).toBe(4013);
  await stopped;
  rmSync(outDir, { recursive: true });
});

test("a world alone holds as many as its world.json says, and no more connections than its limits", async () => {
  const players = 300;
  const outDir = buildFolder();
  writeWorld(outDir, hall);
  const folder = join(outDir, "server", "worlds");
  writeFileSync(
    join(folder, "hub", "world.json"),
    JSON.stringify({ schema: 1, name: "Hub", capacity: players }),
  );
  const log = new Log({ format: "text", write: () => {} });
  const worlds = pathToFileURL(join(folder, "/"));
  const world = await runAlone("hub", { worlds, log, limits: { ...limits, connectionsTotal: players + 1 } });
  const { port } = world.endpoint as { port: number };
  const answers = await Promise.all(Array.from({ length: players + 1 }, () => enter(port)));
  expect(Object.groupBy(answers, (answer) => answer)).toMatchObject({
    entered: { length: players },
    rejected: { length: 1 },
  });
  await expect(enter(port)).rejects.toThrow();
  await world.stop();
  rmSync(outDir, { recursive: true });
});

/** What a new player is answered. */
async function enter(port: number): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "enter", id: 1, protocol: 1, ticket: "anything-at-all-works" }));
  const [answer] = (await once(socket, "message")) as [Buffer];
  return (JSON.parse(answer.toString()) as { type: string }).type;
}
