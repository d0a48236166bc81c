import { join } from "node:path";
import type { Facts } from "#core/facts.ts";
import type { Envelope } from "#core/inbox.ts";
import { machines } from "#core/machines.ts";
import type { Launch } from "#core/world/launch.ts";
import { Engine } from "#engine/engine.ts";
import type { Transition } from "#engine/ports.ts";
import { routeOf } from "#adapters/host/places.ts";
import type { Host } from "#adapters/host/host.ts";
import type { Http } from "#adapters/http/server.ts";
import { MasterLog } from "#adapters/log/log.ts";
import { Metrics } from "#adapters/metrics/metrics.ts";
import { BatchPace } from "#adapters/nature/batch-pace.ts";
import { machineClock, RealNature } from "#adapters/nature/nature.ts";
import { openStores, type Stores } from "#adapters/sqlite/open-stores.ts";
import type { Committed } from "#adapters/sqlite/store.ts";
import { ClientGateway } from "#adapters/ws/client-gateway.ts";
import { LaunchGateway } from "#adapters/ws/launch-gateway.ts";
import { type Tell, turnAway } from "#adapters/ws/upgrade.ts";
import type { Config } from "#server/config.ts";
import type { Inherited } from "#server/config/inherited.ts";
import type { Layout } from "#server/layout.ts";
import { initialWorld } from "#server/worlds.ts";
import { type Address, idOf, kindOf } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { Addresses } from "./addresses.ts";
import { Backups } from "./backups.ts";
import { countHeads } from "./head-count.ts";
import { createHost } from "./master-host.ts";
import { createMasterHttp } from "./master-http.ts";
import { createOperator, type MasterOperator } from "./master-operator.ts";
import { MasterWorlds } from "./master-worlds.ts";

/** A stop may take as long as a world is given to stop, and this much longer. */
const stopGraceMs = 2000;
const settleLookMs = 20;

export interface MasterOptions {
  readonly config: Config;
  readonly layout: Layout;
  /** The file this program was started from. */
  readonly program: string;
  /** Leave worlds running when the master stops. */
  readonly keepWorlds: boolean;
  /** Sockets to listen on instead of opening any. */
  readonly inherited?: Inherited | undefined;
}

/** The master: everything that is one of a kind, put together. */
export class Master {
  readonly log: MasterLog;
  readonly #options: MasterOptions;
  readonly #metrics = new Metrics();
  readonly #nature: RealNature;
  readonly #pace: BatchPace;
  readonly #addresses: Addresses;
  readonly #stores: Stores;
  readonly #worlds: MasterWorlds;
  readonly #clients: ClientGateway;
  readonly #launches: LaunchGateway;
  readonly #host: Host;
  readonly #engine: Engine;
  readonly #backups: Backups;
  readonly #operator: MasterOperator;
  readonly #http: Http;
  readonly #startedAt: number;
  readonly #tell: Tell = (from, to, body) => this.#engine.tell(from, to, body);
  readonly #states = (kind: string): Iterable<[Address, Phased]> => this.#engine.states(kind);
  #masterUrl = "";
  #isStopping = false;
  #stallReason = "";

