import { createLog, metrics } from "./plain-log.ts";
import { StartRefused } from "#engine/start-refused.ts";
import { type Config, readConfig } from "../config.ts";
import { layoutOf } from "../layout.ts";
import { Master, type MasterLog } from "#roles/master.ts";
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
  const config = settled(layout.packDir, logFormat);
  if (config === undefined) return exitCodes.badArguments.code;
  const log = createLog(config);
  try {
    const master = await Master.start({ config, layout, log, metrics, keepWorlds });
    log.report("master.open", { page: master.page });
    return await untilStopped(master, log);
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

/** Says every problem of the settings, one line each. */
function settled(packDir: string, logFormat: string | undefined): Config | undefined {
  const format = logFormat ?? process.env["PORTCADE_LOG_FORMAT"] ?? (process.stdout.isTTY ? "text" : "json");
  const env = { ...process.env, PORTCADE_LOG_FORMAT: format };
  const { config, problems, warnings } = readConfig(env, { cwd: process.cwd(), packDir });
  for (const line of [...problems, ...warnings]) process.stderr.write(`${line}\n`);
  return config;
}

/** The first signal stops in peace; a second one does not wait. */
function untilStopped(master: Master, log: MasterLog): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) {
      master.kill();
      return resolve(exitCodes.cutShort.code);
    }
    isStopping = true;
    log.report("master.stopping", { signal });
    master.stop().then(() => resolve(exitCodes.clean.code), reject);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  process.on("SIGHUP", (signal) => {
    // A terminal that closes takes its master along; without one the signal will mean "read the settings again".
    if (process.stdin.isTTY) stop(signal);
    else log.report("master.hangup", {});
  });
  return promise;
}
