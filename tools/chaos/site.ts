import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lines, socketOf, type Line, type Moment } from "./lines.ts";
import type { Luck } from "./luck.ts";
import { MasterProcess, type LogLine } from "./master-process.ts";
import type { Pipe } from "./pipe.ts";
import { Players } from "./players.ts";
import { isAlive, openFiles, signal, writersTo } from "./processes.ts";
import type { Tally } from "./tally.ts";
import { Trace } from "./trace.ts";
import { Undo } from "./undo.ts";
import { until } from "./wait.ts";
import { Watch } from "./watch.ts";

export interface SiteOptions {
  /** Its masters' output is kept under this name. */
  readonly name: string;
  readonly tally: Tally;
  readonly luck: Luck;
  readonly players: number;
  readonly processes?: number;
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly dataDir?: string;
  readonly openFiles?: number;
  /** The program of its masters; this checkout's own when absent. */
  readonly entry?: string;
  /** Its recoveries are among the figures. */
  readonly isTimed?: boolean;
  /** Players come as soon as everything stands, unless this says no. */
  readonly isEmpty?: boolean;
  /** What ends everything should this process be asked to end. */
  readonly undo: Undo;
}

/** Of a machine that has much else to do. */
const readyMs = 60_000;
/** Everything willing gets back into a world within this (L1). */
export const healMs = 45_000;

/**
 * Worlds are killed every second here, so a launch that came up counts as healthy at once: what is shown is the
 * recovery from a crash, not the pause that a world earns by crashing again and again.
 */
const common = { WORLD_LISTEN: "unix", LIMIT_BACKOFF_FORGET_MS: 1, LIMIT_DETACH_GRACE_MS: 20_000 };

/** One installation: a data folder, its master, its worlds, its players, and proxies between them. */
export class Site implements AsyncDisposable {
  readonly dataDir: string;
  readonly port: number;
  readonly tally: Tally;
  readonly luck: Luck;
  readonly watch: Watch;
  readonly players: Players;
  lines!: Lines;
  master!: MasterProcess;
  /** Files a master has open that nobody has come to yet. */
  idleFiles = 0;
  /** Called at every moment of the protocol, */
  readonly moments = new Set<(moment: Moment) => void>();
  /** for every connection before anything has passed, */
  readonly openings = new Set<(line: Line, pipe: Pipe) => void>();
  /** Processes killed here. */
  kills = 0;
  /** Players of whom something was lost. */
  readonly lost = new Set<number>();
  readonly #options: SiteOptions;
  readonly #outputs = new Set<string>();
  readonly #trace = new Trace();
  readonly #launched = new Map<string, { world: string; pid: number }>();
  readonly #undo = new Undo();

