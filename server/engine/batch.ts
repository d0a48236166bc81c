import type { Envelope, Turn } from "#core/inbox.ts";
import type { Facts } from "#core/facts.ts";
import type { MachineSet } from "#core/machines.ts";
import { kindOf, type Address } from "#shared/address.ts";
import { type Phased, step } from "#shared/machine.ts";
import type { Nature, Peers, Store, Transition } from "./ports.ts";

/** A machine that sets off more than this in one unit is talking in circles. */
const cascadeMax = 10_000;

interface Deps {
  readonly machines: MachineSet;
  readonly store: Pick<Store, "read">;
  readonly nature: Nature;
  readonly facts: Facts;
  readonly peers?: Peers | undefined;
}

/** What a run of arrivals would change and say; nothing has happened yet. */
export class Batch {
  readonly #deps: Deps;
  readonly #isThorough: boolean;
  readonly #current: (address: Address) => Phased | undefined;
  readonly #messageId: () => string;
  /** New states of every tier, `undefined` for an ended machine. */
  readonly changed = new Map<Address, Phased | undefined>();
  /** Those of `changed` that must be committed. */
  readonly writes = new Map<Address, Phased | undefined>();
  /** What machines that sleep in the store were, before any of this. */
  readonly woken = new Map<Address, Phased | undefined>();
  readonly outbound: Envelope[] = [];
  readonly transitions: Transition[] = [];

  /** @param isThorough write what is not worth a commit, too: after one that failed, the next shows whether they work again */
  constructor(
    deps: Deps,
    isThorough: boolean,
    current: (address: Address) => Phased | undefined,
    messageId: () => string,
  ) {
    this.#deps = deps;
    this.#isThorough = isThorough;
    this.#current = current;
    this.#messageId = messageId;
  }

  /** Steps the machine an envelope is for, and every machine here that hears of it as a consequence. */
  take(arrival: Envelope): void {
    const queue: Envelope[] = [arrival];
    for (let next = 0; next < queue.length; next++) {
      if (next > cascadeMax)
        throw new Error(`machines talk in circles after ${arrival.body.type} to ${arrival.to}`);
      this.#step(queue[next] as Envelope, queue);
    }
  }

  #step(envelope: Envelope, queue: Envelope[]): void {
    const { to, from, body } = envelope;
    const machine = this.#deps.machines[kindOf(to)];
    if (!machine) throw new Error(`no machine for ${to}`);
    const before = this.#read(to, machine.tier);
    const now = this.#deps.nature.now();
    // A wake-up that was overtaken finds a later deadline and does nothing.
    if ((body as { type: string }).type === "deadline" && (before?.wakeAt ?? Infinity) > now) return;
    const { handled, state } = step(machine.table, before, body, this.#turn(to, from, now, queue));
    if (state !== before) {
      this.changed.set(to, state);
      const isWorthIt = this.#isThorough || this.writes.has(to) || !isPassing(before, state, machine.passing);
      if (machine.tier !== "volatile" && isWorthIt) this.writes.set(to, state);
    }
    this.transitions.push({
      at: now,
      id: to,
      input: body.type,
      cause: from,
      before: before?.phase ?? "absent",
      after: state?.phase ?? "absent",
      handled,
      body,
      state,
      previous: before,
    });
  }

  #read(address: Address, tier: string): Phased | undefined {
    if (this.changed.has(address)) return this.changed.get(address);
    if (tier !== "durable") return this.#current(address);
    const state = this.#deps.store.read(address);
    this.woken.set(address, state);
    return state;
  }

  #turn(self: Address, from: Address, now: number, queue: Envelope[]): Turn {
    const { nature, facts, machines, peers } = this.#deps;
    const send = (to: Address, body: { type: string }): void => {
      const envelope = { id: this.#messageId(), from: self, to, body } as unknown as Envelope;
      if (kindOf(to) in machines && !peers?.has(to)) queue.push(envelope);
      else this.outbound.push(envelope);
    };
    const newId = (prefix: string): string => nature.newId(prefix);
    return { self, from, now, facts, newId, newSecret: () => nature.newSecret(), send } as Turn;
  }
}

/** Whether nothing has changed but what a restart counts anew. */
function isPassing(
  before: Phased | undefined,
  after: Phased | undefined,
  passing: readonly string[] = [],
): boolean {
  if (passing.length === 0 || !before || !after) return false;
  const was = before as Readonly<Record<string, unknown>>;
  const is = after as Readonly<Record<string, unknown>>;
  return Object.keys({ ...was, ...is }).every((key) => was[key] === is[key] || passing.includes(key));
}
