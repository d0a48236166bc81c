import type { Envelope } from "#core/inbox.ts";
import type { Facts } from "#core/facts.ts";
import type { MachineSet } from "#core/machines.ts";
import { connectionOf } from "#core/restart.ts";
import { delayOf, doubtOf, parkedAs, partingOf, refusalOf } from "#core/stall.ts";
import { kindOf, type Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { Batch } from "./batch.ts";
import { Mail } from "./mail.ts";
import { Doubt } from "./doubt.ts";
import { type Bus, type Log, type Nature, type Peers, type Store, StoreUnavailable } from "./ports.ts";

const retryMs = 1000;
const batchUnits = 512;

export interface Deps {
  readonly machines: MachineSet;
  readonly store: Store;
  readonly bus: Bus;
  readonly nature: Nature;
  readonly log: Log;
  readonly facts: Facts;
  /** Engines that run the other machines of a cluster. */
  readonly peers?: Peers | undefined;
  /**
   * When to take what has arrived; at the end of this turn of the event loop when absent. What reads many
   * sockets waits until all of them were read, so that whatever they said shares a commit.
   */
  readonly soon?: (take: () => void) => void;
}

/**
 * Runs machines. Takes what has arrived, steps each machine it is for, commits the whole batch, and
 * only then lets anything out: nothing is said before it is true.
 *
 * When a commit fails the batch never happened. Requests in it are answered `try_later`, facts wait
 * (the newest of each kind) and are tried again every second; what needs no commit, such as chat, goes on.
 */
export class Engine {
  readonly #deps: Deps;
  readonly #states = new Map<Address, Phased>();
  readonly #wakes = new Map<Address, { at: number; cancel: () => void }>();
  readonly #mail: Mail | undefined;
  readonly #doubt: Doubt;
  readonly #batchDeps: ConstructorParameters<typeof Batch>[0];
  #arrivals: Envelope[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;
  #stalledUntil: number | undefined;
  #parked = new Map<string, Envelope>();
  #said = 0;
  /** Differs from every other message's id, of this engine by its number and of others by its name. */
  readonly #messageId: () => string;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#doubt = new Doubt(deps.store);
    this.#batchDeps = { ...deps, store: this.#doubt };
    const name = deps.nature.newId("m");
    this.#messageId = () => `${name}.${++this.#said}`;
    this.#mail = deps.peers && new Mail(deps.peers, deps.nature, () => this.#wake());
  }

  /** After a restart the store is the whole truth: wake what is due, wait for the rest. */
  start(): void {
    for (const [address, state] of this.#deps.store.load()) {
      if (this.#mail?.load(address, state)) continue;
      this.#keep(address, state);
      const lost = connectionOf(address, state);
      if (lost) this.tell(lost.from, address, { type: lost.type });
    }
    this.#mail?.resend();
  }

  get isStalled(): boolean {
    return this.#stalledUntil !== undefined;
  }

  /** What every live machine of a kind is now; the read side for routes, metrics and the operator. */
  *states(kind?: string): Iterable<[Address, Phased]> {
    for (const entry of this.#states) if (kind === undefined || kindOf(entry[0]) === kind) yield entry;
  }

  /** Says something to a machine on behalf of an outsider. */
  tell(from: Address, to: Address, body: { readonly type: string }): void {
    this.deliver({ id: this.#messageId(), from, to, body } as Envelope);
  }

  deliver(envelope: Envelope): void {
    if (this.#stopped) return;
    const isFull = this.#arrivals.length >= this.#deps.facts.limits.waitingWords;
    if (isFull && this.#turnAway(envelope)) return;
    this.#arrivals.push(envelope);
    this.#wake();
  }

  /**
   * There is no room for what somebody says: they are told, by a refusal or by the end of their connection.
   *
   * @returns false for the few who cannot say it again, and who cannot flood us either
   */
  #turnAway(envelope: Envelope): boolean {
    const id = this.#messageId();
    const answer = refusalOf(envelope, id) ?? partingOf(envelope, id);
    if (answer) this.#deps.bus.send(answer);
    return answer !== undefined;
  }

  /** Takes what another engine sent, once however often it comes; `done` says that it need not come again. */
  receive(envelope: Envelope, done: () => void): void {
    if (!this.#stopped && this.#mail?.accept(envelope, done)) this.deliver(envelope);
  }

  /** Resolves when everything that has arrived is handled; nothing is taken afterwards. */
  async stop(): Promise<void> {
    await this.#running;
    this.kill();
  }

  /** Ends at once: what was not committed never happened, what was not said is not said. */
  kill(): void {
    this.#stopped = true;
    for (const { cancel } of this.#wakes.values()) cancel();
    this.#wakes.clear();
  }

  #wake(): void {
    this.#running ??= this.#drain();
  }

  async #drain(): Promise<void> {
    const { soon } = this.#deps;
    await (soon ? new Promise<void>(soon) : undefined);
    while ((this.#arrivals.length > 0 || this.#mail?.takeDue()) && !this.#stopped) {
      const units = this.#arrivals.splice(0, batchUnits);
      if (this.#isWaiting()) for (const unit of units) await this.#tryWithoutCommit(unit);
      else await this.#run(units);
    }
    this.#running = undefined;
  }

  async #run(units: readonly Envelope[]): Promise<void> {
    try {
      // Alone: what is tried again begins other machines every time, and would add to what is to be put right.
      if (this.#doubt.isCast) await this.#commit({ writes: new Map(), woken: new Map() });
      if (this.#stopped) return;
      const batch = this.#batch(units);
      if (batch.writes.size > 0) await this.#commit(batch);
      if (this.#stopped) return;
      if (batch.writes.size > 0) this.#recovered();
      this.#publish(batch);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#stall(error.message);
      for (const unit of units) await this.#tryWithoutCommit(unit);
    }
  }

  async #commit({ writes, woken }: Pick<Batch, "writes" | "woken">): Promise<void> {
    this.#doubt.amend(writes);
    try {
      await this.#deps.store.commit(writes);
      this.#doubt.settle();
    } catch (error) {
      this.#doubt.cast(writes, (address) => this.#states.get(address) ?? woken.get(address));
      throw error;
    }
  }

  /** A unit that writes nothing durable happens anyway; any other is refused or waits. */
  async #tryWithoutCommit(unit: Envelope): Promise<void> {
    try {
      const batch = this.#batch([unit]);
      if (batch.writes.size === 0) return this.#publish(batch);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    const refusal = refusalOf(unit, this.#messageId());
    if (refusal) return this.#deps.bus.send(refusal);
    const name = parkedAs(unit);
    // Those that replace each other are as many as there are connections and machines.
    const isOneMore = name === unit.id && this.#parked.size >= this.#deps.facts.limits.waitingWords;
    if (isOneMore && this.#turnAway(unit)) return;
    this.#parked.set(name, unit);
    const delay = delayOf(unit, this.#messageId(), this.#deps.facts.masterEpoch);
    if (delay) this.#deps.bus.send(delay);
  }

  #batch(units: readonly Envelope[]): Batch {
    const batch = new Batch(
      this.#batchDeps,
      this.isStalled,
      (address) => this.#states.get(address),
      this.#messageId,
    );
    for (const unit of units) batch.take(unit);
    this.#mail?.enclose(units, batch);
    return batch;
  }

  #publish(batch: Batch): void {
    for (const [address, state] of batch.changed) this.#keep(address, state);
    for (const transition of batch.transitions) this.#deps.log.transition(transition);
    for (const envelope of batch.outbound)
      if (!this.#deps.peers?.has(envelope.to)) this.#deps.bus.send(envelope);
    this.#mail?.committed(batch.writes);
  }

  /** Everything is woken when it asked; kinds that are read on demand are not kept besides. */
  #keep(address: Address, state: Phased | undefined): void {
    const isKept = this.#deps.machines[kindOf(address)]?.tier !== "durable";
    if (state && isKept) this.#states.set(address, state);
    else this.#states.delete(address);
    const armed = this.#wakes.get(address);
    if (armed?.at === state?.wakeAt) return;
    armed?.cancel();
    this.#wakes.delete(address);
    if (state?.wakeAt === undefined) return;
    const cancel = this.#deps.nature.wakeAt(state.wakeAt, () => {
      this.#wakes.delete(address);
      this.tell(address, address, { type: "deadline" });
    });
    this.#wakes.set(address, { at: state.wakeAt, cancel });
  }

  #isWaiting(): boolean {
    return this.#stalledUntil !== undefined && this.#deps.nature.now() < this.#stalledUntil;
  }

  #stall(reason: string): void {
    if (this.#stalledUntil === undefined) this.#deps.log.stalled(true, reason);
    this.#stalledUntil = this.#deps.nature.now() + retryMs;
    this.#deps.nature.wakeAt(this.#stalledUntil, () => this.#retry());
  }

  #retry(): void {
    // News first: whoever was heard meanwhile is not judged by a deadline from before.
    const waiting = [...this.#parked.values()].sort((a, b) => Number(isDeadline(a)) - Number(isDeadline(b)));
    this.#parked = new Map();
    this.#arrivals.unshift(...waiting);
    if (waiting.length === 0 || this.#stopped) return;
    // One word to each, however much of theirs waits.
    const doubts = waiting.map((unit) => doubtOf(unit, this.#messageId()));
    for (const doubt of new Map(doubts.map((one) => [one?.to, one])).values())
      if (doubt) this.#deps.bus.send(doubt);
    this.#wake();
  }

  #recovered(): void {
    if (this.#stalledUntil === undefined) return;
    this.#stalledUntil = undefined;
    this.#deps.log.stalled(false);
  }
}

function isDeadline({ body }: Envelope): boolean {
  return (body as { type: string }).type === "deadline";
}
