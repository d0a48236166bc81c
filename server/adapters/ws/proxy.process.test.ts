import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { findCaddy } from "#tools/test/caddy.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { Doorway, Events } from "./testing-sockets.ts";

const found = findCaddy();
const program = "path" in found ? found.path : "caddy";
const isLeftOut = "advice" in found && process.env["CI"] !== "true";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

/** A real Caddy before `backend`, once it serves; `reload` has it read its settings again, as an operator does. */
async function caddy(backend: number): Promise<{ url: string; reload: () => Promise<unknown> }> {
  const dir = mkdtempSync(join(tmpdir(), "portcade-proxy-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  const port = await freePorts();
  const config = join(dir, "Caddyfile");
  const admin = `unix/${dir}/admin.sock`;
  const globals = `{\n admin ${admin}\n auto_https off\n storage file_system ${dir}/store\n}\n`;
  writeFileSync(config, `${globals}http://127.0.0.1:${port} {\n reverse_proxy 127.0.0.1:${backend}\n}\n`);
  const env = { PATH: process.env["PATH"], XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir, HOME: dir };
  const settings = ["--config", config, "--adapter", "caddyfile"];
  const child = spawn(program, ["run", ...settings], { env, stdio: ["ignore", "ignore", "pipe"] });
  cleanUp.push(async () => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  // Read to its end: a Caddy whose log nobody reads is ended by its own next line.
  const lines = createInterface({ input: child.stderr });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => line.includes("serving initial configuration") && resolve());
    lines.once("close", () => reject(new Error("Caddy ended before it served")));
  });
  return {
    url: `ws://127.0.0.1:${port}/`,
    reload: () =>
      promisify(execFile)(program, ["reload", "--force", "--address", admin, ...settings], { env }),
  };
}

async function through(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url).on("error", () => {});
  await once(socket, "open");
  return socket;
}

describe.skipIf(isLeftOut)("behind Caddy", () => {
  test("a reload, which says goodbye to us without a mask, is a drop and nothing worse", async () => {
    await using door = await new Doorway().listen();
    const { url, reload } = await caddy(door.port);
    const pairs = [];
    for (let count = 0; count < 5; count++) {
      const peer = await through(url);
      const transport = await door.accepted();
      const events = new Events().listenTo(transport);
      peer.send("in");
      expect(await events.until("text")).toBe("in");
      pairs.push({ peer, events });
    }
    await reload();
    // Caddy's own goodbye has no mask and is none; the player's answer to Caddy may come through before it.
    for (const { events } of pairs) expect([1001, 1006]).toContain(await events.until("closed"));
    const again = await through(url);
    const events = new Events().listenTo(await door.accepted());
    again.send("back");
    expect(await events.until("text")).toBe("back");
    for (const peer of [again, ...pairs.map(({ peer }) => peer)]) peer.terminate();
  });
});
