import type { Envelope } from "#core/inbox.ts";
import type { SimNature } from "./nature.ts";

/** An engine's end: `done` is called when an envelope need not come again. */
type Receiver = (envelope: Envelope, done: () => void) => void;

interface Queue {
  readonly to: number;
  /** Not yet answered for, oldest first. */
  readonly kept: Envelope[];
  arrivesAt: number;
}

const usualMs = 4;
const tailMs = 150;
const twice = 0.03;

/**
 * What carries envelopes between engines and outlives them all. It keeps each until its receiver has answered
 * for it and keeps the order of each pair; now and then it delivers one twice.
 */
export class Broker {
  readonly #nature: SimNature;
  readonly #queues = new Map<string, Queue>();
  readonly #receivers = new Map<number, Receiver>();

  constructor(nature: SimNature) {
    this.#nature = nature;
  }

  /** Takes an envelope from an engine; `posted` is called when it is kept here. */
  publish(from: number, to: number, envelope: Envelope, posted: () => void): void {
    const pair = `${from} ${to}`;
    const queue = this.#queues.get(pair) ?? { to, kept: [], arrivesAt: 0 };
    this.#queues.set(pair, queue);
    // One that is offered again, by an engine that was killed before it knew, is kept again: nobody here looks.
    queue.kept.push(envelope);
    this.#carry(queue, envelope);
    this.#nature.after(this.#delay(), posted);
  }

  /** An engine begins to listen: whatever it has not answered for comes again. */
  attach(engine: number, receive: Receiver): void {
    this.#receivers.set(engine, receive);
    for (const queue of this.#queues.values())
      if (queue.to === engine) for (const envelope of queue.kept) this.#carry(queue, envelope);
  }

  detach(engine: number): void {
    this.#receivers.delete(engine);
  }

  #carry(queue: Queue, envelope: Envelope): void {
    const { to } = queue;
    const receiver = this.#receivers.get(to);
    const times = this.#nature.chance(twice) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      queue.arrivesAt = Math.max(queue.arrivesAt, this.#nature.now() + this.#delay());
      this.#nature.wakeAt(queue.arrivesAt, () => {
        // Meant for a life that is over: the next one is offered all of it.
        if (!receiver || this.#receivers.get(to) !== receiver) return;
        receiver(envelope, () => {
          const index = queue.kept.indexOf(envelope);
          if (index >= 0) queue.kept.splice(index, 1);
        });
      });
    }
  }

  #delay(): number {
    return this.#nature.luck() * (this.#nature.chance(0.05) ? tailMs : usualMs);
  }
}
