import { createConnection } from "node:net";
import { constants, setPriority } from "node:os";
import { resolve } from "node:path";
import { visible } from "#adapters/log/escape.ts";
import { operatorPath } from "#adapters/operator/operator-path.ts";
import type { Answer, Order } from "#adapters/operator/orders.ts";
import { BackupFolder, type Kept } from "#adapters/sqlite/backup-folder.ts";
import type { BackupKind } from "#adapters/sqlite/backup-kinds.ts";
import { BackupFailed, bytesOf } from "#adapters/sqlite/backup-record.ts";
import { backUp, prove } from "#adapters/sqlite/backup.ts";
import { type Config, readConfig } from "../config.ts";
import type { Layout } from "../layout.ts";
import type { BackupCommand } from "./backup-arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { converse, isNobody, whyNot } from "./give-order.ts";
import { backupWords } from "./order-words.ts";

type Act = Extract<BackupCommand, { name: "backup" }>;
type Hear = (answer: Answer) => void;

/** Copying is told in steps of so many per cent. */
const percentStep = 20;

/** Does what `portcade backup …` asks for; resolves to the exit code. */
export async function runBackup({ packDir }: Layout, command: Act): Promise<number> {
  const config = readPlaces(process.env, packDir);
  if (!config) return exitCodes.badArguments.code;
  if (command.act === "list") return list(config, command.isJson);
  const isJson = command.act === "make" || command.isJson;
  const hear: Hear = (answer) => {
    for (const line of isJson ? [JSON.stringify(answer)] : backupWords(answer))
      (answer.type === "failed" && !isJson ? process.stderr : process.stdout).write(`${visible(line)}\n`);
  };
  if (command.act === "make") {
    stepAside();
    return await tell(hear, () => make(config, command.kind, hear));
  }
  const { kind, to } = command;
  if (to !== undefined) return await tell(hear, () => copyTo(config, kind, resolve(to), hear));
  return await ask(config, kind, hear);
}

/**
 * The settings that name where data and packs lie; how worlds are reached is of no interest here. Problems are told.
 */
export function readPlaces(env: NodeJS.ProcessEnv, packDir: string): Config | undefined {
  const places = Object.entries(env).filter(([name]) =>
    /^(PORTCADE|MULTI_SERVER)_(DATA_DIR|DB_PATH|WORLD_PACK_DIR|BACKUP.*)$/.test(name),
  );
  const { config, problems } = readConfig(Object.fromEntries(places), { cwd: process.cwd(), packDir });
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return config;
}

/** By the master that runs: what it makes is its user's, and it knows of it. Where none runs, by this process. */
async function ask(config: Config, kind: "asked" | "before-deploy", hear: Hear): Promise<number> {
  const path = operatorPath(config.dataDir);
  const last = path === undefined ? "nobody" : await askMaster(path, { type: "backup", kind }, hear);
  if (last === "nobody") return await tell(hear, () => make(config, kind, hear));
  if (typeof last === "string") {
    process.stderr.write(`${whyNot(last, config.dataDir)}\n`);
    return exitCodes.orderFailed.code;
  }
  if (last?.type !== "backedUp") return exitCodes.orderFailed.code;
  // That master may be of another build than this, which perhaps is to follow it.
  return await tell(
    () => {},
    () => Promise.resolve(prove(last.folder)),
  );
}

/** @returns the last word; why there was none: `nobody` is there, or the system's code */
async function askMaster(path: string, order: Order, hear: Hear): Promise<Answer | string | undefined> {
  const socket = createConnection(path);
  try {
    return (await converse(socket, order, hear)) ?? "error";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return isNobody(code) ? "nobody" : (code ?? "error");
  } finally {
    socket.destroy();
  }
}

/** Whoever plays goes first. Where that cannot be said it is done all the same. */
function stepAside(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {}
}

async function tell(hear: Hear, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return exitCodes.clean.code;
  } catch (error) {
    const cause = (error as Error).message;
    // Whatever it is, the master that waits for this process is to hear it.
    hear({ type: "failed", reason: "try_later", cause });
    if (!(error instanceof BackupFailed) && !("code" in (error as object))) throw error;
    return exitCodes.databaseOrMaster.code;
  }
}

async function make(config: Config, kind: BackupKind, hear: Hear): Promise<void> {
  const folder = new BackupFolder(config.dataDir);
  const { path, record } = await folder.add(kind, config.backups, (to) =>
    backUp({ ...config, folder: to, kind, told: inSteps(hear) }),
  );
  hear({ type: "backedUp", folder: path, bytes: bytesOf(record) });
}

async function copyTo(config: Config, kind: BackupKind, to: string, hear: Hear): Promise<void> {
  const record = await backUp({ ...config, folder: to, kind, told: inSteps(hear) });
  hear({ type: "backedUp", folder: to, bytes: bytesOf(record) });
}

function inSteps(hear: Hear): NonNullable<Parameters<typeof backUp>[0]["told"]> {
  let next = percentStep;
  return ({ step, percent = 100 }) => {
    if (step !== "copying") return hear({ type: "progress", step });
    if (percent < next) return;
    next = percentStep * (1 + Math.floor(percent / percentStep));
    hear({ type: "progress", step, percent });
  };
}

function list({ dataDir }: Config, isJson: boolean): number {
  const folder = new BackupFolder(dataDir);
  const kept = folder.list();
  if (isJson) for (const backup of kept) process.stdout.write(`${JSON.stringify(backup)}\n`);
  else if (kept.length === 0) process.stdout.write(`there is no backup in ${folder.dir}\n`);
  else for (const backup of kept) process.stdout.write(`${lineOf(backup)}\n`);
  return exitCodes.clean.code;
}

function lineOf({ name, record }: Kept): string {
  const { kind, madeAt, version } = record;
  const size = `${(bytesOf(record) / 2 ** 20).toFixed(1)} MiB`;
  return `${name.padEnd(34)}  ${madeAt.slice(0, 19).replace("T", " ")} UTC  ${kind.padEnd(13)}  ${size.padStart(10)}  version ${version}`;
}
