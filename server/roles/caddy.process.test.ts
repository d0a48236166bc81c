import { execFileSync } from "node:child_process";
import type { IncomingMessage } from "node:http";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type CaddyOptions, shippedCaddyfile, TestCaddy } from "#tools/edge/testing-caddy.ts";
import { findCaddy } from "#tools/test/caddy.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { isRunning, TestMaster } from "./testing.ts";
import { answerOf, asWebSocket, listening } from "./testing-edge.ts";
import { TestPlayer } from "./testing-player.ts";

/** Found or installed by the test run; without it these tests are left out on a person's machine, never in CI. */
const found = findCaddy();
const program = "path" in found ? found.path : "caddy";
const isLeftOut = "advice" in found && process.env["CI"] !== "true";
if (isLeftOut) console.log(found.advice);

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "portcade-edge-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function caddy(options: Omit<CaddyOptions, "program">): Promise<TestCaddy> {
  const started = await TestCaddy.start({ program, ...options });
  cleanUp.push(() => started[Symbol.asyncDispose]());
  return started;
}

async function started(settings: Record<string, string>, dataDir: string): Promise<TestMaster> {
  const master = await TestMaster.start(settings, dataDir, ["start", "--keep-worlds"]);
  cleanUp.push(() => master.end());
  return master;
}

interface Edge {
  readonly https: number;
  readonly url: string;
  readonly master: TestMaster;
  readonly caddy: TestCaddy;
  readonly restart: () => Promise<TestMaster>;
}

/** The shipped Caddyfile before a master whose worlds listen on socket files. */
async function edge(): Promise<Edge> {
  const https = await freePorts(2);
  const dataDir = folder();
  const settings = {
    PORTCADE_PORT: String(https + 1),
    PORTCADE_WORLD_LISTEN: "unix",
    PORTCADE_PUBLIC_MASTER_URL: `wss://localhost:${https}/`,
    PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: `wss://localhost:${https}/{world_key}`,
  };
  const restart = (): Promise<TestMaster> => started(settings, dataDir);
  const master = await restart();
  const proxy = await caddy({
    httpsPort: https,
    env: { PORTCADE_PORT: String(master.port), PORTCADE_SOCKETS: join(dataDir, "worlds") },
  });
  return { https, url: `wss://localhost:${https}/`, master, caddy: proxy, restart };
}

