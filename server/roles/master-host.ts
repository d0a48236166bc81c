import { join } from "node:path";
import { StartRefused } from "#engine/start-refused.ts";
import { Host, type HostDeps } from "#adapters/host/host.ts";
import { Pids } from "#adapters/host/pids.ts";
import { PortPlaces, SocketPlaces } from "#adapters/host/places.ts";
import { type Blank, Words } from "#adapters/host/words.ts";
import { startWorldUnit } from "#adapters/host/unit-process.ts";
import { startWorldProcess } from "#adapters/host/world-process.ts";
import type { Config } from "#server/config.ts";
import type { Layout } from "#server/layout.ts";

export interface MasterHostOptions extends Pick<HostDeps, "nature" | "tell" | "report"> {
  readonly config: Config;
  readonly layout: Layout;
  /** The kept port of every world; asked for when worlds listen on ports. */
  readonly ports: () => ReadonlyMap<string, number>;
  /** Where worlds dial this master; known once the control listener is open. */
  readonly masterUrl: () => string;
  readonly origins: () => ReadonlySet<string>;
}

/**
 * The host of a master: what its settings make of a world's order.
 *
 * @throws StartRefused
 */
export function createHost({ config, layout, ports, masterUrl, origins, ...rest }: MasterHostOptions): Host {
  const program = { bundle: layout.worldBundle, worlds: layout.worldsDir, logFormat: config.logFormat };
  const launches = join(config.dataDir, "launches");
  const { words, pids } = openLaunches(launches);
  /** Without one a world plays as well; only what it cannot tell a lost master is lost with it. */
  const blank = (): Blank | undefined => {
    try {
      return words.blank();
    } catch (error) {
      rest.report("host.failed", { reason: (error as Error).message });
      return undefined;
    }
  };
  return new Host({
    ...rest,
    limits: config.limits,
    pids,
    words,
    places:
      config.worldListen === "unix"
        ? new SocketPlaces(join(config.dataDir, "worlds"))
        : new PortPlaces(config.bindHost, ports()),
    start: () => {
      const { launchSocket } = config;
      if (launchSocket === undefined) return startWorldProcess(program, blank());
      return startWorldUnit(program, launchSocket, blank(), (reason) =>
        rest.report("host.failed", { reason }),
      );
    },
    order: () => ({
      version: config.version,
      masterUrl: masterUrl(),
      origins: [...origins()],
      ...(config.tls && { tls: config.tls }),
      limits: { ...config.changedLimits },
      logLevel: config.logLevel,
    }),
  });
}

/** @throws StartRefused */
function openLaunches(folder: string): { words: Words; pids: Pids } {
  try {
    return { words: new Words(folder), pids: new Pids(folder) };
  } catch (error) {
    throw new StartRefused(
      20,
      `the folder ${folder} cannot be used (${(error as Error).message}); see PORTCADE_DATA_DIR`,
    );
  }
}
