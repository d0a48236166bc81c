import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHeadless, type Headless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { composed, composedVolumes } from "./testing/composed.ts";
import { type Container, Containers } from "./testing/containers.ts";

const builds =
  process.env["PORTCADE_DEPLOY_BUILDS"] ?? fileURLToPath(new URL("../../builds", import.meta.url));
let containers: Containers;
let caddy: Container;
let https: number;
/** Certificates of the test's own making are nobody's to trust. */
const trust = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
beforeAll(async () => {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  const system = process.env["PORTCADE_DEPLOY_BASE"];
  if (system === undefined)
    throw new Error("PORTCADE_DEPLOY_BASE is not set; these tests run by npm run test:deploy");
  https = await freePorts();
  containers = await Containers.build(builds, system);
  await containers.podman("network", "create", "edge");
  for (const [name, options] of Object.entries(composedVolumes()))
    await containers.podman("volume", "create", ...options, name);
});
afterAll(async () => {
  if (trust === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = trust;
  await containers?.[Symbol.asyncDispose]();
});

const variables = (): Readonly<Record<string, string>> => ({
  PORTCADE_GAME_HOST: `localhost:${https}`,
  PORTCADE_ACME_EMAIL: "me@example.org",
});

/** As compose.yaml says; but at a free port, and without what Debian's Caddy does not know. */
async function startCaddy(): Promise<Container> {
  const { image, options } = composed("caddy", variables(), ({ ports, environment }) => {
    expect(ports).toContain("443:443");
    expect(environment["PORTCADE_CADDY_STREAMS"]).toBe("stream_close_delay 5m");
    return { ports: [`${https}:${https}`], environment: { ...environment, PORTCADE_CADDY_STREAMS: "" } };
  });
  await containers.buildCaddy(image, "/usr/bin/caddy");
  return containers.start("caddy", [...options, "--network=edge"], image);
}

/** Also with another volume for the data. */
const master = (data = "data"): readonly string[] =>
  composed("portcade", variables(), ({ volumes }) => ({
    volumes: volumes.map((volume) => volume.replace(/^data:/, `${data}:`)),
  })).options;

function enter(): Headless {
  return createHeadless({ master: `wss://localhost:${https}/`, packs: nodePacks() });
}

const exec = (...command: string[]): Promise<string> => containers.podman("exec", "portcade", ...command);
const health = (): Promise<string> =>
  containers.podman("inspect", "--format", "{{.State.Health.Status}}", "portcade");

/** As an orchestrator does it, with time to save. */
async function stop(container: Container): Promise<number> {
  await containers.podman("stop", "--time", "30", container.name);
  return container.ended;
}

test("a player walks, travels, and after a stop and a start stands where they stood", async () => {
  caddy = await startCaddy();
  await caddy.says("serving initial configuration");
  const first = containers.start("portcade", master());
  await first.says("MASTER_READY");
  expect(await health()).toBe("starting\n");
  await containers.podman("healthcheck", "run", "portcade");
  expect(await health()).toBe("healthy\n");

  let stood;
  {
    await using ada = enter();
    await ada.inWorld();
    await ada.login("Ada");
    await ada.travelTo("left_world");
    const { x = 0, y = 0 } = ada.self ?? {};
    stood = { x: x - 60, y };
    await ada.walkTo(stood, 1);
    expect(await stop(first)).toBe(0);
  }
  expect(first.said).toContain("MASTER_STOPPING signal=SIGTERM");

  // Another container: all that is left of the first is in the volumes.
  await containers.podman("rm", "portcade");
  const second = containers.start("portcade", master());
  await second.says("MASTER_READY");
  await using back = enter();
  await back.inWorld();
  const { world } = await back.login("Ada");
  expect(world?.key).toBe("left_world");
  expect(Math.hypot((back.self?.x ?? 0) - stood.x, (back.self?.y ?? 0) - stood.y)).toBeLessThanOrEqual(1);
});

test("Caddy takes orders where compose.yaml says: a reload ends connections, and players come back", async () => {
  await using ada = enter();
  await ada.inWorld();
  await ada.login("Grace");
  const lost = ada.until(({ state }) => state !== "in-world", "the end of its connections");
  const how = ["--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile", "--force"];
  await containers.podman("exec", "caddy", "caddy", "reload", ...how, "--address", "unix//config/admin.sock");
  await lost;
  await ada.inWorld();
  expect(ada.view.player?.name).toBe("Grace");
});

test("what runs is nobody's root and can write its volume alone", async () => {
  expect(await exec("id", "-u")).toBe("10001\n");
  expect(await exec("grep", "-E", "^(CapEff|CapBnd|NoNewPrivs):", "/proc/1/status")).toBe(
    "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n",
  );
  await expect(exec("touch", "/opt/portcade/planted")).rejects.toThrow("Read-only file system");
  expect(await exec("portcade", "world", "list")).toContain("left_world");
  expect(await exec("portcade", "caddyfile", "--host", "play.example.org")).toContain("play.example.org {");
});

test("the packs keep their time through the image", async () => {
  const packs = ["hub", "left_world", "right_world", "top_world"].map((key) => `world_packs/${key}.zip`);
  const said = await exec("stat", "-c", "%Y", ...packs.map((path) => `/opt/portcade/${path}`));
  const seconds = packs.map((path) => Math.floor(statSync(join(builds, path)).mtimeMs / 1000));
  expect(said.trim().split("\n").map(Number)).toEqual(seconds);
});

test("killed outright, it leaves no lock that keeps it from starting again", async () => {
  await containers.podman("kill", "--signal", "KILL", "portcade");
  await containers.podman("wait", "portcade");
  const third = containers.restart("portcade");
  await third.says("MASTER_READY");
  expect(await stop(third)).toBe(0);
});

test("where no master answers the health check fails", async () => {
  const shown = await containers.podman(
    "image",
    "inspect",
    "--format",
    "{{json .HealthCheck}}",
    "localhost/portcade",
  );
  const [, ...command] = (JSON.parse(shown) as { Test: string[] }).Test;
  const [program = "", ...args] = command;
  const options = ["--network=none", `--entrypoint=${program}`];
  expect(await containers.run(options, ...args)).toMatchObject({ code: 1 });
});

test("a volume that belongs to somebody else is refused, and the line names it", async () => {
  const folder = join(containers.dir, "theirs");
  mkdirSync(folder, { mode: 0o755 });
  const { code, stderr } = await containers.run(master(folder));
  expect(code).toBe(20);
  expect(stderr).toContain("the data folder /data cannot be used");
});
