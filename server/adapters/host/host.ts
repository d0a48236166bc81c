import type { Envelope, Inbox } from "#core/inbox.ts";
import type { Nature } from "#engine/ports.ts";
import type { Address } from "#shared/address.ts";
import type { Limits } from "#shared/limits.ts";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { canSee, isAlive, killRecorded, type PidRecord, type Pids, recordOf } from "./pids.ts";
import type { Places } from "./places.ts";
import { Spares } from "./spares.ts";
import type { Words } from "./words.ts";
import type { Ending, WorldProcess } from "./world-process.ts";

const self: Address<"host"> = "host:local";
/** A world that crashes is not back before this has passed; to look costs some ten microseconds a process. */
const watchMs = 100;

type LaunchWanted = Extract<Inbox["host"], { type: "launch" }>;
type Listen = LaunchOrder["listen"];
type LaunchNews = Extract<Inbox["launch"], { type: "started" | "exited" | "lastWords" }>;

export interface HostDeps {
  readonly limits: Limits;
  readonly nature: Nature;
  readonly pids: Pids;
  readonly words: Words;
  readonly places: Places;
  readonly start: () => WorldProcess;
  /** What every order of this master has in common. */
  readonly order: () => Omit<LaunchOrder, "launch" | "world" | "token" | "listen" | "state">;
  readonly tell: (from: Address, to: Address<"launch">, body: LaunchNews) => void;
  readonly report: (event: string, fields: Readonly<Record<string, string | number | undefined>>) => void;
}

/** What starts and ends world processes on this machine, and tells launches what became of theirs. */
export class Host {
  readonly #deps: HostDeps;
  readonly #spares: Spares;
  readonly #ours = new Map<string, WorldProcess>();
  readonly #adopted = new Map<string, PidRecord>();
  readonly #starting = new Set<string>();
  #isLeaving = false;
  #isClosed = false;
  #stopWatch: () => void = () => {};
  #idle = Promise.withResolvers<void>();

  constructor(deps: HostDeps) {
    this.#deps = deps;
    this.#spares = new Spares(deps.start, deps.limits, deps.nature);
  }

  /**
   * Takes over what a former master left running, and reports what has ended since.
   *
   * @param known the world of every launch that is not over; a process of any other is told so when it registers,
   *   and killed if it does not listen
   */
  adopt(known: ReadonlyMap<string, string>): void {
    const { pids, words, places, report, nature, limits } = this.#deps;
    const records = pids.all();
    const missing = new Map(known);
    for (const { launch } of records) missing.delete(launch);
    records.push(...this.#search(missing));
    for (const record of records) {
      const { launch, world, pid, port } = record;
      missing.delete(launch);
      places.keep(launch, world, port);
      if (!isAlive(record)) {
        this.#lost(launch);
        continue;
      }
      this.#adopted.set(launch, record);
      report("host.adopted", { launch, pid });
      if (!known.has(launch)) nature.wakeAt(nature.now() + limits.deadMs, () => killRecorded(record));
    }
    // Nothing gets an order that could not be found again: what is not found was never started, or is over.
    if (canSee()) for (const launch of missing.keys()) this.#lost(launch);
    // Their end was committed; the master died before it had thrown these away.
    for (const launch of words.all())
      if (!known.has(launch)) this.#attempt(launch, () => words.forget(launch));
    this.#watch();
  }

  /** Processes of these launches that were never noted. */
  #search(launches: ReadonlyMap<string, string>): PidRecord[] {
    if (launches.size === 0) return [];
    const found: PidRecord[] = [];
    for (const [launch, pid] of this.#deps.pids.search()) {
      const world = launches.get(launch);
      const record = world === undefined ? undefined : recordOf(launch, world, pid);
      if (!record) continue;
      this.#attempt(launch, () => this.#deps.pids.note(record));
      found.push(record);
    }
    return found;
  }

  receive(envelope: Envelope): void {
    const order = envelope.body as Inbox["host"];
    if (order.type === "warm") this.#spares.warm();
    else if (order.type === "launch") this.#launch(order);
    else this.#kill(order.launch);
  }

  /** The launch is up: its start needs the processor no longer. */
  settled(launch: string): void {
    this.#starting.delete(launch);
    this.#spares.hold(this.#starting.size > 0);
  }

