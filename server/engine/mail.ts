import type { Envelope } from "#core/inbox.ts";
import { idOf, kindOf, type Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { Batch } from "./batch.ts";
import type { Nature, Peers, Writes } from "./ports.ts";

/** A sent envelope until the others have it; the row lies beside the states, so that one commit covers both. */
type Sent = Phased & { phase: "sent"; envelope: Envelope };
/** The id of an envelope that was handled, for as long as it may come again. */
type Handled = Phased & { phase: "handled"; until: number };

/** Longer than anybody goes on offering an envelope that has been handled. */
const rememberMs = 600_000;
const flushMs = 1_000;

/**
 * What goes to the machines of other engines and what comes from them. Both are committed with the batch that
 * sends or handles them: a kill loses nothing that was decided, and what comes twice is handled once.
 */
export class Mail {
  readonly #peers: Peers;
  readonly #nature: Nature;
  readonly #wake: () => void;
  readonly #handled = new Map<Address, number>();
  /** What is under way here, and whom to tell once it is committed. */
  readonly #receipts = new Map<string, () => void>();
  /** Rows of envelopes that were handed over; they go with the next commit. */
  readonly #settled = new Set<Address>();
  readonly #unsent: Envelope[] = [];
  #isArmed = false;
  #isDue = false;

  /** @param wake lets the engine make a batch of nothing but mail */
  constructor(peers: Peers, nature: Nature, wake: () => void) {
    this.#peers = peers;
    this.#nature = nature;
    this.#wake = wake;
  }

  /** Takes a row of its own at the start; `false` for a machine's state. */
  load(address: Address, row: Phased): boolean {
    if (kindOf(address) === "sent") this.#unsent.push((row as Sent).envelope);
    else if (kindOf(address) === "handled") this.#handled.set(address, (row as Handled).until);
    else return false;
    return true;
  }

  /** Hands over what an earlier life committed and perhaps did not. */
  resend(): void {
    for (const envelope of this.#unsent.splice(0)) this.#send(envelope);
  }

  /** Whether an envelope is new and must be handled; `done` is called when it need not come again. */
  accept({ id }: Envelope, done: () => void): boolean {
    const isHandled = this.#handled.has(handledRow(id));
    const isUnderWay = this.#receipts.has(id);
    if (isHandled) done();
    else this.#receipts.set(id, done);
    return !isHandled && !isUnderWay;
  }

  /** Whether no commit has come by for a while: then one is made for what has settled. Says so once. */
  takeDue(): boolean {
    const isDue = this.#isDue;
    this.#isDue = false;
    return isDue;
  }

  /** Adds to what a batch commits. */
  enclose(units: readonly Envelope[], { outbound, writes }: Pick<Batch, "outbound" | "writes">): void {
    this.#isDue = false;
    const now = this.#nature.now();
    for (const envelope of outbound)
      if (this.#peers.has(envelope.to)) writes.set(sentRow(envelope.id), sent(envelope));
    for (const { id } of units)
      if (this.#receipts.has(id)) writes.set(handledRow(id), handled(now + rememberMs));
    for (const row of this.#settled) writes.set(row, undefined);
    for (const [row, until] of this.#handled) {
      if (until > now) break;
      writes.set(row, undefined);
    }
  }

  /** The batch is written: what came is answered for, what goes is handed over. */
  committed(writes: Writes): void {
    for (const [address, row] of writes)
      if (kindOf(address) === "sent" && row) this.#send((row as Sent).envelope);
      else if (kindOf(address) === "sent") this.#settled.delete(address);
      else if (kindOf(address) === "handled" && row) this.#close(address, row as Handled);
      else if (kindOf(address) === "handled") this.#handled.delete(address);
  }

  #close(address: Address, { until }: Handled): void {
    const id = idOf(address);
    this.#handled.set(address, until);
    this.#receipts.get(id)?.();
    this.#receipts.delete(id);
  }

  #send(envelope: Envelope): void {
    this.#peers.send(envelope, () => {
      this.#settled.add(sentRow(envelope.id));
      this.#arm();
    });
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#nature.wakeAt(this.#nature.now() + flushMs, () => {
      this.#isArmed = false;
      if (this.#settled.size === 0) return;
      this.#isDue = true;
      this.#wake();
      this.#arm();
    });
  }
}

const sent = (envelope: Envelope): Sent => ({ phase: "sent", envelope });
const handled = (until: number): Handled => ({ phase: "handled", until });
const sentRow = (id: string): Address => `sent:${id}`;
const handledRow = (id: string): Address => `handled:${id}`;
