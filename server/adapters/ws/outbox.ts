import type { Limits } from "#shared/limits.ts";
import type { ChatLine, Push } from "#shared/protocol/client-master.ts";
import { encode } from "#shared/protocol/frame.ts";
import { BuiltFrame } from "./frames.ts";
import type { Clock } from "./link.ts";
import { type Kept, PushLog } from "./push-log.ts";

/** While everybody was told something this long ago, the next such things gather. */
const joinMs = 5;

/** Where several engines speak, what is said to a session may come so long before the word where its connection is. */
const earlyMs = 1000;

/** What a connection must be able to do for an outbox. */
export interface Outlet {
  send(frame: BuiltFrame): void;
}

/** Said to everybody and not yet sent to all. */
interface Gathered {
  readonly seq: number;
  readonly frame: BuiltFrame;
}

/** What was said to one session alone, and how far its connection has been told. */
interface Outbox {
  /** Absent until something was said to it alone. */
  own: PushLog | undefined;
  /** The newest push when the outbox was made: those before it are not its own. */
  readonly bornAt: number;
  /** Of what everybody hears, its connection was sent all up to this number. */
  told: number;
  outlet: Outlet | undefined;
  callOff: () => void;
}

/** Said before it was known where its session is; lost at `until`. */
interface Early {
  readonly body: Push;
  readonly until: number;
}

export interface Resumption {
  /** The push number the welcome stands for: whatever follows is newer. */
  readonly seq: number;
  readonly complete: boolean;
  readonly missed: readonly string[];
}

/**
 * All pushes of this master. They share one growing number, so what everybody hears is built and kept once;
 * a session sees gaps in it and thinks nothing of them.
 *
 * What everybody hears leaves at once when it is quiet. For a moment after that it gathers, and leaves as
 * many frames in one write. What is said to one session never waits: it takes along what has gathered.
 */
export class Outboxes {
  readonly #epoch: string;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #of = new Map<string, Outbox>();
  /** Said to sessions that have no outbox yet; numbered once they have. */
  readonly #early = new Map<string, Early[]>();
  readonly #everybody: PushLog;
  readonly #chat: ChatLine[] = [];
  #seq = 0;
  #gathered: Gathered[] = [];
  #closeWindow: (() => void) | undefined;

  constructor(epoch: string, limits: Limits, clock: Clock) {
    this.#epoch = epoch;
    this.#limits = limits;
    this.#clock = clock;
    this.#everybody = new PushLog(limits);
  }

  /** The last lines everybody was told. */
  get chat(): readonly ChatLine[] {
    return this.#chat;
  }

  push(session: string, body: Push): void {
    const outbox = this.#of.get(session);
    if (!outbox) return this.#keepEarly(session, body);
    const push = this.#next(body);
    outbox.own ??= new PushLog(this.#limits);
    outbox.own.add(push);
    outbox.outlet?.send(inOneWrite([...this.#waitingFor(outbox), new BuiltFrame(push.text)]));
    outbox.told = push.seq;
  }

  broadcast(body: Push): void {
    if (body.type === "chat.line") {
      this.#chat.push({ line: body.line, name: body.name, text: body.text });
      if (this.#chat.length > this.#limits.chatHistory) this.#chat.shift();
    }
    const push = this.#next(body);
    this.#everybody.add(push);
    this.#gathered.push({ seq: push.seq, frame: new BuiltFrame(push.text) });
    if (!this.#closeWindow) this.flush();
  }

  /** Sends everybody what has gathered. */
  flush(): void {
    this.#closeWindow?.();
    const [first] = this.#gathered;
    if (!first) return void (this.#closeWindow = undefined);
    const all = inOneWrite(this.#gathered.map(({ frame }) => frame));
    for (const outbox of this.#of.values()) {
      if (outbox.told < first.seq) outbox.outlet?.send(all);
      else if (outbox.told < this.#seq) this.#catchUp(outbox);
      outbox.told = this.#seq;
    }
    this.#gathered = [];
    // After the loop: when there are many to tell, telling them is what takes the time.
    this.#closeWindow = this.#clock.wakeAt(this.#clock.now() + joinMs, () => this.flush());
  }

  /** Asks, before it is attached, what a connection that heard everything up to `since` has missed. */
  resume(session: string, since: { epoch: string; seq: number } | undefined): Resumption {
    const nothing = { seq: this.#seq, missed: this.#takeEarly(session) };
    if (since === undefined) return { ...nothing, complete: true };
    const outbox = this.#of.get(session);
    const isOurs = since.epoch === this.#epoch && since.seq <= this.#seq;
    if (!outbox || !isOurs || since.seq < outbox.bornAt) return { ...nothing, complete: false };
    const now = this.#clock.now();
    const said = this.#everybody.since(since.seq, now);
    const own = outbox.own === undefined ? [] : outbox.own.since(since.seq, now);
    if (!said || !own) return { ...nothing, complete: false };
    const missed = [...said, ...own].sort((a, b) => a.seq - b.seq);
    return { seq: since.seq, complete: true, missed: missed.map(({ text }) => text) };
  }

  /** From now on the session's pushes go to this connection, which has been sent all that was said so far. */
  attach(session: string, outlet: Outlet): void {
    const seq = this.#seq;
    const outbox = this.#of.get(session);
    outbox?.callOff();
    const { own, bornAt } = outbox ?? { own: undefined, bornAt: seq };
    this.#of.set(session, { own, bornAt, told: seq, outlet, callOff: nothingToCallOff });
  }

  /** The connection is gone; its session may come back while its pushes are kept. */
  detach(session: string, outlet: Outlet): void {
    const outbox = this.#of.get(session);
    if (outbox?.outlet !== outlet) return;
    outbox.outlet = undefined;
    const { detachGraceMs, pushBufferMs } = this.#limits;
    outbox.callOff = this.#clock.wakeAt(this.#clock.now() + Math.max(detachGraceMs, pushBufferMs), () => {
      this.#of.delete(session);
    });
  }

  #keepEarly(session: string, body: Push): void {
    const until = this.#clock.now() + earlyMs;
    const early = this.#early.get(session) ?? [];
    this.#early.set(session, [...early, { body, until }].slice(-this.#limits.pushBufferCount));
    this.#clock.wakeAt(until, () => {
      const isOver = this.#early.get(session)?.every((one) => one.until <= until);
      if (isOver) this.#early.delete(session);
    });
  }

  #takeEarly(session: string): string[] {
    const early = this.#early.get(session) ?? [];
    this.#early.delete(session);
    return early.filter(({ until }) => until > this.#clock.now()).map(({ body }) => this.#next(body).text);
  }

  #waitingFor({ told }: Outbox): BuiltFrame[] {
    return this.#gathered.filter(({ seq }) => seq > told).map(({ frame }) => frame);
  }

  #catchUp(outbox: Outbox): void {
    const waiting = this.#waitingFor(outbox);
    if (waiting.length > 0) outbox.outlet?.send(inOneWrite(waiting));
  }

  #next(body: Push): Kept {
    const seq = ++this.#seq;
    return { seq, at: this.#clock.now(), text: encode({ ...body, seq }) };
  }
}

function nothingToCallOff(): void {}

/** Whole frames one after the other; the receiver sees no difference. */
function inOneWrite(frames: readonly BuiltFrame[]): BuiltFrame {
  const [first] = frames;
  return frames.length === 1 && first ? first : new BuiltFrame(frames);
}
