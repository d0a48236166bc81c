import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { findCaddy } from "#tools/test/caddy.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { TestMaster } from "./testing.ts";
import { TestPlayer } from "./testing-player.ts";

/** Found or installed by the test run; without it these tests are left out on a person's machine, never in CI. */
const found = findCaddy();
const program = "path" in found ? found.path : "caddy";
const isLeftOut = "advice" in found && process.env["CI"] !== "true";
if (isLeftOut) console.log(found.advice);

const shipped = fileURLToPath(new URL("../../Caddyfile", import.meta.url));
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "portcade-caddy-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A real Caddy with certificates of its own making; resolves when the master answers through it. */
async function caddy(site: string, https: number, env: Record<string, string>): Promise<void> {
  const dir = folder();
  const config = join(dir, "Caddyfile");
  writeFileSync(
    config,
    `{\n admin off\n skip_install_trust\n auto_https disable_redirects\n local_certs\n https_port ${https}\n storage file_system ${dir}/store\n}\n${site}\n`,
  );
  const home = { PATH: process.env["PATH"], XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir, HOME: dir };
  const child = spawn(program, ["run", "--config", config, "--adapter", "caddyfile"], {
    env: { ...home, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  cleanUp.push(async () => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  // Read to its end: a Caddy whose log nobody reads is ended by its own next line.
  child.stderr.resume();
  // It serves before it has a certificate to serve with: asked until the master answers through it.
  while ((await statusOf(`https://localhost:${https}/healthz`)) !== 200);
}

async function started(settings: Record<string, string>, dataDir: string): Promise<TestMaster> {
  const master = await TestMaster.start(settings, dataDir);
  cleanUp.push(() => master.end());
  return master;
}

describe.skipIf(isLeftOut)("behind Caddy", () => {
  test("the shipped Caddyfile is valid", () => {
    expect(() =>
      execFileSync(program, ["validate", "--config", shipped, "--adapter", "caddyfile"], { stdio: "pipe" }),
    ).not.toThrow();
  });

  test("the shipped Caddyfile leads players to worlds on socket files, and keeps private pages private", async () => {
    const https = await freePorts(2);
    const dataDir = folder();
    const master = await started(
      {
        PORTCADE_PORT: String(https + 1),
        PORTCADE_WORLD_LISTEN: "unix",
        PORTCADE_PUBLIC_MASTER_URL: `wss://localhost:${https}/`,
        PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: `wss://localhost:${https}/{world_key}`,
      },
      dataDir,
    );
    await caddy(`import ${shipped}`, https, {
      PORTCADE_PORT: String(master.port),
      PORTCADE_SOCKETS: join(dataDir, "worlds"),
    });
    const player = await TestPlayer.connect(`wss://localhost:${https}/`);
    await player.enter();
    await player.walk(170, 260);
    expect(await player.travel("LeftPortal")).toMatchObject({ world: "left_world" });
    expect(player.replica.self).toMatchObject({ x: 630, y: 260 });
    for (const path of ["status", "metrics"])
      expect(await statusOf(`https://localhost:${https}/${path}`)).toBe(404);
    expect(await statusOf(`https://localhost:${https}/healthz`)).toBe(200);
    player.cut();
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
    await caddy(
      `localhost {\n${routes.join("")} handle {\n  reverse_proxy 127.0.0.1:${master.port}\n }\n}`,
      https,
      {},
    );
    const player = await TestPlayer.connect(`wss://localhost:${https}/`);
    await player.enter();
    await player.walk(630, 260);
    expect(await player.travel("RightPortal")).toMatchObject({ world: "right_world" });
    player.cut();
  });
});

/** The answer's status, or `undefined` when nobody answered. */
function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    get(url, { rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on("error", () => resolve(undefined));
  });
}
