/** A line as bad as wanted. */
export interface LineShape {
  /** Milliseconds added to a round trip, half of them each way. */
  readonly lagMs: number;
  /** How many of those milliseconds it may be more, or fewer. */
  readonly jitterMs: number;
  /** Share of packets that get lost, 0–1. */
  readonly loss: number;
}

/** Three later packets tell the sender that one is missing; there are twenty a second. */
const noticeMs = 150;
/** A sender that hears nothing sends again after two round trips, but not sooner. */
const leastResendMs = 200;
const packetBytes = 1400;

/**
 * One direction of a TCP connection over a bad line: everything arrives, and in order. What was lost is sent again
 * once it is missed, and all that follows waits for it.
 */
export class Line {
  readonly #shape: LineShape;
  readonly #luck: () => number;
  #lastAt = -Infinity;

  /** `luck` gives numbers from 0 to 1. */
  constructor(shape: LineShape, luck: () => number) {
    this.#shape = shape;
    this.#luck = luck;
  }

  /** When a message sent at `now` arrives, milliseconds. */
  arrival(now: number, bytes = 0): number {
    const { lagMs, jitterMs, loss } = this.#shape;
    const swing = (this.#luck() * 2 - 1) * jitterMs;
    const packets = Math.max(1, Math.ceil(bytes / packetBytes));
    const isLost = this.#luck() >= (1 - loss) ** packets;
    const resendMs = isLost ? Math.min(noticeMs + lagMs, Math.max(leastResendMs, 2 * lagMs)) : 0;
    this.#lastAt = Math.max(this.#lastAt, now + Math.max(0, lagMs + swing) / 2 + resendMs);
    return this.#lastAt;
  }
}

/** Numbers from 0 to 1, the same for the same seed. */
export function luckOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