  private constructor(options: SiteOptions, port: number) {
    this.#options = options;
    this.port = port;
    this.tally = options.tally;
    this.luck = options.luck;
    this.watch = new Watch(options.tally, options.isTimed ?? false, this.#trace);
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "portcade-chaos-"));
    if (options.dataDir === undefined)
      this.#undo.add(() => rmSync(this.dataDir, { recursive: true, force: true }));
    this.#undo.add(() => this.#endAll());
    this.players = new Players({
      count: options.players,
      processes: options.processes ?? 1,
      seed: Math.floor(options.luck.between(1, 1_000_000)),
      changed: (status) => this.watch.changed(status),
      dropped: (dropped) => this.watch.dropped(dropped),
      fault: (bot, text) => this.tally.lose(`player ${bot} ${text}`),
    });
    this.#undo.add(() => this.players[Symbol.asyncDispose]());
  }

  static async open(options: SiteOptions): Promise<Site> {
    const site = new Site(options, await freePort());
    options.undo.add(() => site[Symbol.asyncDispose]());
    site.lines = await Lines.open({
      dataDir: site.dataDir,
      masterPort: site.port,
      moment: (moment) => {
        site.#trace.moment(moment);
        for (const heed of site.moments) heed(moment);
      },
      opened: (line, pipe) => {
        for (const heed of site.openings) heed(line, pipe);
      },
    });
    site.#undo.add(() => site.lines[Symbol.asyncDispose]());
    await site.start();
    site.idleFiles = openFiles(site.master.pid);
    if (options.isEmpty !== true) await site.enter();
    return site;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.lines.control.port}/`;
  }

  /** Starts a master; the one before is gone. */
  async start(): Promise<void> {
    const { settings, openFiles, entry } = this.#options;
    this.master = new MasterProcess({
      name: this.#options.name,
      dataDir: this.dataDir,
      settings: {
        ...common,
        PORT: this.port,
        PUBLIC_WORLD_URL_TEMPLATE: `ws://127.0.0.1:${this.lines.world.port}/{world_key}`,
        ...settings,
      },
      openFiles,
      entry,
      heard: (line) => this.#hear(line),
    });
    if (this.master.output !== undefined) this.#outputs.add(this.master.output);
    void this.#mourn(this.master);
    await this.master.untilEvent("master.ready", readyMs);
    this.lines.interpose();
    this.watch.masterReady();
  }

  /** Everybody comes, logs in under a name of their own, and is in a world. */
  async enter(): Promise<void> {
    const { players } = this;
    await players.all({ do: "open", master: this.url });
    await this.settled();
    await Promise.all(players.numbers.map((bot) => players.order(bot, { do: "login", name: nameOf(bot) })));
  }

  /** Until everybody is in a world, with a master. @throws Late */
  async settled(withinMs = healMs): Promise<void> {
    const { players } = this;
    const isBack = (bot: number): boolean => {
      const status = players.statuses.get(bot);
      return status?.isPlaying === true && status.hasControl;
    };
    await until(() => players.numbers.every(isBack), "everybody plays", withinMs);
  }

  /** The processes that serve this world now, newest last. */
  pidsOf(world?: string): number[] {
    const all = [...this.#launched.values()];
    return all.filter((one) => (world ?? one.world) === one.world && isAlive(one.pid)).map(({ pid }) => pid);
  }

  /** The process of this launch, while it runs. */
  pidOf(launch: string): number | undefined {
    const pid = this.#launched.get(launch)?.pid;
    return pid !== undefined && isAlive(pid) ? pid : undefined;
  }

  /** The launches of this world that live, newest last. */
  launchesOf(world: string): string[] {
    const all = [...this.#launched].filter(([, one]) => one.world === world && isAlive(one.pid));
    return all.map(([launch]) => launch);
  }

  /** The lines of players to this process. */
  pipesTo(pid: number): Pipe[] {
    const launch = [...this.#launched].findLast(([, one]) => one.pid === pid)?.[0];
    return launch === undefined ? [] : this.lines.worldPipes(launch);
  }

  /** What they were dialled as. */
  socketsTo(pid: number): string[] {
    return this.pipesTo(pid).map(socketOf);
  }

  killWorld(pid: number): void {
    const sockets = this.socketsTo(pid);
    if (!signal(pid, "SIGKILL")) return;
    this.kills += 1;
    this.watch.worldKilled(sockets);
  }

  async killMaster(): Promise<void> {
    if (!this.master.isRunning) return;
    this.kills += 1;
    this.watch.masterKilled();
    await this.master.kill();
  }

  /** Every process that belongs to this site, but for the master itself. */
  get processes(): { pid: number; command: string }[] {
    return writersTo(this.#outputs).filter(({ pid }) => pid !== this.master.pid || !this.master.isRunning);
  }

  /** What `/readyz` answers: 200, 503; 0 when nobody does. */
  async readiness(): Promise<number> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/readyz`, { signal: AbortSignal.timeout(2000) }))
        .status;
    } catch {
      return 0;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.watch.close();
    return this.#undo[Symbol.asyncDispose]();
  }

  #hear({ event, launch, world, pid }: LogLine): void {
    if (event !== "host.launched") return;
    this.#trace.launch(String(launch), "launched");
    this.#launched.set(String(launch), { world: String(world), pid: Number(pid) });
  }

  async #mourn(master: MasterProcess): Promise<void> {
    const code = await master.exited;
    if (!master.isAsked) this.tally.lose(`a master ended by itself with ${code}: ${master.lately}`);
  }

  async #endAll(): Promise<void> {
    await this.master?.kill();
    for (const { pid } of this.processes) signal(pid, "SIGKILL");
  }
}

export const nameOf = (bot: number): string => `Player${bot}`;

/**
 * Below those the system gives out by itself, so that it is still free after a restart. Not of the run's luck: two runs
 * of one seed would want the same.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (isFree) await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}
