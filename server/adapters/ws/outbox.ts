import type { Limits } from "#shared/limits.ts";
import type { ChatLine, Push } from "#shared/protocol/client-master.ts";
import { encode } from "#shared/protocol/frame.ts";
import type { Clock } from "./link.ts";

interface Kept {
  readonly seq: number;
  readonly at: number;
  readonly frame: string;
}

/** What a connection must be able to do for an outbox. */
export interface Outlet {
  send(frame: string): void;
}

/** One session's pushes: numbered, written to its connection, and kept for a while in case that connection is gone. */
class Outbox {
  readonly #kept: Kept[] = [];
  /** The newest push that can no longer be replayed. */
  #lost: number;
  outlet: Outlet | undefined;
  calledOff: () => void = () => {};

  constructor(seq: number) {
    this.#lost = seq;
  }

  add(push: Kept, limits: Limits): void {
    this.#kept.push(push);
    const oldest = push.at - limits.pushBufferMs;
    while (this.#kept.length > limits.pushBufferCount || (this.#kept[0]?.at ?? oldest) < oldest) {
      this.#lost = this.#kept.shift()?.seq ?? this.#lost;
    }
    this.outlet?.send(push.frame);
  }

  /** Frames after `seq`, or `undefined` when some are gone. */
  since(seq: number, oldest: number): readonly string[] | undefined {
    const isGone = this.#kept.some((push) => push.seq > seq && push.at < oldest);
    if (seq < this.#lost || isGone) return undefined;
    return this.#kept.filter((push) => push.seq > seq).map((push) => push.frame);
  }
}

export interface Resumption {
  /** The push number the welcome stands for: whatever follows is newer. */
  readonly seq: number;
  readonly complete: boolean;
  readonly missed: readonly string[];
}

/**
 * All pushes of this master. They share one growing number, so what everybody hears is built once;
 * a session sees gaps in it and thinks nothing of them.
 */
export class Outboxes {
  readonly #epoch: string;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #of = new Map<string, Outbox>();
  readonly #chat: ChatLine[] = [];
  #seq = 0;

  constructor(epoch: string, limits: Limits, clock: Clock) {
    this.#epoch = epoch;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** The last lines everybody was told. */
  get chat(): readonly ChatLine[] {
    return this.#chat;
  }

  push(session: string, body: Push): void {
    this.#of.get(session)?.add(this.#next(body), this.#limits);
  }

  broadcast(body: Push): void {
    if (body.type === "chat.line") {
      this.#chat.push({ line: body.line, name: body.name, text: body.text });
      if (this.#chat.length > this.#limits.chatHistory) this.#chat.shift();
    }
    const push = this.#next(body);
    for (const outbox of this.#of.values()) outbox.add(push, this.#limits);
  }

  /** Asks what a connection that heard everything up to `since` has missed. */
  resume(session: string, since: { epoch: string; seq: number } | undefined): Resumption {
    if (since === undefined) return { seq: this.#seq, complete: true, missed: [] };
    const oldest = this.#clock.now() - this.#limits.pushBufferMs;
    const missed =
      since.epoch === this.#epoch && since.seq <= this.#seq
        ? this.#of.get(session)?.since(since.seq, oldest)
        : undefined;
    return missed
      ? { seq: since.seq, complete: true, missed }
      : { seq: this.#seq, complete: false, missed: [] };
  }

  /** From now on the session's pushes go to this connection. */
  attach(session: string, outlet: Outlet): void {
    const outbox = this.#of.get(session) ?? new Outbox(this.#seq);
    this.#of.set(session, outbox);
    outbox.calledOff();
    outbox.outlet = outlet;
  }

  /** The connection is gone; its session may come back while its pushes are kept. */
  detach(session: string, outlet: Outlet): void {
    const outbox = this.#of.get(session);
    if (outbox?.outlet !== outlet) return;
    outbox.outlet = undefined;
    const { detachGraceMs, pushBufferMs } = this.#limits;
    outbox.calledOff = this.#clock.wakeAt(this.#clock.now() + Math.max(detachGraceMs, pushBufferMs), () => {
      this.#of.delete(session);
    });
  }

  #next(body: Push): Kept {
    const seq = ++this.#seq;
    return { seq, at: this.#clock.now(), frame: encode({ ...body, seq }) };
  }
}
