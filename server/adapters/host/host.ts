import type { Envelope, Inbox } from "#core/inbox.ts";
import type { Nature } from "#engine/ports.ts";
import type { Address } from "#shared/address.ts";
import type { Limits } from "#shared/limits.ts";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { isAlive, killRecorded, type PidRecord, type Pids } from "./pids.ts";
import type { Places } from "./places.ts";
import { Spares } from "./spares.ts";
import type { WorldProcess } from "./world-process.ts";

const self: Address<"host"> = "host:local";
const watchMs = 500;

type LaunchNews = Extract<Inbox["launch"], { type: "started" | "exited" }>;

export interface HostDeps {
  readonly limits: Limits;
  readonly nature: Nature;
  readonly pids: Pids;
  readonly places: Places;
  readonly start: () => WorldProcess;
  /** What every order of this master has in common. */
  readonly order: () => Omit<LaunchOrder, "launch" | "world" | "token" | "listen">;
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
  #stopWatch: () => void = () => {};
  #idle = Promise.withResolvers<void>();

  constructor(deps: HostDeps) {
    this.#deps = deps;
    this.#spares = new Spares(deps.start, deps.limits, deps.nature);
  }

  /** Takes over what a former master left running, and reports what it left to die. */
  adopt(): void {
    for (const record of this.#deps.pids.all()) {
      if (isAlive(record)) {
        this.#adopted.set(record.launch, record);
        this.#deps.places.keep(record.launch, record.world);
        this.#deps.report("host.adopted", { launch: record.launch, pid: record.pid });
      } else this.#lost(record.launch);
    }
    this.#watch();
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
    this.#spares.close();
    this.#stopWatch();
  }

  #launch({ launch, world, token }: Extract<Inbox["host"], { type: "launch" }>): void {
    if (this.#isLeaving) return this.#lost(launch);
    const { places, pids, order, report, tell, start } = this.#deps;
    const listen = this.#attempt(launch, () => places.give(launch, world));
    if (!listen) return this.#lost(launch);
    this.#starting.add(launch);
    this.#spares.hold(true);
    const spare = this.#spares.take();
    const ours = spare ?? start();
    this.#ours.set(launch, ours);
    ours.assign({ ...order(), launch, world, token, listen });
    const { pid } = ours;
    if (pid !== undefined) {
      this.#attempt(launch, () => pids.note(launch, world, pid));
      report("host.launched", { launch, world, pid, spare: spare ? 1 : 0 });
      tell(self, `launch:${launch}`, { type: "started", pid });
    }
    void this.#mourn(launch, ours);
  }

  async #mourn(launch: string, ours: WorldProcess): Promise<void> {
    const code = await ours.ended;
    this.#ours.delete(launch);
    this.#lost(launch, code);
  }

  #kill(launch: string): void {
    const ours = this.#ours.get(launch);
    if (ours) return ours.kill();
    const adopted = this.#adopted.get(launch);
    if (adopted) killRecorded(adopted);
    // We hold nothing of that name, so nothing of it is left to wait for.
    else this.#lost(launch);
  }

  #lost(launch: string, code?: number): void {
    const { places, pids, report, tell } = this.#deps;
    this.#attempt(launch, () => pids.forget(launch));
    this.#attempt(launch, () => places.free(launch));
    report("host.exited", { launch, code });
    tell(self, `launch:${launch}`, { type: "exited", code });
    this.settled(launch);
    if (this.#ours.size + this.#adopted.size > 0) return;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }

  /** A disk that is full or gone ends no game: what could not be noted is only not found by the next master. */
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
