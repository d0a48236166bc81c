import { Socket } from "node:net";
import { Descriptor } from "#adapters/log/descriptor.ts";
import { limits as builtIn } from "#shared/limits.ts";
import type { Limits } from "#shared/limits.ts";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { appVersion, protocol } from "#shared/version.ts";
import { clock } from "#world-server/clock.ts";
import { Log, marker } from "#world-server/log.ts";
import { LastWords, slateAt } from "#world-server/last-words.ts";
import { MasterLink } from "#world-server/master-link.ts";
import { openWorld, rulesOf } from "#world-server/open-world.ts";
import { readOrder } from "#world-server/order.ts";
import { rehearse } from "#world-server/rehearsal.ts";
import { loadWorld, UnknownWorld } from "#world-server/world-files.ts";
import type { World } from "#world-server/world-files.ts";

/**
 * The world process. It starts as a spare that belongs to no world; one line on fd 3 (`launchOrder`)
 * makes it a launch. Nothing secret is ever in its arguments or environment.
 */
const orderFd = 3;
/** The file for what is left to say if no master ever comes back. */
const wordsFd = 4;
/** Who has no order by then is a spare, and has time. */
const spareMs = 20;
const exitCodes = {
  ok: 0,
  invalidKey: 12,
  listenFailed: 13,
  badOrder: 14,
  mapFailed: 15,
  masterLost: 20,
  registrationTimeout: 21,
};
const codeOfReason: Readonly<Record<string, number>> = {
  version_mismatch: exitCodes.invalidKey,
  master_lost: exitCodes.masterLost,
  registration_timeout: exitCodes.registrationTimeout,
};

/** Beside the bundle in a build; where the build puts them, when run from source. */
const worlds = new URL(
  import.meta.url.endsWith(".ts") ? "../../builds/server/worlds/" : "./worlds/",
  import.meta.url,
);

/** A start that failed, and the exit code that says how. */
class StartFailed extends Error {
  readonly code: number;
  constructor(code: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.code = code;
  }
}

const isText = process.env["PORTCADE_LOG_FORMAT"] === "text";
const log = new Log({
  format: isText ? "text" : "json",
  isTerminal: isText && process.stdout.isTTY,
  write: (line) => out.write(line),
});
/** In the background: whoever reads our output and stops must not stop the players. */
const out = new Descriptor(1, (count) =>
  log.warn("log.dropped", "nobody read what was said meanwhile", { count }),
);
process.on("exit", () => out.flush());

async function main(): Promise<void> {
  const order = await attempt(exitCodes.badOrder, waitForOrder);
  if (!order) return process.exit(exitCodes.ok);
  log.identify(order.world, order.launch, order.logLevel);
  const world = await attempt(exitCodes.mapFailed, () => loadWorld(worlds, order.world));
  await serve(order, world);
}

async function waitForOrder(): Promise<LaunchOrder | undefined> {
  const pipe = new Socket({ fd: orderFd, readable: true, writable: false });
  let isSpare = true;
  // Only after what has come meanwhile was read: an order that waits is not kept waiting by a warm-up.
  setTimeout(() => setImmediate(() => isSpare && void rehearse().catch(() => {})), spareMs).unref();
  const order = await readOrder(pipe);
  isSpare = false;
  pipe.destroy();
  return order;
}

async function serve(order: LaunchOrder, world: World): Promise<void> {
  const { launch: id, token, world: key, state } = order;
  const limits: Limits = { ...builtIn, ...known(order.limits) };
  const master = new MasterLink({
    url: order.masterUrl,
    limits,
    clock,
    log,
    lastWords: new LastWords(slateAt(wordsFd), id, log),
    register: () => ({
      type: "register",
      launch: id,
      token,
      world: key,
      version: process.env["PORTCADE_APP_VERSION"] ?? appVersion,
      protocol: protocol.newest,
      pid: process.pid,
      endpoint,
      roster: launch.roster,
    }),
    roster: () => launch.roster,
    hear: (message) => launch.hear(message),
    registered: () => log.info("world.registered", marker("WORLD_REGISTERED", { key })),
    ended: (why) => launch.stop(why),
  });
  const rules = await rulesOf(worlds, key, log);
  const closed = (reason: string): void => void leave(reason, master);
  const opened = await attempt(exitCodes.listenFailed, () =>
    openWorld({ id, world, ...rules, state, limits, clock, log, master, order, closed }),
  );
  const { launch, endpoint } = opened;
  // All is loaded: from here on this process reads no file, whatever a world's rules try.
  (process.permission as { drop?: (scope: string) => void } | undefined)?.drop?.("fs.read");
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => launch.stop("terminated"));
  master.start();
}

/** Everything said has been sent, and the players are gone. */
async function leave(reason: string, master: MasterLink): Promise<void> {
  await master.close();
  process.exit(codeOfReason[reason] ?? exitCodes.ok);
}

function known(given: Readonly<Record<string, number>>): Partial<Limits> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(builtIn, name)));
}

async function attempt<T>(code: number, what: () => T | Promise<T>): Promise<T> {
  try {
    return await what();
  } catch (error) {
    throw new StartFailed(error instanceof UnknownWorld ? exitCodes.invalidKey : code, error);
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof StartFailed)) throw error;
  log.error("world.failed", marker("WORLD_FAILED", { code: error.code, reason: error.message }));
  process.exit(error.code);
});
