import type { Config } from "#server/config.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";

type Places = Pick<
  Config,
  "clientHost" | "clientScheme" | "packBaseUrl" | "pageOrigins" | "publicMasterUrl" | "publicWorldUrlTemplate"
>;

/** Every address this master tells others, from its settings and the port it got. */
export class Addresses {
  readonly #config: Places;
  /** The public port; known once it is open. */
  port = 0;

  constructor(config: Places) {
    this.#config = config;
  }

  /** Where a person opens the page: the one address to print. */
  get page(): string {
    return this.master.replace(/^ws/, "http");
  }

  get master(): string {
    const { publicMasterUrl, clientScheme } = this.#config;
    return publicMasterUrl ?? `${clientScheme}://${this.#host}:${this.port}/`;
  }

  /** Without a trailing slash. */
  get packs(): string {
    return this.#config.packBaseUrl ?? this.ownPacks;
  }

  /** Where this master itself serves packs, without a trailing slash. */
  get ownPacks(): string {
    return `${this.page.replace(/\/+$/, "")}/world_packs`;
  }

  /** Where a client dials a launch. `route` is the world's name in addresses. */
  world(route: string, endpoint: Endpoint): string {
    const { publicWorldUrlTemplate, clientScheme } = this.#config;
    if (publicWorldUrlTemplate !== undefined)
      return publicWorldUrlTemplate.replaceAll("{world_key}", encodeURIComponent(route));
    const port = "port" in endpoint ? endpoint.port : this.port;
    return `${clientScheme}://${this.#host}:${port}/`;
  }

  /** The world address as it reads for any world; for the page's policy. */
  get worldTemplate(): string {
    return this.#config.publicWorldUrlTemplate ?? this.master;
  }

  /** Origins of pages that play here: those this master serves, those beside hosted packs, and those named. */
  get origins(): ReadonlySet<string> {
    const served = [this.page, `http://${this.#host}:${this.port}`, `https://${this.#host}:${this.port}`];
    const { packBaseUrl, pageOrigins = [] } = this.#config;
    return new Set(
      [...served, ...(packBaseUrl === undefined ? [] : [packBaseUrl]), ...pageOrigins].map(
        (url) => new URL(url).origin,
      ),
    );
  }

  get #host(): string {
    const { clientHost } = this.#config;
    return clientHost.includes(":") ? `[${clientHost}]` : clientHost;
  }
}
