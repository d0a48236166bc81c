import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { appVersion } from "#shared/version.ts";
import { settings } from "./config/settings.ts";
import { type Config, readConfig, type Reading } from "./config.ts";

const at = { cwd: "/srv/portcade", packDir: "/srv/portcade/builds/world_packs" };
const read = (env: Record<string, string>): Reading => readConfig(env, at);
const config = (env: Record<string, string>): Config => {
  const reading = read(env);
  expect(reading.problems).toEqual([]);
  return reading.config as Config;
};

test("nothing needs to be set", () => {
  const reading = read({ PATH: "/bin" });
  expect(reading.warnings).toEqual([]);
  expect(reading.config).toEqual({
    port: 19_080,
    bindHost: "127.0.0.1",
    dataDir: "/srv/portcade/data",
    dbPath: "/srv/portcade/data/durable.db",
    worldListen: "port",
    worldPortBase: 19_081,
    publicMasterUrl: undefined,
    publicWorldUrlTemplate: undefined,
    clientHost: "127.0.0.1",
    clientScheme: "ws",
    tls: undefined,
    packBaseUrl: undefined,
    packDir: "/srv/portcade/builds/world_packs",
    newPacks: "proven",
    logLevel: "info",
    logFormat: "json",
    backups: { everyMs: 3_600_000, hourly: 24, daily: 7, beforeDeploy: 5 },
    version: appVersion,
    limits,
    changedLimits: {},
  });
  expect(limits).toMatchObject({ masterLossMs: 60_000, idleMs: 5000, startMs: 10_000, warmSpares: 1 });
  expect(Object.isFrozen(reading.config)).toBe(true);
  expect(Object.isFrozen(reading.config?.limits)).toBe(true);
});

/** Per setting: good text and what it becomes, and text that is refused. TLS and backups have tests of their own. */
const cases: Readonly<
  Record<
    Exclude<keyof typeof settings, "TLS_CERT" | "TLS_KEY" | `BACKUP${string}`>,
    { good: [string, Partial<Config>][]; bad: string[] }
  >
