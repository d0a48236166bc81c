import type { RawData, WebSocket } from "ws";
import type { Nature } from "#engine/ports.ts";
import { closeCodes, type CloseName } from "#shared/protocol/close-codes.ts";
import { type Check, decode, type FrameBounds } from "#shared/protocol/frame.ts";
import { Allowance } from "./allowance.ts";

export type Clock = Pick<Nature, "now" | "wakeAt">;

export interface LinkBounds extends FrameBounds {
  /** The bound of the first frame, from a peer nobody knows yet. */
  readonly firstBytes: number;
  readonly framesPerSecond: number;
  readonly frameBurst: number;
  /** Bytes a peer may send; twice as many at once. Unbounded but by its frames when absent. */
  readonly bytesPerSecond?: number;
  readonly strikes: number;
  readonly pingMs: number;
  readonly pongMs: number;
  /** Above this many unsent bytes we stop reading the peer; above `dropBytes` we drop it. */
  readonly pauseBytes: number;
  readonly dropBytes: number;
}

/** What the owner of a link hears about it. */
export interface LinkOwner<T> {
  message(message: T): void;
  /** A binary frame came; without this method it is a bad frame. Those over the rate are dropped, no harm done. */
  binary?(bytes: Uint8Array): void;
  /** A frame was refused: `badFrame` closes the link after this call, `tooManyFrames` dropped one frame. */
  violated(why: "badFrame" | "tooManyFrames", fault: string): void;
  /** The peer answered a ping sent with `probe`. */
  answered(): void;
  /** Said once, when the socket is gone; `why` is set when this side closed it. */
  closed(code: number, why: CloseName | undefined): void;
}

const probePayload = "welcome";

/** One live socket: bounded in what it may send, how fast, how quietly, and how slowly it may read. */
export class Link<T> {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #check: Check<T>;
  readonly #bounds: LinkBounds;
  readonly #owner: LinkOwner<T>;
  readonly #frames: Allowance;
  readonly #bytes: Allowance | undefined;
  #strikes = 0;
  #isFirst = true;
  #heardAt: number;
  #pingedAt: number | undefined;
  #why: CloseName | undefined;
  #stopWatch: () => void = () => {};
  readonly #gone = Promise.withResolvers<void>();

  constructor(socket: WebSocket, clock: Clock, check: Check<T>, bounds: LinkBounds, owner: LinkOwner<T>) {
    this.#socket = socket;
    this.#clock = clock;
    this.#check = check;
    this.#bounds = bounds;
    this.#owner = owner;
    this.#frames = new Allowance(bounds.framesPerSecond / 1000, bounds.frameBurst, clock.now());
    const { bytesPerSecond } = bounds;
    if (bytesPerSecond) this.#bytes = new Allowance(bytesPerSecond / 1000, bytesPerSecond * 2, clock.now());
    this.#heardAt = clock.now();
    // Without this listener one malformed frame would end the process; ws closes the socket by itself.
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("ping", () => this.#hear());
    socket.on("pong", (payload) => {
      this.#hear();
      if (payload.toString() === probePayload) owner.answered();
    });
    socket.once("close", (code) => {
      this.#stopWatch();
      owner.closed(code, this.#why);
      this.#gone.resolve();
    });
    this.#watch(this.#heardAt + bounds.pingMs);
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get isOpen(): boolean {
    return this.#why === undefined && this.#socket.readyState === this.#socket.OPEN;
  }

  /** Resolves when the socket has ended. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  send(frame: string | Uint8Array): void {
    if (!this.isOpen) return;
    this.#socket.send(frame, () => this.#resume());
    const waiting = this.#socket.bufferedAmount;
    if (waiting > this.#bounds.dropBytes) {
      this.#why = "tooSlow";
      this.#socket.terminate();
    } else if (waiting > this.#bounds.pauseBytes) this.#socket.pause();
  }

  /** Asks for the answer that `answered` reports: everything sent before it has then been received. */
  probe(): void {
    if (this.isOpen) this.#socket.ping(probePayload);
  }

  close(why: CloseName): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    // A paused socket would never read the peer's answer to the close.
    this.#socket.resume();
    this.#socket.close(closeCodes[why].code, why);
  }

  #resume(): void {
    if (this.#socket.isPaused && this.#socket.bufferedAmount <= this.#bounds.pauseBytes)
      this.#socket.resume();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#hear();
    if (this.#why !== undefined) return;
    const bytes = data as Buffer;
    if (!this.#mayRead(bytes.length)) {
      if (isBinary && this.#owner.binary) return;
      this.#strikes++;
      this.#owner.violated("tooManyFrames", "rate");
      if (this.#strikes >= this.#bounds.strikes) this.close("tooManyFrames");
      return;
    }
    const most = this.#isFirst ? this.#bounds.firstBytes : this.#bounds.bytes;
    this.#isFirst = false;
    if (bytes.length > most) return this.#refuse("too_large");
    if (isBinary) return this.#owner.binary ? this.#owner.binary(bytes) : this.#refuse("binary");
    const decoded = decode(this.#check, bytes.toString(), this.#bounds);
    if (decoded.ok) this.#owner.message(decoded.message);
    else this.#refuse(decoded.fault);
  }

  #mayRead(bytes: number): boolean {
    const now = this.#clock.now();
    return this.#frames.take(now) && (this.#bytes?.take(now, bytes) ?? true);
  }

  #refuse(fault: string): void {
    this.#owner.violated("badFrame", fault);
    this.close("badFrame");
  }

  #hear(): void {
    this.#heardAt = this.#clock.now();
    this.#pingedAt = undefined;
  }

  /** One timer per link: it looks when silence could first be too long, not at every message. */
  #watch(at: number): void {
    this.#stopWatch = this.#clock.wakeAt(at, () => {
      const now = this.#clock.now();
      if (this.#pingedAt !== undefined) {
        this.#socket.terminate();
      } else if (now >= this.#heardAt + this.#bounds.pingMs) {
        this.#pingedAt = now;
        if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
        this.#watch(now + this.#bounds.pongMs);
      } else this.#watch(this.#heardAt + this.#bounds.pingMs);
    });
  }
}