  private constructor(options: MasterOptions) {
    const { config, layout } = options;
    const { limits } = config;
    this.#options = options;
    const addresses = new Addresses(config);
    this.#addresses = addresses;
    const urlOf: Facts["urlOf"] = (world, endpoint) =>
      addresses.world("socket" in endpoint ? routeOf(world, endpoint.socket) : world, endpoint);
    this.log = new MasterLog({ format: config.logFormat, level: config.logLevel, urlOf });
    const { report } = this.log;
    const onCommit = (committed: Committed): void => {
      this.#pace.committed();
      this.log.committed(committed);
    };
    this.#stores = openStores({ dbPath: config.dbPath, dataDir: config.dataDir, onCommit });
    const { store, ports, epoch, masterEpoch } = this.#stores;
    const announce: ClientGateway["announce"] = (push) => this.#clients.announce(push);
    this.#worlds = new MasterWorlds({ config, layout, addresses, report, announce, tell: this.#tell });
    const { offers, catalog } = this.#worlds;
    this.#nature = new RealNature(machineClock, this.#stores);
    this.#pace = new BatchPace(this.#nature);
    this.#startedAt = this.#nature.now();
    const { version } = config;
    const facts: Facts = { version, epoch, masterEpoch, initialWorld, limits, urlOf, ...this.#worlds.facts };
    const common = { nature: this.#nature, tell: this.#tell, report };
    const origins = (): ReadonlySet<string> => addresses.origins;
    this.#clients = new ClientGateway({ ...common, facts, origins });
    const registered = (launch: string): void => this.#host.settled(launch);
    this.#launches = new LaunchGateway({ ...common, limits, registered });
    this.#host = createHost({
      ...common,
      ...options,
      origins,
      ports: () => ports.assign(catalog.entries.keys(), config.worldPortBase, [config.port]),
      masterUrl: () => this.#masterUrl,
    });
    this.#engine = new Engine({
      machines,
      store,
      bus: { send: (envelope) => this.#send(envelope) },
      nature: this.#nature,
      log: {
        transition: (event) => this.#happened(event),
        stalled: (isStalled, reason) => this.#stalled(isStalled, reason),
      },
      facts,
      soon: this.#pace.soon,
    });
    this.#backups = new Backups({ ...common, ...options });
    const backUp: Backups["make"] = (kind, told) => this.#backups.make(kind, told);
    const own = { catalog, offers, backUp, states: this.#states, notReady: () => this.#notReady() };
    this.#operator = createOperator({ ...common, ...own, limits, dataDir: config.dataDir });
    this.#http = this.#createHttp();
    this.#metrics.observe({ states: this.#states, sockets: () => this.#clients, timings: store.timings });
    this.#metrics.observeBackups(this.#backups);
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

  /** Where a person opens the page. */
  get page(): string {
    return this.#addresses.page;
  }

  /** Players are told, worlds save and leave unless they are kept, and then nothing of this master is left. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const { keepWorlds, inherited } = this.#options;
    // Whoever comes now waits at the socket for the next master.
    if (inherited?.public !== undefined) this.#http.stopAccepting();
    if (keepWorlds) {
      await this.#settle();
      this.#clients.callBack();
    } else this.#clients.announce({ type: "notice", notice: "shutting_down" });
    await this.#clients.close("shuttingDown");
    if (!keepWorlds) await this.#stopWorlds();
    await this.#close();
  }

  /** Ends every world process at once, unless they are kept. */
  kill(): void {
    if (!this.#options.keepWorlds) this.#host.killAll();
  }

  async #start(): Promise<void> {
    const { config } = this.#options;
    for (const { file, version } of this.#stores.migrated)
      this.log.report("store.migrated", { file, version });
    this.log.report("store.opened", { path: config.dbPath });
    const { launches: fd } = this.#options.inherited ?? {};
    const listening =
      fd === undefined
        ? this.#launches.listen(join(config.dataDir, "master.sock"))
        : this.#launches.listenOn(fd);
    this.#masterUrl = await listening;
    // At once: who is answered by an engine that knows nothing yet is told that nobody wants it.
    this.#engine.start();
    this.#worlds.adopt(this.#states);
    this.#host.adopt(this.#launched());
    await this.#operator.listen();
    this.#http.server.on("upgrade", (request, socket, head) => {
      if (this.#isStopping) turnAway(socket, 503);
      else this.#clients.upgrade(request, socket, head);
    });
    this.#addresses.port = await this.#http.listen();
    this.log.report("master.ready", {
      bind: config.bindHost,
      port: this.#addresses.port,
      build: config.version,
      public_master_url: this.#addresses.master,
      world_pack_base_url: this.#addresses.packs,
      world_pack_dir: config.packDir,
    });
    this.#backups.start();
    // Figures are for programs: a person at a terminal keeps sight of the address.
    if (config.logFormat !== "text" || !process.stdout.isTTY) this.#metrics.startSamples(this.log.report);
  }

  /** The world of every launch that is not over. */
  #launched(): Map<string, string> {
    const launched = new Map<string, string>();
    for (const [address, state] of this.#states("launch"))
      launched.set(idOf(address), (state as Launch).world);
    return launched;
  }

  /** No journey begins any more; who is at a door goes through it, and every other waits for the next master. */
  async #settle(): Promise<void> {
    this.#clients.refuseJourneys();
    this.#launches.refuseJourneys();
    const until = this.#nature.now() + this.#options.config.limits.settleMs;
    const isAtDoor = ([, { phase }]: [Address, Phased]): boolean =>
      phase !== "leased" && phase !== "starting";
    while (this.#nature.now() < until && [...this.#states("travel")].some(isAtDoor))
      await new Promise<void>((resolve) => this.#nature.wakeAt(this.#nature.now() + settleLookMs, resolve));
  }

  async #stopWorlds(): Promise<void> {
    const { limits } = this.#options.config;
    for (const [launch] of this.#states("launch"))
      this.#tell("master:local", launch as Address<"launch">, { type: "stop", reason: "shutdown" });
    const callOff = this.#nature.wakeAt(this.#nature.now() + limits.stopMs + stopGraceMs, () => this.kill());
    await this.#host.drained();
    callOff();
  }

  /** Saves that wait are handed over before the engine, and written before the store, is closed. */
  async #close(): Promise<void> {
    this.#host.close();
    await this.#backups.close();
    await this.#operator.close();
    await this.#launches.close();
    await this.#engine.stop();
    await this.#http.close();
    this.#metrics[Symbol.dispose]();
    await this.#worlds[Symbol.asyncDispose]();
    this.#stores.close();
    await this.#nature[Symbol.asyncDispose]();
    await this.log[Symbol.asyncDispose]();
  }

  #createHttp(): Http {
    const { config, layout, inherited } = this.#options;
    return createMasterHttp({
      config,
      layout,
      fd: inherited?.public,
      addresses: this.#addresses,
      packs: this.#worlds.offers,
      status: () => ({
        ...countHeads(this.#states),
        details: this.#operator.brief(),
        uptimeSeconds: Math.floor((this.#nature.now() - this.#startedAt) / 1000),
        version: config.version,
      }),
      notReady: () => this.#notReady(),
      note: () => this.#backups.note,
      metrics: () => this.#metrics.text(),
    });
  }

  #notReady(): string | undefined {
    if (this.#isStopping) return "stopping";
    if (!this.#engine.isStalled) return undefined;
    return `saving is paused: the database cannot be written (${this.#stallReason})`;
  }

  #send(envelope: Envelope): void {
    const kind = kindOf(envelope.to);
    if (kind === "launch-link") this.#launches.receive(envelope);
    else if (kind === "host") this.#host.receive(envelope);
    else if (kind === "operator") this.#operator.receive(envelope);
    else this.#clients.receive(envelope);
  }

  /** A batch is committed: so this has happened. */
  #happened(event: Transition): void {
    this.log.transition(event);
    this.#worlds.transition(event);
    this.#operator.transition(event);
    this.#metrics.transition(event);
    if (event.input === "exited" && event.after === "absent") this.#host.ended(idOf(event.id));
  }

  #stalled(isStalled: boolean, reason?: string): void {
    this.#stallReason = reason ?? "error";
    this.log.stalled(isStalled, reason);
    this.#metrics.stalled(isStalled);
    this.#clients.announce({ type: "notice", notice: isStalled ? "saving_paused" : "saving_resumed" });
  }
}
