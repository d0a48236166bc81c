import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { TestCaddy } from "#tools/edge/testing-caddy.ts";
import { createHeadless, type Headless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { type Container, Containers } from "./testing/containers.ts";

const builds =
  process.env["PORTCADE_DEPLOY_BUILDS"] ?? fileURLToPath(new URL("../../builds", import.meta.url));
const composeFile = fileURLToPath(new URL("compose.yaml", import.meta.url));

/** What compose.yaml says of the master's container; a key that is not here has to be thought about. */
interface Service {
  readonly image: string;
  readonly build: unknown;
  readonly restart: string;
  readonly depends_on: unknown;
  readonly network_mode: string;
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly pids_limit: number;
  readonly stop_grace_period: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

let containers: Containers;
let caddy: TestCaddy | undefined;
let https: number;
/** Certificates of the test's own making are nobody's to trust. */
const trust = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
beforeAll(async () => {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  const system = process.env["PORTCADE_DEPLOY_BASE"];
  if (system === undefined)
    throw new Error("PORTCADE_DEPLOY_BASE is not set; these tests run by npm run test:deploy");
  https = await freePorts(2);
  containers = await Containers.build(builds, system);
});
afterAll(async () => {
  if (trust === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = trust;
  await caddy?.[Symbol.asyncDispose]();
  await containers[Symbol.asyncDispose]();
});

/** How compose would run the master, for podman; behind a Caddy on another port than the usual one. */
function asComposed(data = "data"): string[] {
  const { services } = parse(readFileSync(composeFile, "utf8")) as { services: { portcade: Service } };
  const { read_only, tmpfs, cap_drop, security_opt, pids_limit, environment, volumes, ...rest } =
    services.portcade;
  expect(Object.keys(rest).toSorted()).toEqual(
    ["build", "depends_on", "image", "network_mode", "restart", "stop_grace_period"].toSorted(),
  );
  const host = `localhost:${https}`;
  const env = { ...environment, PORTCADE_PORT: String(https + 1) };
  return [
    `--read-only=${read_only}`,
    "--read-only-tmpfs=false",
    ...tmpfs.map((path) => `--tmpfs=${path}`),
    ...cap_drop.map((name) => `--cap-drop=${name}`),
    ...security_opt.map((name) => `--security-opt=${name}`),
    `--pids-limit=${pids_limit}`,
    ...Object.entries(env).map(
      ([name, value]) => `--env=${name}=${value.replace("${PORTCADE_GAME_HOST}", host)}`,
    ),
    ...volumes.map((volume) => `--volume=${volume.replace(/^data:/, `${data}:`)}`),
  ];
}

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
  const first = containers.start("portcade", asComposed());
  await first.says("MASTER_READY");
  const mountpoint = await containers.podman("volume", "inspect", "--format", "{{.Mountpoint}}", "sockets");
  caddy = await TestCaddy.start({
    program: "/usr/bin/caddy",
    httpsPort: https,
    env: { PORTCADE_PORT: String(https + 1), PORTCADE_SOCKETS: mountpoint.trim() },
  });
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
  const second = containers.start("portcade", asComposed());
  await second.says("MASTER_READY");
  await using back = enter();
  await back.inWorld();
  const { world } = await back.login("Ada");
  expect(world?.key).toBe("left_world");
  expect(Math.hypot((back.self?.x ?? 0) - stood.x, (back.self?.y ?? 0) - stood.y)).toBeLessThanOrEqual(1);
});

test("what runs is nobody's root and can write its volume alone", async () => {
  expect(await exec("id", "-u")).toBe("10001\n");
  expect(await exec("grep", "-E", "^(CapEff|CapBnd|NoNewPrivs):", "/proc/1/status")).toBe(
    "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n",
  );
  await expect(exec("touch", "/opt/portcade/planted")).rejects.toThrow("Read-only file system");
  expect(await exec("portcade", "world", "list")).toContain("left_world");
});

test("the packs keep their time through the image", async () => {
  const packs = ["hub", "left_world", "right_world", "top_world"].map((key) => `world_packs/${key}.zip`);
  const said = await exec("stat", "-c", "%Y", ...packs.map((path) => `/opt/portcade/${path}`));
  const seconds = packs.map((path) => Math.floor(statSync(join(builds, path)).mtimeMs / 1000));
  expect(said.trim().split("\n").map(Number)).toEqual(seconds);
});

test("killed outright, it leaves no lock that keeps it from starting again", async () => {
  await containers.podman("kill", "--signal", "KILL", "portcade");
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
  const options = [`--env=PORTCADE_PORT=${https + 1}`, `--entrypoint=${program}`];
  expect(await containers.run(options, ...args)).toMatchObject({ code: 1 });
});

test("a volume that belongs to somebody else is refused, and the line names it", async () => {
  const folder = join(containers.dir, "theirs");
  mkdirSync(folder, { mode: 0o755 });
  const { code, stderr } = await containers.run(asComposed(folder));
  expect(code).toBe(20);
  expect(stderr).toContain("the data folder /data cannot be used");
});
