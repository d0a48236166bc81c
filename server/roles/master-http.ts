import { createHttp, type Http, type HttpOptions } from "#adapters/http/server.ts";
import type { Config } from "#server/config.ts";
import type { Layout } from "#server/layout.ts";
import type { Addresses } from "./addresses.ts";

/** Connections the public port takes beyond those of players: pages, packs, health. */
const plainConnections = 500;

export interface MasterHttpOptions extends Pick<
  HttpOptions,
  "fd" | "packs" | "status" | "notReady" | "note" | "metrics"
> {
  readonly config: Config;
  readonly layout: Layout;
  readonly addresses: Addresses;
}

/** The public port of a master: what its settings make of it. */
export function createMasterHttp({ config, layout, addresses, ...rest }: MasterHttpOptions): Http {
  const { port, bindHost, tls, limits, publicWorldUrlTemplate } = config;
  return createHttp({
    ...rest,
    port,
    bindHost,
    tls,
    webDir: layout.webDir,
    policy: {
      // Read at each request: with port 0 they are known only once the port is open.
      get masterUrl() {
        return addresses.master;
      },
      get worldUrl() {
        return addresses.worldTemplate;
      },
      get packBaseUrl() {
        return addresses.packs;
      },
      hasWorldPorts: publicWorldUrlTemplate === undefined,
    },
    maxConnections: limits.connectionsTotal + plainConnections,
  });
}
