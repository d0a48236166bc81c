import { join } from "node:path";
import type { Facts } from "#core/facts.ts";
import type { Envelope } from "#core/inbox.ts";
import { machines } from "#core/machines.ts";
import { Engine } from "#engine/engine.ts";
import type { Log } from "#engine/ports.ts";
import { Host } from "#adapters/host/host.ts";
import { Pids } from "#adapters/host/pids.ts";
import { PortPlaces, SocketPlaces } from "#adapters/host/places.ts";
import { startWorldProcess } from "#adapters/host/world-process.ts";
import { createHttp, type Http } from "#adapters/http/server.ts";
import { RealNature } from "#adapters/nature/nature.ts";
import { PackIndexReader } from "#adapters/packs/pack-index.ts";
import { openStores, type Stores } from "#adapters/sqlite/open-stores.ts";
import { ClientGateway } from "#adapters/ws/client-gateway.ts";
import { LaunchGateway } from "#adapters/ws/launch-gateway.ts";
import { type Tell, turnAway } from "#adapters/ws/upgrade.ts";
import type { Config } from "#server/config.ts";
import type { Layout } from "#server/layout.ts";
import { initialWorld, readWorlds } from "#server/worlds.ts";
import { kindOf } from "#shared/address.ts";
import { Addresses } from "./addresses.ts";
import { launchesOf, takeCensus } from "./census.ts";

/** A stop may take as long as a world is given to stop, and this much longer. */
const stopGraceMs = 2000;
/** Connections the public port takes beyond those of players: pages, packs, health. */
const plainConnections = 500;

/** What the role asks of a log beyond what the engine does. */
export interface MasterLog extends Log {
  report(event: string, fields: Readonly<Record<string, string | number | undefined>>): void;
}

export interface MasterOptions {
  readonly config: Config;
  readonly layout: Layout;
  readonly log: MasterLog;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Leave worlds running when the master stops. */
  readonly keepWorlds: boolean;
}

/** The master: everything that is one of a kind, put together. */
export class Master {
  readonly #options: MasterOptions;
  readonly #nature = new RealNature();
  readonly #stores: Stores;
  readonly #addresses: Addresses;
  readonly #packs: PackIndexReader;
  readonly #engine: Engine;
  readonly #clients: ClientGateway;
  readonly #launches: LaunchGateway;
  readonly #host: Host;
  readonly #http: Http;
  readonly #tell: Tell = (from, to, body) => this.#engine.tell(from, to, body);
  #masterUrl = "";
  #isStopping = false;

