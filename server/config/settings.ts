import { z } from "zod";
import { appVersionPattern } from "#shared/version.ts";
import { pageOrigins, socketUrl, webUrl, worldTemplate } from "./urls.ts";

/** One setting: how its text is read, and in words what is allowed. */
interface Setting {
  readonly read: z.ZodType<unknown, string>;
  readonly allowed: string;
}

const whole = (min: number, max: number) =>
  ({
    read: z
      .string()
      .regex(/^[0-9]{1,15}$/)
      .transform(Number)
      .pipe(z.int().min(min).max(max)),
    allowed: `a whole number from ${min} to ${max}`,
  }) as const;

/** Seconds as an operator writes them, milliseconds as the program keeps them. */
const seconds = (min: number, max: number) =>
  ({
    read: z
      .string()
      .regex(/^[0-9]{1,9}(\.[0-9]{1,3})?$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max))
      .transform((value) => Math.round(value * 1000)),
    allowed: `seconds from ${min} to ${max}`,
  }) as const;

const minutes = (min: number, max: number) =>
  ({
    read: z
      .string()
      .regex(/^[0-9]{1,6}(\.[0-9]{1,3})?$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max))
      .transform((value) => Math.round(value * 60_000)),
    allowed: `minutes from ${min} to ${max}`,
  }) as const;

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  ({ read: z.enum(values), allowed: `one of ${values.join(", ")}` }) as const;

const path = { read: z.string().min(1).max(1024), allowed: "a path" } as const;

const host = z.string().regex(/^([A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45})$/);

/** Every setting of the master by its name without the prefix; `PORTCADE_LIMIT_*` are in `limit-settings.ts`. */
export const settings = {
  PORT: whole(0, 65_535),
  BIND_HOST: {
    read: z.union([z.literal("*").transform(() => "0.0.0.0"), host]),
    allowed: "an address, a host name, or * for every interface",
  },
  DATA_DIR: path,
  DB_PATH: path,
  WORLD_LISTEN: oneOf("port", "unix"),
  LAUNCH: oneOf("process", "systemd"),
  LAUNCH_SOCKET: path,
  WORLD_PORT_BASE: whole(0, 65_535),
  PUBLIC_MASTER_URL: { read: socketUrl, allowed: "a ws:// or wss:// address with a host" },
  PUBLIC_WORLD_URL_TEMPLATE: {
    read: worldTemplate,
    allowed: "a ws:// or wss:// address with a host that contains {world_key}",
  },
  PAGE_ORIGINS: {
    read: pageOrigins,
    allowed: "http:// or https:// addresses of pages, 16 at most, with commas between them",
  },
  CLIENT_HOST: { read: host, allowed: "an address or a host name" },
  CLIENT_SCHEME: oneOf("ws", "wss"),
  TLS_CERT: path,
  TLS_KEY: path,
  WORLD_PACK_BASE_URL: { read: webUrl, allowed: "an http:// or https:// address with a host" },
  WORLD_PACK_DIR: path,
  NEW_PACKS: oneOf("proven", "at-once"),
  MASTER_LOSS_SECONDS: seconds(0.1, 86_400),
  WORLD_IDLE_SECONDS: seconds(0, 86_400),
  WORLD_START_TIMEOUT_SECONDS: seconds(0.1, 600),
  WARM_SPARES: whole(0, 16),
  BACKUP_MINUTES: minutes(0, 10_080),
  BACKUPS_HOURLY: whole(1, 1000),
  BACKUPS_DAILY: whole(0, 400),
  BACKUPS_BEFORE_DEPLOY: whole(1, 100),
  LOG_LEVEL: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"),
  LOG_FORMAT: oneOf("json", "text"),
  APP_VERSION: { read: z.string().regex(appVersionPattern), allowed: "MAJOR.MINOR with one digit of MINOR" },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
/** The settings that were given, read. */
export type Given = { [K in SettingName]?: z.output<(typeof settings)[K]["read"]> };