> = {
  PORT: {
    good: [
      ["0", { port: 0 }],
      ["443", { port: 443 }],
      ["65535", { port: 65_535 }],
    ],
    bad: ["65536", "-1", "80.5", "0x50", "http", " 80", "1e3"],
  },
  BIND_HOST: {
    good: [
      ["0.0.0.0", { bindHost: "0.0.0.0" }],
      ["*", { bindHost: "0.0.0.0" }],
      ["::1", { bindHost: "::1" }],
      ["game.lan", { bindHost: "game.lan" }],
    ],
    bad: ["a b", "http://x", "x/y", "**"],
  },
  DATA_DIR: {
    good: [
      ["/var/lib/p", { dataDir: "/var/lib/p", dbPath: "/var/lib/p/durable.db" }],
      ["d", { dataDir: "/srv/portcade/d" }],
    ],
    bad: ["x".repeat(1025)],
  },
  DB_PATH: {
    good: [
      ["/db/accounts.db", { dbPath: "/db/accounts.db", dataDir: "/srv/portcade/data" }],
      ["a.db", { dbPath: "/srv/portcade/a.db" }],
    ],
    bad: ["x".repeat(1025)],
  },
  WORLD_LISTEN: { good: [["port", { worldListen: "port" }]], bad: ["tcp", "Unix", "socket"] },
  LAUNCH: {
    good: [
      ["process", { launchSocket: undefined }],
      ["systemd", { launchSocket: "/run/portcade/launch.sock" }],
    ],
    bad: ["units", "Systemd"],
  },
  LAUNCH_SOCKET: { good: [["run/launch.sock", { launchSocket: undefined }]], bad: ["x".repeat(1025)] },
  WORLD_PORT_BASE: {
    good: [
      ["0", { worldPortBase: 0 }],
      ["20000", { worldPortBase: 20_000 }],
    ],
    bad: ["65536", "x"],
  },
  PUBLIC_MASTER_URL: {
    good: [
      ["wss://play.example.org/", { publicMasterUrl: "wss://play.example.org/" }],
      ["ws://h:1/x?y=1", { publicMasterUrl: "ws://h:1/x?y=1" }],
    ],
    bad: [
      "https://play.example.org/",
      "play.example.org",
      "wss:///",
      "wss://",
      "wss:play",
      "wss://user:pw@host/",
      "wss://host/#x",
      "javascript:alert(1)",
    ],
  },
  PUBLIC_WORLD_URL_TEMPLATE: {
    good: [
      [
        "wss://play.example.org/{world_key}",
        { publicWorldUrlTemplate: "wss://play.example.org/{world_key}" },
      ],
      ["wss://{world_key}.example.org/", { publicWorldUrlTemplate: "wss://{world_key}.example.org/" }],
    ],
    bad: [
      "wss://play.example.org/",
      "https://play.example.org/{world_key}",
      "wss:///{world_key}",
      "{world_key}",
    ],
  },
  PAGE_ORIGINS: {
    good: [
      ["https://me.github.io/portcade/", { pageOrigins: ["https://me.github.io"] }],
      [
        "https://a.example, http://B.example:8080",
        { pageOrigins: ["https://a.example", "http://b.example:8080"] },
      ],
    ],
    bad: [
      "me.github.io",
      "ws://x/",
      "https://a.example,",
      "*",
      Array(17).fill("https://a.example").join(","),
    ],
  },
  CLIENT_HOST: {
    good: [
      ["10.0.0.5", { clientHost: "10.0.0.5" }],
      ["fe80::1", { clientHost: "fe80::1" }],
    ],
    bad: ["a/b", "a b"],
  },
  CLIENT_SCHEME: { good: [["wss", { clientScheme: "wss" }]], bad: ["http", "WS"] },
  WORLD_PACK_BASE_URL: {
    good: [
      ["https://packs.example.org/p//", { packBaseUrl: "https://packs.example.org/p" }],
      ["http://127.0.0.1:19100", { packBaseUrl: "http://127.0.0.1:19100" }],
    ],
    bad: ["ws://x/", "ftp://x/", "packs", "https:///x", "https://x/?v=1"],
  },
  WORLD_PACK_DIR: { good: [["packs", { packDir: "/srv/portcade/packs" }]], bad: ["x".repeat(1025)] },
  NEW_PACKS: { good: [["at-once", { newPacks: "at-once" }]], bad: ["yes"] },
  MASTER_LOSS_SECONDS: {
    good: [
      ["3", { limits: { ...limits, masterLossMs: 3000 } }],
      ["0.5", { limits: { ...limits, masterLossMs: 500 } }],
    ],
    bad: ["0", "-1", "soon", "1e9", "5s"],
  },
  WORLD_IDLE_SECONDS: {
    good: [
      ["0", { limits: { ...limits, idleMs: 0 } }],
      ["2.5", { limits: { ...limits, idleMs: 2500 } }],
    ],
    bad: ["-1", "86401"],
  },
  WORLD_START_TIMEOUT_SECONDS: {
    good: [["30", { limits: { ...limits, startMs: 30_000 } }]],
    bad: ["0", "601", "1.2345"],
  },
  WARM_SPARES: {
    good: [
      ["0", { limits: { ...limits, warmSpares: 0 } }],
      ["2", { limits: { ...limits, warmSpares: 2 } }],
    ],
    bad: ["17", "-1", "one"],
  },
  LOG_LEVEL: {
    good: [
      ["debug", { logLevel: "debug" }],
      ["silent", { logLevel: "silent" }],
    ],
    bad: ["loud", "INFO"],
  },
  LOG_FORMAT: { good: [["text", { logFormat: "text" }]], bad: ["pretty"] },
  APP_VERSION: {
    good: [
      ["8.9", { version: "8.9" }],
      ["10.0", { version: "10.0" }],
    ],
    bad: ["1", "1.10", "01.1", "v1.0"],
  },
};

