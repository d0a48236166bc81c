import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { limits as builtInLimits, type Limits } from "#shared/limits.ts";
import { appVersion } from "#shared/version.ts";
import { type LimitName, limitOfSetting, readLimit } from "./config/limit-settings.ts";
import { type Given, type SettingName, settings } from "./config/settings.ts";

/** All that an operator decides, read once at the start. Paths are absolute, durations milliseconds. */
export interface Config {
  readonly port: number;
  readonly bindHost: string;
  readonly dataDir: string;
  /** The file of `durable.db`; `runtime.db` lies beside it. */
  readonly dbPath: string;
  readonly worldListen: "port" | "unix";
  readonly worldPortBase: number;
  /** Where the service manager starts world processes; absent when they are children of the master. */
  readonly launchSocket?: string | undefined;
  readonly publicMasterUrl?: string | undefined;
  readonly publicWorldUrlTemplate?: string | undefined;
  /** Origins of pages on other hosts that may play here, besides the one that hosts the packs. */
  readonly pageOrigins?: readonly string[] | undefined;
  readonly clientHost: string;
  readonly clientScheme: "ws" | "wss";
  /** PEM text, not paths. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Without a trailing slash; absent when the master serves the packs itself. */
  readonly packBaseUrl?: string | undefined;
  readonly packDir: string;
  /** When a new pack is on offer: with a launch that has proved itself, or as soon as it lies there. */
  readonly newPacks: "proven" | "at-once";
  readonly backups: {
    /** From one backup that the master makes to the next; 0 for none. */
    readonly everyMs: number;
    /** How many of each are kept; of `daily` the last one of a day. */
    readonly hourly: number;
    readonly daily: number;
    readonly beforeDeploy: number;
  };
  readonly logLevel: NonNullable<Given["LOG_LEVEL"]>;
  readonly logFormat: "json" | "text";
  readonly version: string;
  readonly limits: Limits;
  /** The limits that were set, for the launch order. */
  readonly changedLimits: Readonly<Partial<Limits>>;
}

/** Where relative paths start, and where the packs lie unless the setting says otherwise. */
export interface Surroundings {
  readonly cwd: string;
  readonly packDir: string;
}

/** `config` is there exactly when `problems` is empty. Both lists hold one line each. */
export interface Reading {
  readonly config?: Config;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** A value as it may stand in a line: quoted, escaped, cut. */
const shown = (value: string): string => JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);

/** Reads the environment whole: every problem and every setting without effect, not only the first. */
export function readConfig(env: Env, { cwd, packDir }: Surroundings): Reading {
  const reader = new Reader(env);
  const given = reader.settings();
  const changedLimits = { ...reader.limits(), ...ownNameLimits(given) };
  reader.reportUnknown();
  const tls = reader.tls(given, cwd);
  reader.checkTogether(given);
  const { problems, warnings } = reader;
  if (problems.length > 0) return { problems, warnings };

  const config: Config = {
    port: given.PORT ?? 19_080,
    bindHost: given.BIND_HOST ?? "127.0.0.1",
    ...pathsOf(given, { cwd, packDir }),
    worldListen: given.WORLD_LISTEN ?? "port",
    worldPortBase: given.WORLD_PORT_BASE ?? 19_081,
    publicMasterUrl: given.PUBLIC_MASTER_URL,
    publicWorldUrlTemplate: given.PUBLIC_WORLD_URL_TEMPLATE,
    pageOrigins: given.PAGE_ORIGINS,
    clientHost: given.CLIENT_HOST ?? "127.0.0.1",
    clientScheme: given.CLIENT_SCHEME ?? (tls === undefined ? "ws" : "wss"),
    tls,
    packBaseUrl: given.WORLD_PACK_BASE_URL,
    newPacks: given.NEW_PACKS ?? "proven",
    backups: backupsOf(given),
    logLevel: given.LOG_LEVEL ?? "info",
    logFormat: given.LOG_FORMAT ?? "json",
    version: given.APP_VERSION ?? appVersion,
    limits: Object.freeze({ ...builtInLimits, ...changedLimits }),
    changedLimits: Object.freeze(changedLimits),
  };
  return { config: Object.freeze(config), problems, warnings };
}

type Path = "dataDir" | "dbPath" | "packDir" | "launchSocket";

function pathsOf(given: Given, { cwd, packDir }: Surroundings): Pick<Config, Path> {
  const dataDir = resolve(cwd, given.DATA_DIR ?? "data");
  return {
    dataDir,
    dbPath: given.DB_PATH === undefined ? join(dataDir, "durable.db") : resolve(cwd, given.DB_PATH),
    packDir: given.WORLD_PACK_DIR === undefined ? packDir : resolve(cwd, given.WORLD_PACK_DIR),
    launchSocket:
      given.LAUNCH === "systemd"
        ? resolve(cwd, given.LAUNCH_SOCKET ?? "/run/portcade/launch.sock")
        : undefined,
  };
}

function backupsOf(given: Given): Config["backups"] {
  return {
    everyMs: given.BACKUP_MINUTES ?? 3_600_000,
    hourly: given.BACKUPS_HOURLY ?? 24,
    daily: given.BACKUPS_DAILY ?? 7,
    beforeDeploy: given.BACKUPS_BEFORE_DEPLOY ?? 5,
  };
}

