import type { Limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { FromLaunch, LastWords, Roster, ToLaunch } from "#shared/protocol/launch-master.ts";
import { Unheard } from "#world-server/unheard.ts";
import type { LaunchWire } from "./peers.ts";
import type { SimNature } from "./nature.ts";
import type { End } from "./network.ts";
import { guiseOf, type Temper } from "./tempers.ts";
import type { Order } from "./world.ts";

/** How long a goodbye may take. */
const leaveMs = 1_000;

export interface WorldLineDeps {
  readonly nature: SimNature;
  readonly limits: Limits;
  readonly version: string;
  readonly order: Order;
  readonly pid: number;
  readonly port: number;
  readonly temper: Temper;
  /** The token of an earlier launch of this world, for one that has mixed them up. */
  readonly staleToken?: string | undefined;
  /** `undefined` while nobody listens. */
  dialMaster(end: End<ToLaunch>): LaunchWire | undefined;
  /** The file it leaves its last words in; nothing empties it. */
  readonly write: (words: LastWords | undefined) => void;
  roster(): Roster;
  hear(message: ToLaunch): void;
  ended(code: number): void;
  /** Runs when the process runs: never once it is dead, later while it is frozen. */
  readonly whenAwake: (run: () => void) => void;
}

/** A process's line to its master: registers, comes back after a loss, obeys only the newest master it has met. */
export class WorldLine {
  readonly #deps: WorldLineDeps;
  readonly #unheard = new Unheard();
  #wire: LaunchWire | undefined;
  /** Every one it ever opened: they all end with the process. */
  readonly #wires: LaunchWire[] = [];
  #isDelayed = false;
  #wasRegistered = false;
  #epoch: number | undefined;
  #lostAt: number | undefined;
  /** Since when the master has known this process without a break; `undefined` while it does not. */
  linkedAt: number | undefined;

  constructor(deps: WorldLineDeps) {
    this.#deps = deps;
  }

  get wire(): LaunchWire | undefined {
    return this.#wire;
  }

  /** The newest master this process has met. */
  get epoch(): number {
    return this.#epoch ?? 0;
  }

  send(message: FromLaunch): void {
    this.#unheard.keep(message);
    if (this.linkedAt !== undefined) this.#wire?.toAcceptor(message);
    else if (message.type === "saves") this.#writeDown();
  }

  /** Says who is here, and finds out what of all it said has arrived. */
  beat(): void {
    this.send({ type: "heartbeat", roster: this.#deps.roster() });
    if (this.linkedAt === undefined) return;
    this.#unheard.ask();
    this.#wire?.probe("dialer", () => this.#deps.whenAwake(() => this.#unheard.answered()));
  }

  /** While there is no master, what it must learn is written down. */
  #writeDown(): void {
    const { words } = this.#unheard;
    if (words && this.linkedAt === undefined) this.#deps.write({ launch: this.#deps.order.launch, ...words });
  }

  /** Ends once all that was said has arrived, or is written down. */
  close(done: () => void): void {
    const { nature, whenAwake } = this.#deps;
    if (this.linkedAt === undefined) return done();
    this.#wire?.probe("dialer", () => whenAwake(done));
    nature.after(leaveMs, () =>
      whenAwake(() => {
        this.linkedAt = undefined;
        done();
      }),
    );
  }

  drop(): void {
    this.#writeDown();
    this.linkedAt = undefined;
    for (const wire of this.#wires) wire.drop("dialer");
  }

  /** @param isAgain a second connection beside the first, which stays open */
  dial(isAgain = false): void {
    const { nature, limits, version, order, pid, port, temper } = this.#deps;
    if (isAgain && this.linkedAt === undefined) return;
    const isMine = (): boolean => wire !== undefined && this.#wire === wire;
    const wire = this.#deps.dialMaster({
      hear: (message) => this.#deps.whenAwake(() => isMine() && this.#hear(message)),
      closed: () => this.#deps.whenAwake(() => isMine() && this.#lose()),
    });
    this.#wire = wire;
    this.linkedAt = undefined;
    this.#isDelayed = false;
    if (!wire) return this.#lose();
    this.#wires.push(wire);
    const { launch, world, token } = order;
    const { staleToken = "of-no-launch-at-all" } = this.#deps;
    const guise = guiseOf({ temper, pid });
    wire.toAcceptor({
      type: "register",
      launch,
      token: guise === "wrongToken" ? "somebody-else-altogether" : temper === "stale" ? staleToken : token,
      world: guise === "wrongWorld" ? "nowhere" : world,
      version: guise === "wrongVersion" ? "0.0" : version,
      protocol: 1,
      pid,
      endpoint: { port },
      roster: this.#deps.roster(),
      ...(this.#epoch !== undefined && { epoch: this.#epoch }),
    });
    nature.after(limits.registrationAckMs, () =>
      this.#deps.whenAwake(() => {
        if (!isMine() || this.linkedAt !== undefined || this.#isDelayed) return;
        if (!this.#wasRegistered) return this.#deps.ended(21);
        this.#hangUp(wire);
      }),
    );
  }

  #hangUp(wire: LaunchWire): void {
    wire.close("dialer", closeCodes.helloTimeout.code);
    this.#lose();
  }

  #lose(): void {
    const { nature, limits } = this.#deps;
    this.#wire = undefined;
    this.linkedAt = undefined;
    this.#lostAt ??= nature.now();
    this.#writeDown();
    if (nature.now() - this.#lostAt >= limits.masterLossMs) return this.#deps.ended(20);
    nature.after(nature.between(20, 1500), () =>
      this.#deps.whenAwake(() => {
        if (!this.#wire) this.dial();
      }),
    );
  }

  #hear(message: ToLaunch): void {
    if ("epoch" in message) {
      // Not of a master that is behind the times.
      if (message.epoch < this.epoch) return this.#wire && this.#hangUp(this.#wire);
      this.#epoch = message.epoch;
    }
    if (message.type === "unsaved") return this.#unheard.unsaved();
    if (message.type === "registration.delayed") {
      this.#isDelayed = true;
      this.#lostAt = undefined;
    }
    if (message.type === "registration.refused") return this.#deps.ended(0);
    if (message.type === "registered") this.#welcomed();
    this.#deps.hear(message);
  }

  #welcomed(): void {
    const { nature, limits, write } = this.#deps;
    this.#wasRegistered = true;
    this.#lostAt = undefined;
    this.linkedAt = nature.now();
    for (const message of this.#unheard.messages(limits.arrayItems)) this.send(message);
    write(undefined);
  }
}
