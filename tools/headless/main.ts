import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readLaunchArgs, type LaunchArgs } from "#client/app/launch-args.ts";
import { playScenario } from "#client/app/scenarios.ts";
import { createHeadless, type Headless } from "./headless.ts";
import { nodePacks } from "./packs.ts";

const usage = `Players without a screen.

  node tools/headless/main.ts [--master ws://127.0.0.1:19080/] [--clients 1] [--args smoke_test]
                              [--cache-dir folder] [--app-version 0.1] [--timeout 180] [--log]

--args takes VirtuCade's launch args, comma-separated; without them the players stand in the first world until
Ctrl-C. Packs are kept in a temporary folder, which goes with the players, unless --cache-dir names one; several
players get one each.
Exit codes: 0 passed, 2 failed, 3 not finished in time, 14 bad arguments.`;

const exitCodes = { passed: 0, failed: 2, late: 3, badArguments: 14 } as const;

interface Options {
  readonly master: string;
  readonly clients: number;
  readonly args: LaunchArgs;
  readonly cacheDir: string | undefined;
  readonly version: string | undefined;
  readonly timeoutMs: number;
  readonly isLogged: boolean;
}

interface Player {
  readonly player: Headless;
  readonly log: (line: string) => void;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return exitCodes.badArguments;
  const { args, timeoutMs } = options;
  for (const word of args.unknown) console.error(`--args: ${JSON.stringify(word)} is not known and ignored`);
  const players = openPlayers(options);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => void end(players).then(() => process.exit(exitCodes.passed)));
  const played = players.map(({ player: { client }, log }) =>
    playScenario(args, { client, log, master: options.master, patienceMs: timeoutMs }),
  );
  const late = new Promise<"late">((resolve) => void setTimeout(resolve, timeoutMs, "late").unref());
  const outcome = await Promise.race([Promise.all(played), late]);
  if (outcome !== "late" && outcome.includes(undefined)) return new Promise<never>(() => {});
  await end(players);
  if (outcome !== "late") return outcome.every(Boolean) ? exitCodes.passed : exitCodes.failed;
  console.error(`TIMEOUT after ${timeoutMs / 1000} s`);
  return exitCodes.late;
}

function openPlayers({ clients, args, cacheDir, master, version, isLogged }: Options): Player[] {
  const folder = args.cacheFolder ?? cacheDir ?? temporaryFolder();
  return Array.from({ length: clients }, (_, index) => {
    const isOne = clients === 1;
    const log = lineWriter(isOne ? "" : `[${index + 1}] `, isLogged);
    const packs = nodePacks(isOne ? folder : join(folder, String(index + 1)));
    return { log, player: createHeadless({ master, packs, log, ...(version && { version }) }) };
  });
}

/** A new folder that is gone with this process, whatever ends it but a SIGKILL. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "portcade-packs-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        master: { type: "string", default: "ws://127.0.0.1:19080/" },
        clients: { type: "string", default: "1" },
        args: { type: "string", default: "" },
        "cache-dir": { type: "string" },
        "app-version": { type: "string" },
        timeout: { type: "string", default: "180" },
        log: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const clients = Number(values.clients);
    const timeoutMs = Number(values.timeout) * 1000;
    if (values.help) throw new Error("");
    if (!Number.isInteger(clients) || clients < 1 || clients > 1000)
      throw new Error("--clients is 1 to 1000");
    if (!(timeoutMs > 0)) throw new Error("--timeout is a number of seconds");
    return {
      master: values.master,
      clients,
      args: readLaunchArgs(values.args),
      cacheDir: values["cache-dir"],
      version: values["app-version"],
      timeoutMs,
      isLogged: values.log,
    };
  } catch (error) {
    console.error([(error as Error).message, usage].filter(Boolean).join("\n\n"));
    return undefined;
  }
}

/** Samples come every five seconds and are for scripts: they need `--log`. */
function lineWriter(prefix: string, isLogged: boolean): (line: string) => void {
  return (line) => {
    if (isLogged || !line.startsWith("PERF_SAMPLE"))
      console.log(`${new Date().toISOString()} ${prefix}${line}`);
  };
}

async function end(players: readonly Player[]): Promise<void> {
  await Promise.all(players.map(({ player }) => player[Symbol.asyncDispose]()));
}