function ownNameLimits(given: Given): Partial<Limits> {
  return {
    ...(given.MASTER_LOSS_SECONDS !== undefined && { masterLossMs: given.MASTER_LOSS_SECONDS }),
    ...(given.WORLD_IDLE_SECONDS !== undefined && { idleMs: given.WORLD_IDLE_SECONDS }),
    ...(given.WORLD_START_TIMEOUT_SECONDS !== undefined && { startMs: given.WORLD_START_TIMEOUT_SECONDS }),
    ...(given.WARM_SPARES !== undefined && { warmSpares: given.WARM_SPARES }),
  };
}

class Reader {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  settings(): Given {
    const given: Record<string, unknown> = {};
    for (const [name, { read, allowed }] of Object.entries(settings)) {
      const found = this.#find(name);
      if (found === undefined) continue;
      const result = read.safeParse(found.value);
      if (result.success) given[name] = result.data;
      else this.#refuse(found.variable, found.value, allowed);
    }
    return given;
  }

  limits(): Partial<Record<LimitName, number>> {
    const changed: Partial<Record<LimitName, number>> = {};
    for (const [setting, name] of limitOfSetting) {
      const found = this.#find(setting);
      if (found === undefined) continue;
      const read = readLimit(name, found.value);
      if (typeof read === "number") changed[name] = read;
      else this.#refuse(found.variable, found.value, read.allowed);
    }
    return changed;
  }

  reportUnknown(): void {
    for (const variable of Object.keys(this.#env).sort()) {
      const name = /^(?:PORTCADE|MULTI_SERVER)_(.*)$/s.exec(variable)?.[1];
      if (name === undefined || Object.hasOwn(settings, name) || limitOfSetting.has(name)) continue;
      this.warnings.push(`${shown(variable).slice(1, -1)} is not a setting; it has no effect`);
    }
  }

  tls(given: Given, cwd: string): Config["tls"] {
    const { TLS_CERT: certPath, TLS_KEY: keyPath } = given;
    if (certPath === undefined && keyPath === undefined) return undefined;
    if (certPath === undefined || keyPath === undefined) {
      const [set, missing] = certPath === undefined ? ["KEY", "CERT"] : ["CERT", "KEY"];
      this.problems.push(
        `PORTCADE_TLS_${missing} is missing: PORTCADE_TLS_${set} is set, and TLS needs both`,
      );
      return undefined;
    }
    const cert = this.#file("TLS_CERT", resolve(cwd, certPath));
    const key = this.#file("TLS_KEY", resolve(cwd, keyPath));
    if (cert === undefined || key === undefined) return undefined;
    try {
      createSecureContext({ cert, key });
      return Object.freeze({ cert, key });
    } catch (error) {
      this.problems.push(
        `PORTCADE_TLS_CERT and PORTCADE_TLS_KEY do not work together (${(error as Error).message}); ` +
          "allowed is a PEM certificate and its own PEM key",
      );
      return undefined;
    }
  }

  /** Settings that need, or silence, one another. */
  checkTogether(given: Given): void {
    const isUnix = given.WORLD_LISTEN === "unix";
    if (isUnix && given.PUBLIC_WORLD_URL_TEMPLATE === undefined) {
      this.problems.push(
        "PORTCADE_PUBLIC_WORLD_URL_TEMPLATE is missing: with PORTCADE_WORLD_LISTEN=unix players reach worlds " +
          "only through a proxy; allowed is a ws:// or wss:// address that contains {world_key}",
      );
    }
    const inert = (name: SettingName, why: string): void => {
      const variable = this.#find(name)?.variable;
      if (variable !== undefined) this.warnings.push(`${variable} has no effect: ${why}`);
    };
    if (isUnix) inert("WORLD_PORT_BASE", "worlds listen on socket files");
    if (given.LAUNCH !== "systemd") inert("LAUNCH_SOCKET", "worlds are started by the master itself");
    if (given.PUBLIC_MASTER_URL !== undefined && given.PUBLIC_WORLD_URL_TEMPLATE !== undefined) {
      inert("CLIENT_HOST", "both public addresses are set");
      inert("CLIENT_SCHEME", "both public addresses are set");
    }
  }

  /** The variable that sets `name`: the own prefix wins over the alias. An empty value is none. */
  #find(name: string): { variable: string; value: string } | undefined {
    const own = `PORTCADE_${name}`;
    const alias = `MULTI_SERVER_${name}`;
    const [ownValue, aliasValue] = [this.#env[own], this.#env[alias]];
    if (ownValue === undefined || ownValue === "") {
      return aliasValue === undefined || aliasValue === ""
        ? undefined
        : { variable: alias, value: aliasValue };
    }
    const warning = `${alias} has no effect: ${own} is set too`;
    if (aliasValue && !this.warnings.includes(warning)) this.warnings.push(warning);
    return { variable: own, value: ownValue };
  }

  #file(name: SettingName, path: string): string | undefined {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "error";
      this.problems.push(
        `PORTCADE_${name}: cannot read ${shown(path)} (${code}); allowed is a readable PEM file`,
      );
      return undefined;
    }
  }

  #refuse(variable: string, value: string, allowed: string): void {
    this.problems.push(`${variable}: ${shown(value)} is not allowed; allowed is ${allowed}`);
  }
}