  /** The end of the launch is committed: what was kept of it for the next master is of no more use. */
  ended(launch: string): void {
    if (this.#ours.has(launch) || this.#adopted.has(launch)) return;
    this.#attempt(launch, () => this.#deps.pids.forget(launch));
    this.#attempt(launch, () => this.#deps.words.forget(launch));
  }

  /** Starts nothing any more, and resolves when no world process of this master is left; spares go at once. */
  async drained(): Promise<void> {
    this.#isLeaving = true;
    this.#spares.close();
    const spares = [...this.#spares.processes].map(({ ended }) => ended);
    if (this.#ours.size + this.#adopted.size > 0) await this.#idle.promise;
    await Promise.all(spares);
  }

  /** Ends every process at once. */
  killAll(): void {
    this.#spares.close();
    for (const spare of this.#spares.processes) spare.kill();
    for (const ours of this.#ours.values()) ours.kill();
    for (const record of this.#adopted.values()) killRecorded(record);
  }

  /** Stops looking after processes; those that serve a world live on. */
  close(): void {
    this.#isClosed = true;
    this.#spares.close();
    this.#stopWatch();
  }

  #launch(wanted: LaunchWanted): void {
    const { launch, world } = wanted;
    if (this.#isLeaving) return this.#lost(launch);
    const { places, start } = this.#deps;
    const listen = this.#attempt(launch, () => places.give(launch, world));
    if (!listen) return this.#lost(launch);
    this.#starting.add(launch);
    this.#spares.hold(true);
    const spare = this.#spares.take();
    const ours = spare ?? start();
    this.#ours.set(launch, ours);
    void this.#mourn(launch, ours);
    void this.#assign(wanted, ours, listen, spare !== undefined);
  }

  async #assign(wanted: LaunchWanted, ours: WorldProcess, listen: Listen, isSpare: boolean): Promise<void> {
    const { launch, world, token, state } = wanted;
    const { order, report, tell } = this.#deps;
    const pid = await ours.running;
    if (pid === undefined) return;
    if (this.#isClosed) return ours.dismiss();
    // Killed before this line, we leave a process that ends with its pipe; after it, one that the next master finds.
    const port = "port" in listen && listen.port > 0 ? listen.port : undefined;
    if (!this.#note(recordOf(launch, world, pid, port), launch, ours.blank)) return ours.kill();
    ours.assign({ ...order(), launch, world, token, listen, state });
    report("host.launched", { launch, world, pid, spare: isSpare ? 1 : 0 });
    tell(self, `launch:${launch}`, { type: "started", pid });
  }

  /** By its record or by its file for last words: one of them is enough to find a process again. */
  #note(record: PidRecord | undefined, launch: string, blank: string | undefined): boolean {
    const { pids, words } = this.#deps;
    const isNoted = this.#attempt(launch, () => {
      if (record) pids.note(record);
      return true;
    });
    const isFound = this.#attempt(launch, () => {
      if (blank !== undefined) words.claim(blank, launch);
      return blank !== undefined;
    });
    return isNoted ?? isFound ?? false;
  }

  async #mourn(launch: string, ours: WorldProcess): Promise<void> {
    const ending = await ours.ended;
    this.#ours.delete(launch);
    this.#lost(launch, ending);
  }

  #kill(launch: string): void {
    const ours = this.#ours.get(launch);
    if (ours) return ours.kill();
    const adopted = this.#adopted.get(launch);
    if (adopted) killRecorded(adopted);
    // We hold nothing of that name, so nothing of it is left to wait for.
    else this.#lost(launch);
  }

  #lost(launch: string, { code, signal }: Ending = {}): void {
    const { places, words, report, tell } = this.#deps;
    this.#attempt(launch, () => places.free(launch));
    const last = this.#attempt(launch, () => words.read(launch));
    if (last) tell(self, `launch:${launch}`, { type: "lastWords", saves: last.saves, state: last.state });
    report("host.exited", { launch, code, signal });
    tell(self, `launch:${launch}`, { type: "exited", code, signal });
    this.settled(launch);
    if (this.#ours.size + this.#adopted.size > 0) return;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }

  /** A disk that is full or gone ends no game. */
  #attempt<T>(launch: string, what: () => T): T | undefined {
    try {
      return what();
    } catch (error) {
      this.#deps.report("host.failed", { launch, reason: (error as Error).message });
      return undefined;
    }
  }

  /** Processes of a former master are not our children: nobody tells us of their end. */
  #watch(): void {
    if (this.#adopted.size === 0) return;
    const { nature } = this.#deps;
    this.#stopWatch = nature.wakeAt(nature.now() + watchMs, () => {
      for (const [launch, record] of this.#adopted) {
        if (isAlive(record)) continue;
        this.#adopted.delete(launch);
        this.#lost(launch);
      }
      this.#watch();
    });
  }
}