describe.skipIf(isLeftOut)("behind Caddy", () => {
  test("the shipped Caddyfile is valid and well formed, with and without what it takes from outside", () => {
    const check = (env: Record<string, string>): string =>
      execFileSync(program, ["adapt", "--validate", "--config", shippedCaddyfile, "--adapter", "caddyfile"], {
        env: { PATH: process.env["PATH"], HOME: folder(), ...env },
        stdio: "pipe",
        encoding: "utf8",
      });
    for (const email of ["", "me@example.org"])
      expect(() => check({ PORTCADE_ACME_EMAIL: email })).not.toThrow();
    const { admin } = JSON.parse(check({ PORTCADE_GAME_HOST: "play.example.org" })) as {
      admin: { listen: string };
    };
    expect(admin.listen).toMatch(/^unix\/\//);
    // An option that this Caddy knows stands where those of newer ones will.
    expect(check({ PORTCADE_CADDY_STREAMS: "flush_interval -1" }).match(/"flush_interval":-1/g)).toHaveLength(
      2,
    );
    expect(execFileSync(program, ["fmt", shippedCaddyfile], { encoding: "utf8" })).toBe(
      readFileSync(shippedCaddyfile, "utf8"),
    );
  });

  test("players reach worlds by socket files, new ones without a reload", async () => {
    const { https, url, master } = await edge();
    const player = await TestPlayer.connect(url);
    await player.enter();
    await player.walk(170, 260);
    expect(master.lines.some(({ event, world }) => event === "host.launched" && world === "left_world")).toBe(
      false,
    );
    expect(await player.travel("LeftPortal")).toMatchObject({ world: "left_world" });
    expect(player.replica.self).toMatchObject({ x: 630, y: 260 });
    expect(await answerOf(https, "/healthz")).toMatchObject({ status: 200 });
    player.cut();
  });

  test("a reload ends every connection, and costs nobody more: worlds run on, players stand where they stood", async () => {
    const { url, master, caddy: proxy } = await edge();
    const players = [];
    for (let count = 0; count < 3; count++) {
      const player = await TestPlayer.connect(url);
      await player.enter();
      await player.walk(330, 290, 5);
      players.push({ player, at: player.replica.self });
    }
    const pid = master.pidOf("hub");
    await proxy.reload();
    for (const { player, at } of players) {
      for (const peer of [player.control, player.world])
        expect([1001, 1002, 1006]).toContain((await peer?.closed)?.code);
      const again = await player.again();
      expect(again.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
      again.ask({ type: "world.rejoin", world: "hub" });
      expect(await again.enter()).toMatchObject({ world: "hub" });
      expect(again.replica.self).toMatchObject({ x: at.x, y: at.y });
      again.cut();
    }
    expect(isRunning(pid)).toBe(true);
    expect(master.pidOf("hub")).toBe(pid);
  });

  test("while the master is away the answer is 503 and when to ask again, and players come back through it", async () => {
    const { https, url, master, restart } = await edge();
    const player = await TestPlayer.connect(url);
    await player.enter();
    master.process.kill("SIGKILL");
    await master.exited;
    expect(await answerOf(https, "/healthz")).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    expect(await answerOf(https, "/hub", asWebSocket)).toMatchObject({ status: 101 });
    expect(await answerOf(https, "/no_such_world", asWebSocket)).toMatchObject({
      status: 503,
      headers: { "retry-after": "2" },
    });
    const next = await restart();
    await next.untilMarker("MASTER_WORLD_REGISTERED key=hub");
    const again = await player.again();
    expect(again.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
    player.cut();
    again.cut();
  });

  test("while one world is away its address alone answers 503, and others play on; it is back without a reload", async () => {
    const { https, url, master } = await edge();
    const [ada, ben] = [await TestPlayer.connect(url), await TestPlayer.connect(url)];
    await ben.enter();
    await ada.enter();
    await ada.walk(170, 260);
    await ada.travel("LeftPortal");
    const { x, y } = ada.replica.self;
    process.kill(master.pidOf("left_world"), "SIGKILL");
    // Its player is given a way back, and it is started again when that is taken.
    expect(await ada.control.until("world.lost")).toMatchObject({ reason: "crashed" });
    expect(await answerOf(https, "/left_world", asWebSocket)).toMatchObject({
      status: 503,
      headers: { "retry-after": "2" },
    });
    expect(await answerOf(https, "/hub", asWebSocket)).toMatchObject({ status: 101 });
    await ben.walk(330, 290, 5);
    expect(await ada.enter()).toMatchObject({ world: "left_world" });
    expect(ada.replica.self).toMatchObject({ x, y });
    for (const player of [ada, ben]) player.cut();
  });

  test("nobody behind it hears what a caller says of itself, nor is asked for private pages", async () => {
    const https = await freePorts();
    const asked: IncomingMessage[] = [];
    await using backend = await listening((request) => asked.push(request));
    const dir = folder();
    await using world = await listening((request) => asked.push(request), join(dir, "hub.sock"));
    await caddy({ httpsPort: https, env: { PORTCADE_PORT: String(backend.port), PORTCADE_SOCKETS: dir } });
    const lies = {
      forwarded: "for=192.0.2.6",
      "x-forwarded-for": "192.0.2.6",
      "x-forwarded-proto": "gopher",
      "x-forwarded-host": "evil.example",
      "x-real-ip": "192.0.2.6",
      "x-world": "evil",
    };
    await answerOf(https, "/", lies);
    await answerOf(https, "/hub", { ...lies, ...asWebSocket });
    expect(asked.map(({ url }) => url)).toEqual(["/", "/hub"]);
    for (const { headers } of asked) {
      expect(headers["x-forwarded-for"]).toMatch(/^(?:127\.0\.0\.1|::1)$/);
      expect(headers).toMatchObject({
        "x-forwarded-proto": "https",
        "x-forwarded-host": `localhost:${https}`,
      });
      for (const name of ["forwarded", "x-real-ip", "x-world"]) expect(headers).not.toHaveProperty(name);
    }
    asked.length = 0;
    for (const path of [
      "/status",
      "/STATUS",
      "/%73tatus",
      "//status",
      "/a/..%2fstatus",
      "/./metrics",
      "/metrics/x",
    ])
      expect({ path, ...(await answerOf(https, path)) }).toMatchObject({ path, status: 404 });
    expect(asked).toEqual([]);
    expect(world.port).toBe(0);
  });

  test("no path leads to a socket outside the folder of worlds, or to a name that no world can have", async () => {
    const https = await freePorts();
    const toMaster: (string | undefined)[] = [];
    const astray: (string | undefined)[] = [];
    const dir = folder();
    await using backend = await listening(({ url }) => toMaster.push(url));
    await using outside = await listening(({ url }) => astray.push(url), join(dir, "outside.sock"));
    const sockets = join(dir, "worlds");
    mkdirSync(sockets);
    await using odd = await listening(({ url }) => astray.push(url), join(sockets, "Hub.sock"));
    await caddy({
      httpsPort: https,
      env: { PORTCADE_PORT: String(backend.port), PORTCADE_SOCKETS: sockets },
    });
    expect([outside.port, odd.port]).toEqual([0, 0]);
    const paths = [
      "/..%2foutside",
      "/%2e%2e%2foutside",
      "/hub/..%2f..%2foutside",
      "/..%2fHub",
      "/Hub",
      "/hub%00",
    ];
    for (const path of [...paths, `/${"a".repeat(32)}`, `/a.${"b".repeat(4000)}%2f`, "/hub.a.b", "/hub%2f"])
      await answerOf(https, path, asWebSocket).catch(() => {});
    expect(astray).toEqual([]);
    expect(toMaster).toContain(`/${"a".repeat(32)}`);
  });

  test("worlds on their kept ports are led to by one route each", async () => {
    const https = await freePorts(6);
    const master = await started(
      {
        PORTCADE_PORT: String(https + 1),
        PORTCADE_WORLD_PORT_BASE: String(https + 2),
        PORTCADE_PUBLIC_MASTER_URL: `wss://localhost:${https}/`,
        PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: `wss://localhost:${https}/{world_key}`,
      },
      folder(),
    );
    const routes = ["hub", "left_world", "right_world", "top_world"].map(
      (key, index) => ` handle /${key} {\n  reverse_proxy 127.0.0.1:${https + 2 + index}\n }\n`,
    );
    await caddy({
      httpsPort: https,
      text: `{\n admin off\n}\nlocalhost {\n${routes.join("")} handle {\n  reverse_proxy 127.0.0.1:${master.port}\n }\n}`,
    });
    const player = await TestPlayer.connect(`wss://localhost:${https}/`);
    await player.enter();
    await player.walk(630, 260);
    expect(await player.travel("RightPortal")).toMatchObject({ world: "right_world" });
    player.cut();
  });
});