  /** @throws StartRefused when the worlds or the databases are not fit to start with */
  private constructor(options: MasterOptions) {
    const { config, layout, log } = options;
    const { limits } = config;
    this.#options = options;
    const worlds = readWorlds(layout.worldIndex);
    this.#addresses = new Addresses(config);
    this.#stores = openStores({ dbPath: config.dbPath });
    this.#packs = new PackIndexReader({
      dir: config.packDir,
      baseUrl: () => this.#addresses.packs,
      onChange: (changed) => this.#announcePacks(changed),
      report: (event, fields) => log.report(event, fields),
    });
    const facts: Facts = {
      version: config.version,
      epoch: this.#stores.epoch,
      initialWorld,
      worlds,
      limits,
      packOf: (world) => this.#packs.packOf(world),
      urlOf: (route, endpoint) => this.#addresses.world(route, endpoint),
    };
    const nature = this.#nature;
    const tell = this.#tell;
    const report: MasterLog["report"] = (event, fields) => log.report(event, fields);
    this.#clients = new ClientGateway({
      facts,
      nature,
      origins: () => this.#addresses.origins,
      tell,
      report,
    });
    const registered = (launch: string): void => this.#host.settled(launch);
    this.#launches = new LaunchGateway({ limits, nature, tell, report, registered });
    this.#host = this.#createHost([...worlds.keys()]);
    this.#engine = new Engine({
      machines,
      store: this.#stores.store,
      bus: { send: (envelope) => this.#send(envelope) },
      nature,
      log: { transition: (event) => log.transition(event), stalled: (...how) => this.#stalled(...how) },
      facts,
    });
    this.#http = this.#createHttp();
  }

  /**
   * Starts everything in the order in which it is needed; when one part refuses, nothing is left behind.
   *
   * @throws StartRefused
   */
  static async start(options: MasterOptions): Promise<Master> {
    const master = new Master(options);
    try {
      await master.#start();
      return master;
    } catch (error) {
      await master.#close();
      throw error;
    }
  }

  get port(): number {
    return this.#addresses.port;
  }

  /** Where a person opens the page. */
  get page(): string {
    return this.#addresses.page;
  }

  /** Players are told, worlds save and leave, and then nothing of this master is left. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#clients.announce({ type: "notice", notice: "shutting_down" });
    await this.#clients.close("shuttingDown");
    if (!this.#options.keepWorlds) await this.#stopWorlds();
    await this.#close();
  }

  /** Ends every world process at once. */
  kill(): void {
    this.#host.killAll();
  }

  async #start(): Promise<void> {
    const { config, log } = this.#options;
    for (const { file, version } of this.#stores.migrated) log.report("store.migrated", { file, version });
    log.report("store.opened", { path: config.dbPath });
    this.#masterUrl = await this.#launches.listen(join(config.dataDir, "master.sock"));
    this.#engine.start();
    this.#host.adopt();
    this.#http.server.on("upgrade", (request, socket, head) => {
      if (this.#isStopping) turnAway(socket, 503);
      else this.#clients.upgrade(request, socket, head);
    });
    this.#addresses.port = await this.#http.listen();
    log.report("master.ready", {
      bind: config.bindHost,
      port: this.#addresses.port,
      build: config.version,
      public_master_url: this.#addresses.master,
      world_pack_base_url: this.#addresses.packs,
      world_pack_dir: config.packDir,
    });
  }

  async #stopWorlds(): Promise<void> {
    const { limits } = this.#options.config;
    for (const launch of launchesOf(this.#engine))
      this.#tell("master:local", `launch:${launch}`, { type: "stop", reason: "shutdown" });
    const callOff = this.#nature.wakeAt(this.#nature.now() + limits.stopMs + stopGraceMs, () => this.kill());
    await this.#host.drained();
    callOff();
  }

  async #close(): Promise<void> {
    this.#host.close();
    await this.#launches.close();
    await this.#engine.stop();
    await this.#http.close();
    this.#packs[Symbol.dispose]();
    this.#stores.close();
    await this.#nature[Symbol.asyncDispose]();
  }

  #createHost(worlds: readonly string[]): Host {
    const { config, layout, log } = this.#options;
    const program = { bundle: layout.worldBundle, worlds: layout.worldsDir, logFormat: config.logFormat };
    const own = (): ReadonlyMap<string, number> =>
      this.#stores.ports.assign(worlds, config.worldPortBase, [config.port]);
    return new Host({
      limits: config.limits,
      nature: this.#nature,
      pids: new Pids(join(config.dataDir, "launches")),
      places:
        config.worldListen === "unix"
          ? new SocketPlaces(join(config.dataDir, "worlds"))
          : new PortPlaces(config.bindHost, own()),
      start: () => startWorldProcess(program),
      order: () => ({
        version: config.version,
        masterUrl: this.#masterUrl,
        origins: [...this.#addresses.origins],
        ...(config.tls && { tls: config.tls }),
        limits: { ...config.changedLimits },
        logLevel: config.logLevel,
      }),
      tell: this.#tell,
      report: (event, fields) => log.report(event, fields),
    });
  }

  #createHttp(): Http {
    const { config, layout, metrics } = this.#options;
    const addresses = this.#addresses;
    const startedAt = this.#nature.now();
    return createHttp({
      port: config.port,
      bindHost: config.bindHost,
      tls: config.tls,
      webDir: layout.webDir,
      packs: this.#packs,
      policy: {
        // Getters: the port may be known only once it is open.
        get masterUrl() {
          return addresses.master;
        },
        get worldUrl() {
          return addresses.worldTemplate;
        },
        get packBaseUrl() {
          return addresses.packs;
        },
        hasWorldPorts: config.publicWorldUrlTemplate === undefined,
      },
      maxConnections: config.limits.connectionsTotal + plainConnections,
      status: () => ({
        ...takeCensus(this.#engine),
        uptimeSeconds: Math.floor((this.#nature.now() - startedAt) / 1000),
        version: config.version,
      }),
      notReady: () => {
        if (this.#isStopping) return "stopping";
        return this.#engine.isStalled ? "the database cannot be written; saving is paused" : undefined;
      },
      metrics,
    });
  }

  #send(envelope: Envelope): void {
    const kind = kindOf(envelope.to);
    if (kind === "launch-link") this.#launches.receive(envelope);
    else if (kind === "host") this.#host.receive(envelope);
    else this.#clients.receive(envelope);
  }

  #stalled(isStalled: boolean, reason?: string): void {
    this.#options.log.stalled(isStalled, reason);
    this.#clients.announce({ type: "notice", notice: isStalled ? "saving_paused" : "saving_resumed" });
  }

  #announcePacks(worlds: readonly string[]): void {
    for (const world of worlds)
      this.#clients.announce({
        type: "notice",
        notice: "pack_changed",
        world,
        pack: this.#packs.packOf(world),
      });
  }
}
