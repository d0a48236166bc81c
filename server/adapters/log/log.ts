import { createHmac, randomBytes } from "node:crypto";
import type { DestinationStream, Level } from "pino";
import type { Log, Transition } from "#engine/ports.ts";
import { PhaseClock } from "#engine/phase-clock.ts";
import { type Address, idOf, kindOf } from "#shared/address.ts";
import { Descriptor } from "./descriptor.ts";
import { escape, type Fields } from "./escape.ts";
import { lineOf } from "./event-lines.ts";
import { type MarkerFacts, markersOf } from "./markers.ts";
import { createSink, type LogFormat, type LogLevel, type Sink } from "./sink.ts";

export interface LogOptions extends MarkerFacts {
  readonly format: LogFormat;
  readonly level: LogLevel;
  /** Who writes, in every JSON line. */
  readonly node?: string;
  /** For tests; standard output otherwise. */
  readonly to?: DestinationStream;
}

/** Events worth a person's attention; every other adapter event is routine. */
const warnings = new Set([
  "link.violated",
  "packs.refused",
  "worlds.refused",
  "operator.closed",
  "host.failed",
  "engine.stalled",
  "backup.failed",
  "log.dropped",
  "settings.warned",
]);
/** Events that a stranger can cause as often as they like: so many lines a second, then only a count. */
const sampled = new Set(["link.violated", "link.opened", "link.closed"]);
const sampleMax = 50;
const sampleMs = 1000;

/**
 * The master's log. A line says what happened and to whom, never what was said: fields are picked one by
 * one, so that no ticket, token or text of a peer can slip in, and accounts appear under a pseudonym.
 */
export class MasterLog implements Log, AsyncDisposable {
  readonly #sink: Sink;
  readonly #facts: MarkerFacts;
  readonly #phases = new PhaseClock();
  readonly #pseudonyms = randomBytes(16);
  readonly #output: Descriptor | undefined;
  readonly #flush = (): void => this.#output?.flush();
  #sample = { since: 0, written: 0, left: 0 };

  constructor({ format, level, node = "master", to, urlOf }: LogOptions) {
    this.#facts = { urlOf };
    this.#output = to ? undefined : new Descriptor(1, (lines) => this.report("log.dropped", { lines }));
    this.#sink = createSink(format, level, node, to ?? (this.#output as Descriptor));
    if (this.#output) process.on("exit", this.#flush);
  }

  /** A machine took an input: its event is the phase it reached. */
  transition(event: Transition): void {
    const ms = this.#phases.spent(event);
    const markers = markersOf(event, this.#facts);
    const level: Level = markers.length > 0 || event.before !== event.after ? "info" : "debug";
    if (!this.#sink.isOn(level)) return;
    const fields: Fields = {
      event: event.handled ? `${kindOf(event.id)}.${eventOf(event)}` : `${kindOf(event.id)}.stray`,
      at: round(event.at),
      id: this.#public(event.id),
      from: event.before,
      input: escape(event.input),
      cause: this.#public(event.cause),
      reason: reasonOf(event),
      ms: ms === undefined ? undefined : round(ms),
    };
    for (const line of markers.length > 0 ? markers : [undefined]) this.#sink.write(level, fields, line);
  }

  /** The engine cannot commit, or can again. */
  stalled(isStalled: boolean, reason?: string): void {
    this.report(isStalled ? "engine.stalled" : "engine.resumed", { reason });
  }

  /** What an adapter noticed, such as `link.closed` or `host.exited`. */
  readonly report = (event: string, fields: Readonly<Record<string, string | number | undefined>>): void => {
    const level: Level = warnings.has(event) ? "warn" : "info";
    if (!this.#sink.isOn(level)) return;
    const left = sampled.has(event) ? this.#leftOut() : 0;
    if (left === undefined) return;
    const entries = Object.entries(fields).map(([key, value]) => [key, this.#safe(value)] as const);
    const safe: Fields = Object.fromEntries(entries);
    this.#sink.write(level, { event, ...safe, leftOut: left || undefined }, lineOf(event, safe));
  };

  /** One commit; only a slow one is worth a line by default. */
  readonly committed = ({ writes, ms }: { writes: number; ms: number }): void => {
    const level: Level = ms > 20 ? "warn" : "debug";
    if (this.#sink.isOn(level)) this.#sink.write(level, { event: "store.committed", writes, ms: round(ms) });
  };

  /** Resolves when everything is written; the last thing before the process ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#output?.drained();
    process.off("exit", this.#flush);
  }

  /** `undefined` when this line is one too many; else how many were left out before it. */
  #leftOut(): number | undefined {
    const now = performance.now();
    if (now - this.#sample.since >= sampleMs) {
      const { left } = this.#sample;
      this.#sample = { since: now, written: 1, left: 0 };
      return left;
    }
    if (this.#sample.written < sampleMax) {
      this.#sample.written += 1;
      return 0;
    }
    this.#sample.left += 1;
    return undefined;
  }

  #safe(value: string | number | undefined): string | number | undefined {
    if (typeof value !== "string") return value;
    return value.startsWith("account:") ? this.#public(value as Address) : escape(value);
  }

  /** An account's address holds its name; the log knows it by a pseudonym that lasts as long as this process. */
  #public(address: Address): string {
    if (kindOf(address) !== "account") return escape(address);
    const digest = createHmac("sha256", this.#pseudonyms).update(idOf(address)).digest("hex");
    return `account:~${digest.slice(0, 12)}`;
  }
}

/** The phase reached; an ended machine is named after how it ended. */
function eventOf({ id, input, after, before }: Transition): string {
  if (after !== "absent") return after;
  if (before === "absent") return "ignored";
  if (kindOf(id) !== "travel") return "ended";
  return before === "departing" || input === "arrived" || input === "seen" ? "arrived" : "refused";
}

/** Reasons are closed lists of codes; whatever else calls itself one is escaped like everything. */
function reasonOf({ body, state, previous }: Transition): string | undefined {
  for (const holder of [body, state, previous]) {
    if (holder && "reason" in holder && typeof holder.reason === "string") return escape(holder.reason);
  }
  return undefined;
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
