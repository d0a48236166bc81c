import { limits } from "#shared/limits.ts";
import type { Limits } from "#shared/limits.ts";
import type { Endpoint, FromLaunch, LaunchOrder } from "#shared/protocol/launch-master.ts";
import { clock } from "./clock.ts";
import type { Launch, Master } from "./launch.ts";
import { Log } from "./log.ts";
import { openWorld, rulesOf } from "./open-world.ts";
import type { PlayerGatewayDeps } from "./player-gateway.ts";
import { loadWorld } from "./world-files.ts";
import type { World } from "./world-files.ts";

export interface AloneOptions {
  /** The folder of built worlds. */
  readonly worlds: URL;
  readonly listen?: LaunchOrder["listen"] | undefined;
  readonly origins?: readonly string[] | undefined;
  readonly limits?: Limits | undefined;
  readonly log?: Log | undefined;
}

export interface LoneWorld {
  readonly endpoint: Endpoint;
  /** Sends everybody away; resolves when they are gone. */
  stop(): Promise<void>;
}

/**
 * One world without a master, for debugging: **every** ticket is good, portals lead nowhere, nothing is
 * saved. It says so on its log.
 *
 * @throws UnknownWorld, or why the world cannot be loaded or cannot listen
 */
export async function runAlone(key: string, options: AloneOptions): Promise<LoneWorld> {
  const log = options.log ?? new Log({ format: "text", write: (line) => void process.stdout.write(line) });
  log.identify(key, "alone", "info");
  const world = loadWorld(options.worlds, key);
  const rules = await rulesOf(options.worlds, key, log);
  log.warn(
    "world.alone",
    `WORLD_ALONE key=${key}: no master; EVERYONE is admitted, portals lead nowhere, nothing is saved`,
  );
  const everybody = new Everybody(world);
  const gone = Promise.withResolvers<void>();
  const { launch, endpoint } = await openWorld({
    id: "alone",
    world,
    ...rules,
    limits: options.limits ?? limits,
    clock,
    log,
    master: everybody,
    order: {
      listen: options.listen ?? { host: "127.0.0.1", port: 0 },
      origins: [...(options.origins ?? [])],
    },
    closed: () => gone.resolve(),
    desk: (launch) => everybody.welcome(launch),
  });
  return {
    endpoint,
    stop() {
      launch.stop("stopped");
      return gone.promise;
    },
  };
}

/** Stands in for the master: whoever comes is expected, and whoever arrived plays. */
class Everybody implements Master {
  readonly isReachable = true;
  readonly #world: World;
  #launch: Launch | undefined;
  #guests = 0;

  constructor(world: World) {
    this.#world = world;
  }

  welcome(launch: Launch): PlayerGatewayDeps["launch"] {
    this.#launch = launch;
    const { key, map } = this.#world;
    return {
      show: (connection, player, re, ticketHash) => {
        const guest = ++this.#guests;
        const { x = 0, y = 0, facing = 0 } = map.spawns["default"] ?? {};
        const who = {
          admission: `alone-${guest}`,
          session: `alone-${guest}`,
          name: `Guest-${guest}`,
          guest: true,
        };
        launch.hear({
          type: "expect",
          ...who,
          ticketHash,
          at: { world: key, x, y, facing },
          expiresMs: limits.ticketMs,
        });
        launch.show(connection, player, re, ticketHash);
      },
      receive: (connection, frame) => launch.receive(connection, frame),
      restate: (connection) => launch.restate(connection),
      interact: (connection, re, entity) => launch.interact(connection, re, entity),
      usePortal: (connection, re, portal) => launch.usePortal(connection, re, portal),
      disconnect: (connection) => launch.disconnect(connection),
    };
  }

  send(message: FromLaunch): void {
    // Answered later, as a master would: the launch is in the middle of a step.
    if (message.type === "arrived")
      queueMicrotask(() => this.#launch?.hear({ type: "activate", admission: message.admission }));
    if (message.type !== "portal") return;
    const { admission, request } = message;
    queueMicrotask(() =>
      this.#launch?.hear({ type: "unhold", admission, request, reason: "world_unavailable" }),
    );
  }
}
