import { connect, type Socket } from "node:net";
import { FrameCutter, type Piece } from "./frames.ts";
import { now } from "./wait.ts";

/** From whoever dialled to whoever was dialled, or back. */
export type Way = "up" | "down";

/** How a line ends: with a goodbye of the system (FIN), or without (RST). */
export type Cut = { readonly way: Way; readonly bytes: number; readonly how: "end" | "reset" };

export type Target = { readonly path: string } | { readonly port: number; readonly host: string };

export interface PipeEvents {
  /** A frame is about to pass. */
  passing(pipe: Pipe, way: Way, piece: Piece): void;
  /** It has passed. */
  passed(pipe: Pipe, way: Way, piece: Piece): void;
  ended(pipe: Pipe): void;
}

const tickMs = 20;

/** One connection through a proxy, and what is wrong with it. */
export class Pipe {
  /** What the handshake asked for: `/hub`. */
  readonly asked: string;
  /** What has passed each way, bytes. */
  readonly passed = { up: 0, down: 0 };
  /** Whatever the proxy's owner wants to remember of it. */
  readonly notes = new Map<string, string>();
  cut: Cut | undefined;
  /** Bytes a second each way; as fast as it goes when absent. */
  bytesPerSecond: number | undefined;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #on: PipeEvents;
  readonly #ways: Record<Way, { cutter: FrameCutter; waiting: Buffer[]; sentAt: number }>;
  #isHeld = false;
  #isDeaf = false;
  #isOver = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param first what was read of `near` already */
  constructor(near: Socket, target: Target, asked: string, on: PipeEvents) {
    this.asked = asked;
    this.#near = near;
    this.#far = connect({ ...target });
    this.#on = on;
    const way = () => ({ cutter: new FrameCutter(), waiting: [], sentAt: now() });
    this.#ways = { up: way(), down: way() };
    for (const socket of [near, this.#far]) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => this.#closed());
    }
    this.#far.on("data", (chunk: Buffer) => this.take("down", chunk));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whoever was dialled has ended its side. */
  get isLeft(): boolean {
    return this.#far.closed;
  }

  /** Whoever dialled has. */
  get isLeftByDialler(): boolean {
    return this.#near.closed;
  }

  /** Something came that is to pass this way. */
  take(way: Way, chunk: Buffer): void {
    if (this.#isDeaf || this.#isOver) return;
    for (const piece of this.#ways[way].cutter.take(chunk)) {
      this.#on.passing(this, way, piece);
      if (this.#isOver) return;
      this.#ways[way].waiting.push(piece.bytes);
      this.#flow(way);
      this.#on.passed(this, way, piece);
    }
  }

  /** Nothing passes until `release`, and nothing is lost. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#flow("up");
    this.#flow("down");
  }

  /** From now on what either side sends is lost, and neither is told: not even of the other's end. */
  deafen(): void {
    this.#isDeaf = true;
  }

  end(how: Cut["how"]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const socket of [this.#near, this.#far])
      // A socket file knows no reset.
      if (how === "reset" && socket.remoteAddress !== undefined) socket.resetAndDestroy();
      else if (how === "reset") socket.destroy();
      else socket.destroySoon();
    this.#on.ended(this);
  }

  #closed(): void {
    if (!this.#isDeaf) this.end("end");
    else if (this.#near.closed && this.#far.closed) this.end("end");
  }

  #flow(way: Way): void {
    if (this.#isHeld || this.#isOver) return;
    const { waiting } = this.#ways[way];
    while (waiting.length > 0 && !this.#isOver) {
      const allowed = this.#allowed(way);
      if (allowed === 0) return;
      const next = waiting[0] as Buffer;
      const part = next.subarray(0, allowed);
      if (part.length === next.length) waiting.shift();
      else waiting[0] = next.subarray(part.length);
      this.#send(way, part);
    }
  }

  /** What may pass now: slow lines give a little every tick. */
  #allowed(way: Way): number {
    if (this.bytesPerSecond === undefined) return Infinity;
    this.#timer ??= setInterval(() => {
      this.#flow("up");
      this.#flow("down");
    }, tickMs);
    const state = this.#ways[way];
    const gone = Math.min(now() - state.sentAt, tickMs * 5);
    const bytes = Math.floor((gone * this.bytesPerSecond) / 1000);
    if (bytes > 0) state.sentAt = now();
    return bytes;
  }

  #send(way: Way, bytes: Buffer): void {
    const { cut } = this;
    const left = cut?.way === way ? cut.bytes - this.passed[way] : Infinity;
    const part = bytes.subarray(0, Math.max(0, left));
    this.passed[way] += part.length;
    (way === "up" ? this.#far : this.#near).write(part);
    if (cut && left <= bytes.length) this.end(cut.how);
  }
}
