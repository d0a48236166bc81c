import type { Nature } from "#engine/ports.ts";
import { closeCodes, type CloseName } from "#shared/protocol/close-codes.ts";
import { type Check, decode, type FrameBounds } from "#shared/protocol/frame.ts";
import { Allowance } from "./allowance.ts";
import { BuiltFrame } from "./frames.ts";
import type { LinkTransport } from "./link-transport.ts";

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
  /**
   * A binary frame came; without this method it is a bad frame. Those over the rate are dropped, no harm done.
   * The bytes are valid during the call.
   */
  binary?(bytes: Uint8Array): void;
  /** A frame was refused: `badFrame` closes the link after this call, `tooManyFrames` dropped one frame. */
  violated(why: "badFrame" | "tooManyFrames", fault: string): void;
  /** The peer answered a ping sent with `probe`. */
  answered(): void;
  /** Said once, when the socket is gone; `why` is set when this side closed it. */
  closed(code: number, why: CloseName | undefined): void;
}

const lookMs = 250;
const probePayload = "welcome";

/** One live socket: bounded in what it may send, how fast, how quietly, and how slowly it may read. */
export class Link<T> {
  readonly #transport: LinkTransport;
  readonly #clock: Clock;
  readonly #check: Check<T>;
  readonly #bounds: LinkBounds;
  readonly #owner: LinkOwner<T>;
  readonly #frames: Allowance;
  readonly #bytes: Allowance | undefined;
  #strikes = 0;
  /** Pings of ours without an answer. */
  #asked = 0;
  #isFirst = true;
  #heardAt: number;
  #pingedAt: number | undefined;
  #why: CloseName | undefined;
  #stopWatch: () => void = () => {};
  readonly #gone = Promise.withResolvers<void>();

  constructor(
    transport: LinkTransport,
    clock: Clock,
    check: Check<T>,
    bounds: LinkBounds,
    owner: LinkOwner<T>,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#check = check;
    this.#bounds = bounds;
    this.#owner = owner;
    this.#frames = new Allowance(bounds.framesPerSecond / 1000, bounds.frameBurst, clock.now());
    const { bytesPerSecond } = bounds;
    if (bytesPerSecond) this.#bytes = new Allowance(bytesPerSecond / 1000, bytesPerSecond * 2, clock.now());
    this.#heardAt = clock.now();
    transport.listen({
      message: (bytes, isBinary) => this.#receive(bytes, isBinary),
      ping: () => void this.#mayHear(0),
      pong: (payload) => this.#answered(payload),
      flushed: () => this.#resume(),
      closed: (code) => {
        this.#stopWatch();
        owner.closed(code, this.#why);
        this.#gone.resolve();
      },
    });
    this.#watch(this.#heardAt + bounds.pingMs);
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  get isOpen(): boolean {
    return this.#why === undefined && this.#transport.isOpen;
  }

  /** Resolves when the socket has ended. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  send(frame: string | Uint8Array | BuiltFrame): void {
    if (!this.isOpen) return;
    if (frame instanceof BuiltFrame) this.#transport.sendBuilt(frame);
    else this.#transport.sendReliable(frame);
    this.#weigh();
  }

  /**
   * Sends the whole frames that lie in `buffer` from `start` to `end` (`frameInPlace`).
   *
   * @returns true when all of it has left or was copied, so that the buffer may be written again; false when the
   *   link keeps it
   */
  sendFramed(buffer: Uint8Array, start: number, end: number): boolean {
    if (!this.isOpen) return true;
    const hasLeft = this.#transport.sendFramed(buffer, start, end);
    this.#weigh();
    return hasLeft;
  }

  /** Asks for the answer that `answered` reports: everything sent before it has then been received. */
  probe(): void {
    if (this.isOpen) this.#ping(probePayload);
  }

  close(why: CloseName): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#transport.close(closeCodes[why].code, why);
  }

  /** A peer that reads too slowly is not read either; one that reads hardly at all is dropped. */
  #weigh(): void {
    const waiting = this.#transport.bufferedBytes;
    if (waiting > this.#bounds.dropBytes) {
      this.#why = "tooSlow";
      this.#transport.terminate();
    } else if (waiting > this.#bounds.pauseBytes) this.#transport.pause();
  }

  #resume(): void {
    if (this.#transport.isPaused && this.#transport.bufferedBytes <= this.#bounds.pauseBytes)
      this.#transport.resume();
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (!this.#mayHear(bytes.length, isBinary && this.#owner.binary !== undefined)) return;
    const most = this.#isFirst ? this.#bounds.firstBytes : this.#bounds.bytes;
    this.#isFirst = false;
    if (bytes.length > most) return this.#refuse("too_large");
    if (isBinary) return this.#owner.binary ? this.#owner.binary(bytes) : this.#refuse("binary");
    const decoded = decode(this.#check, bytes.toString(), this.#bounds);
    if (decoded.ok) this.#owner.message(decoded.message);
    else this.#refuse(decoded.fault);
  }

  #ping(payload?: string): void {
    this.#asked++;
    this.#transport.ping(payload);
  }

  /** A pong is free for whoever was asked for it. */
  #answered(payload: Buffer): void {
    if (this.#asked > 0) {
      this.#asked--;
      this.#hear(this.#clock.now());
    } else if (!this.#mayHear(0)) return;
    if (payload.toString() === probePayload) this.#owner.answered();
  }

  /** Whether a frame of that size is within what the peer may send; a ping is a frame like any other. */
  #mayHear(bytes: number, isHarmless = false): boolean {
    const now = this.#clock.now();
    this.#hear(now);
    if (this.#why !== undefined) return false;
    if (this.#frames.take(now) && (this.#bytes?.take(now, bytes) ?? true)) return true;
    if (isHarmless) return false;
    this.#strikes++;
    this.#owner.violated("tooManyFrames", "rate");
    if (this.#strikes >= this.#bounds.strikes) this.close("tooManyFrames");
    return false;
  }

  #hear(now: number): void {
    this.#heardAt = now;
    this.#pingedAt = undefined;
  }

  #refuse(fault: string): void {
    this.#owner.violated("badFrame", fault);
    this.close("badFrame");
  }

  /**
   * Looks when silence could first be too long, not at every message. All links look in the same moments, so that
   * thousands of silent ones wake the process four times a second and not each for itself.
   */
  #watch(at: number): void {
    this.#stopWatch = this.#clock.wakeAt(Math.ceil(at / lookMs) * lookMs, this.#look);
  }

  readonly #look = (): void => {
    const now = this.#clock.now();
    if (this.#pingedAt !== undefined) {
      // After a hold-up the answer may be here, only not read yet: before the clock rings again it is.
      this.#stopWatch = this.#clock.wakeAt(now, this.#judge);
    } else if (now >= this.#heardAt + this.#bounds.pingMs) {
      this.#pingedAt = now;
      if (this.#transport.isOpen) this.#ping();
      this.#watch(now + this.#bounds.pongMs);
    } else this.#watch(this.#heardAt + this.#bounds.pingMs);
  };

  readonly #judge = (): void => {
    if (this.#pingedAt === undefined) this.#watch(this.#heardAt + this.#bounds.pingMs);
    else this.#transport.terminate();
  };
}