describe.each(Object.entries(cases))("PORTCADE_%s", (name, { good, bad }) => {
  test.each(good)("takes %s", (value, expected) => {
    expect(config({ [`PORTCADE_${name}`]: value })).toMatchObject(expected);
    expect(config({ [`MULTI_SERVER_${name}`]: value })).toMatchObject(expected);
  });

  test.each(bad)("refuses %s in one line that names variable, value and what is allowed", (value) => {
    for (const prefix of ["PORTCADE", "MULTI_SERVER"]) {
      const { problems, config: none } = read({ [`${prefix}_${name}`]: value });
      expect(none).toBeUndefined();
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`${prefix}_${name}: ${JSON.stringify(value.slice(0, 80)).slice(0, -1)}`);
      expect(problems[0]).toContain(`allowed is ${settings[name as keyof typeof settings].allowed}`);
      expect(problems[0]).not.toContain("\n");
    }
  });
});

test("every problem is told at once, a line each, and none can break its line", () => {
  const { problems } = read({
    PORTCADE_PORT: "x\ny",
    PORTCADE_LOG_LEVEL: "loud",
    PORTCADE_LIMIT_STRIKES: "no",
  });
  expect(problems).toHaveLength(3);
  for (const line of problems) expect(line).not.toContain("\n");
});

test("an empty value is none", () => {
  expect(config({ PORTCADE_PORT: "", MULTI_SERVER_PORT: "81", PORTCADE_LOG_LEVEL: "" })).toMatchObject({
    port: 81,
    logLevel: "info",
  });
});

test("worlds are launched where the operator says", () => {
  expect(config({ PORTCADE_LAUNCH: "systemd", PORTCADE_LAUNCH_SOCKET: "run/launch.sock" }).launchSocket).toBe(
    "/srv/portcade/run/launch.sock",
  );
});

describe("a setting without effect is warned about:", () => {
  const template = "wss://play.example.org/{world_key}";
  test.each<[string, Record<string, string>, string]>([
    [
      "an alias beside its own name",
      { PORTCADE_PORT: "1", MULTI_SERVER_PORT: "2" },
      "MULTI_SERVER_PORT has no effect: PORTCADE_PORT is set too",
    ],
    ["an unknown name", { PORTCADE_PROT: "1" }, "PORTCADE_PROT is not a setting; it has no effect"],
    [
      "an unknown limit",
      { PORTCADE_LIMIT_NOTHING: "1" },
      "PORTCADE_LIMIT_NOTHING is not a setting; it has no effect",
    ],
    [
      "a port base while worlds listen on socket files",
      {
        PORTCADE_WORLD_LISTEN: "unix",
        PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: template,
        PORTCADE_WORLD_PORT_BASE: "5",
      },
      "PORTCADE_WORLD_PORT_BASE has no effect: worlds listen on socket files",
    ],
    [
      "a launch socket while worlds are children of the master",
      { PORTCADE_LAUNCH_SOCKET: "/run/x" },
      "PORTCADE_LAUNCH_SOCKET has no effect: worlds are started by the master itself",
    ],
    [
      "a client host beside both public addresses",
      {
        PORTCADE_PUBLIC_MASTER_URL: "wss://x/",
        PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: template,
        MULTI_SERVER_CLIENT_HOST: "y",
      },
      "MULTI_SERVER_CLIENT_HOST has no effect: both public addresses are set",
    ],
  ])("%s", (_, env, warning) => {
    const { warnings, problems } = read(env);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([warning]);
  });
});

test("worlds on socket files need a public address, for only a proxy reaches them", () => {
  const { problems } = read({ PORTCADE_WORLD_LISTEN: "unix" });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("PORTCADE_PUBLIC_WORLD_URL_TEMPLATE is missing");
  expect(
    config({ PORTCADE_WORLD_LISTEN: "unix", PORTCADE_PUBLIC_WORLD_URL_TEMPLATE: "wss://x/{world_key}" })
      .worldListen,
  ).toBe("unix");
});
