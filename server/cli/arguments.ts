import { parseArgs } from "node:util";
import type { Order } from "#adapters/operator/orders.ts";
import { appVersionPattern } from "#shared/version.ts";
import { type BackupCommand, readBackupCommand } from "./backup-arguments.ts";
import { type CaddyfileCommand, readCaddyfileCommand } from "./caddyfile-arguments.ts";
import { readDuration } from "./duration.ts";
import { isTopic, type Topic } from "./help.ts";

export type Command =
  | { name: "start"; keepWorlds: boolean; logFormat?: string | undefined }
  | { name: "world"; key?: string | undefined; logFormat?: string | undefined }
  /** Something is asked of the master that runs. */
  | { name: "order"; order: Order; isJson: boolean }
  | Exclude<BackupCommand | CaddyfileCommand, { name: "help" }>
  /** Printed, after it was changed when that is asked for. */
  | { name: "version"; change?: { readonly to?: string | undefined } | undefined }
  | { name: "help"; topic?: Topic | undefined }
  /** What was asked for is not there; one line says so. */
  | { name: "wrong"; problem: string; topic?: Topic | undefined; isOrder?: boolean };

export const commandNames = ["start", "world", "backup", "restore", "caddyfile", "version", "help"] as const;

const orders = ["list", "upgrade", "drain"] as const;
type OrderName = (typeof orders)[number];

const options = {
  "keep-worlds": { type: "boolean" },
  "log-format": { type: "string" },
  notice: { type: "string" },
  to: { type: "string" },
  set: { type: "string" },
  bump: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;
type Values = {
  -readonly [K in keyof typeof options]?: (typeof options)[K]["type"] extends "string" ? string : boolean;
};

/** What each command takes besides its name; `--help` and `--version` stand alone. */
const takes: Readonly<Record<string, readonly (keyof Values)[]>> = {
  start: ["keep-worlds", "log-format"],
  world: ["log-format"],
  version: ["set", "bump"],
  "world list": ["json"],
  "world upgrade": ["notice", "json"],
  "world drain": ["notice", "to", "json"],
};

/** @param argv what stands after the program's name */
export function readCommand(argv: readonly string[]): Command {
  const isOrder = argv[0] === "world" && orders.some((name) => name === argv[1]);
  const command = read(argv);
  return command.name === "wrong" ? { ...command, isOrder, topic: topicOf(argv) } : command;
}

/** The command that words begin with, the longest there is. */
function topicOf([first = "", second = ""]: readonly string[]): Topic | undefined {
  return [`${first} ${second}`, first].find(isTopic);
}

function read(argv: readonly string[]): Command {
  if (argv[0] === "backup" || argv[0] === "restore") return readApart(readBackupCommand(argv), argv);
  if (argv[0] === "caddyfile") return readApart(readCaddyfileCommand(argv), argv);
  let given;
  try {
    given = parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    return wrong((error as Error).message);
  }
  const { values, positionals } = given;
  const [name = "start", ...rest] = positionals;
  if (values.help) return { name: "help", topic: topicOf(positionals) };
  if (name === "help") return readHelp(rest);
  if (values.version) return { name: "version" };
  const what = orders.find((order) => name === "world" && order === rest[0]);
  if (what) return readOrder(what, rest.slice(1), values);
  return takesNo(name, values) ?? readRole(name, rest, values);
}

/** What a command with options of its own was read as. */
function readApart(command: BackupCommand | CaddyfileCommand | string, argv: readonly string[]): Command {
  if (typeof command === "string") return wrong(command);
  return command.name === "help" ? { ...command, topic: topicOf(argv) } : command;
}

function readHelp(words: readonly string[]): Command {
  const topic = topicOf(words);
  return topic === undefined && words.length > 0
    ? wrong(`there is no command ${JSON.stringify(words.join(" "))}; commands: ${commandNames.join(", ")}`)
    : { name: "help", topic };
}

function readRole(name: string, [key, ...more]: readonly string[], values: Values): Command {
  const logFormat = values["log-format"];
  if (logFormat !== undefined && logFormat !== "text" && logFormat !== "json")
    return wrong(`--log-format is ${JSON.stringify(logFormat)}; allowed: text, json`);
  const left = name === "world" ? more.at(-1) : (more.at(-1) ?? key);
  if (left !== undefined) return wrong(`${name} takes no ${JSON.stringify(left)}`);
  switch (name) {
    case "start":
      return { name, keepWorlds: values["keep-worlds"] ?? false, logFormat };
    case "world":
      return { name, key, logFormat };
    case "version":
      return readVersionChange(values);
    default:
      return wrong(`there is no command ${JSON.stringify(name)}; commands: ${commandNames.join(", ")}`);
  }
}

function readVersionChange({ set: to, bump = false }: Values): Command {
  if (to !== undefined && bump) return wrong("version takes either --set or --bump");
  if (to !== undefined && !appVersionPattern.test(to))
    return wrong(`--set is ${JSON.stringify(to)}; allowed: MAJOR.MINOR, the minor from 0 to 9`);
  return { name: "version", change: to !== undefined || bump ? { to } : undefined };
}

function readOrder(what: OrderName, [world, ...more]: readonly string[], values: Values): Command {
  const tooMuch = takesNo(`world ${what}`, values);
  if (tooMuch) return tooMuch;
  const isJson = values.json ?? false;
  const left = what === "list" ? world : more[0];
  if (left !== undefined) return wrong(`world ${what} takes no ${JSON.stringify(left)}`);
  if (what === "list") return { name: "order", order: { type: "world.list" }, isJson };
  if (world === undefined) return wrong(`world ${what} needs the key of a world; see portcade world list`);
  const { to } = values;
  const other = [world, to].find((key) => key !== undefined && !/^[a-z][a-z0-9_-]{0,30}$/.test(key));
  if (other !== undefined) return wrong(`${JSON.stringify(other)} is no world key; see portcade world list`);
  const noticeMs = values.notice === undefined ? undefined : readDuration(values.notice);
  if (Number.isNaN(noticeMs))
    return wrong(`--notice is ${JSON.stringify(values.notice)}; allowed: 5m, 90s and the like`);
  if (what === "upgrade") return { name: "order", order: { type: "world.upgrade", world, noticeMs }, isJson };
  return { name: "order", order: { type: "world.drain", world, noticeMs, to }, isJson };
}

function takesNo(name: string, values: Values): Command | undefined {
  const option = Object.keys(values).find((option) => !takes[name]?.some((taken) => taken === option));
  return option !== undefined && Object.hasOwn(takes, name)
    ? wrong(`${name} takes no --${option}`)
    : undefined;
}

function wrong(problem: string): Command {
  return { name: "wrong", problem: (problem.split("\n")[0] ?? "").replace(/\.$/, "") };
}
