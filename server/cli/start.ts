import { flushCompileCache } from "node:module";
import { StartRefused } from "#engine/start-refused.ts";
import { Notifier } from "#adapters/notify/notifier.ts";
import { type Reading, readConfig } from "../config.ts";
import { readInherited } from "../config/inherited.ts";
import { layoutOf } from "../layout.ts";
import { Master } from "#roles/master.ts";
import { exitCodes } from "./exit-codes.ts";

export interface StartOptions {
  /** The file that was started. */
  readonly entry: string;
  readonly keepWorlds: boolean;
  readonly logFormat?: string | undefined;
}

/** Runs a master until it is asked to stop; resolves to the exit code. */
export async function start({ entry, keepWorlds, logFormat }: StartOptions): Promise<number> {
  const layout = layoutOf(entry);
  const { config, problems, warnings } = readSettings(layout.packDir, logFormat);
  const { inherited, problem } = readInherited(process.env, process.pid);
  for (const line of problem === undefined ? problems : [...problems, problem])
    process.stderr.write(`${line}\n`);
  if (config === undefined || inherited === undefined) return exitCodes.badArguments.code;
  try {
    using notifier = new Notifier(process.env, process.pid);
    const master = await Master.start({ config, layout, program: entry, keepWorlds, inherited });
    notifier.ready();
    // What was compiled for the first time is kept at once: a master that is killed has no last moment for it.
    flushCompileCache();
    for (const text of warnings) master.log.report("settings.warned", { text });
    master.log.report("master.open", { page: master.page });
    return await untilStopped(master, notifier);
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

/** On a terminal lines are for people, unless something else was asked for. */
function readSettings(packDir: string, logFormat: string | undefined): Reading {
  const format = logFormat ?? process.env["PORTCADE_LOG_FORMAT"] ?? (process.stdout.isTTY ? "text" : "json");
  return readConfig({ ...process.env, PORTCADE_LOG_FORMAT: format }, { cwd: process.cwd(), packDir });
}

/** One Ctrl-C may arrive twice: from the terminal's group and from the process that started us. */
const echoMs = 500;

/** The first signal stops in peace; a second one does not wait. */
function untilStopped(master: Master, notifier: Notifier): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let askedAt: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt < echoMs) return;
      master.kill();
      return resolve(exitCodes.cutShort.code);
    }
    askedAt = performance.now();
    notifier.stopping();
    master.log.report("master.stopping", { signal });
    master.stop().then(() => resolve(exitCodes.clean.code), reject);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  process.on("SIGHUP", (signal) => {
    // A terminal that closes takes its master along; without one the signal will mean "read the settings again".
    if (process.stdin.isTTY) stop(signal);
    else master.log.report("master.hungUp", { signal });
  });
  return promise;
}
