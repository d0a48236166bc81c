import type { Transport } from "#shared/transport.ts";
import type { BuiltFrame } from "./frames.ts";

/** What a link hears from its transport. */
export interface TransportEvents {
  /** One message. The bytes are valid during the call; those of a text are UTF-8. */
  message(bytes: Buffer, isBinary: boolean): void;
  ping(): void;
  pong(payload: Buffer): void;
  /** What was queued has left, or most of it. */
  flushed(): void;
  /** Said once, when the connection is gone: 1006 without a goodbye of the peer, 1005 when that had no code. */
  closed(code: number): void;
}

/** A server's end of a WebSocket: a master's is the `ws` package's, a world's our own. */
export interface LinkTransport extends Transport {
  readonly isOpen: boolean;
  readonly isPaused: boolean;
  /** Starts reading. Called once. */
  listen(events: TransportEvents): void;
  /** Queues frames that many peers are sent alike. */
  sendBuilt(frame: BuiltFrame): void;
  /**
   * Queues the whole unmasked frames that lie in `buffer` from `start` to `end` (`frameInPlace`).
   *
   * @returns true when all of it has left or was copied, so that the buffer may be written again; false when it
   *   is kept until it has left, and the caller needs a new one
   */
  sendFramed(buffer: Uint8Array, start: number, end: number): boolean;
  /** At most 125 bytes, which come back with the pong. */
  ping(payload?: string): void;
  /** Stops reading, so that the peer is slowed down. */
  pause(): void;
  resume(): void;
  /** Ends the connection without a goodbye. */
  terminate(): void;
}
