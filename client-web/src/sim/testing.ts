import { limits } from "#shared/limits.ts";
import type { Commands } from "#shared/protocol/commands.ts";
import { stepPlayer, type Body, type Command, type Ground } from "#shared/step-player.ts";

/** A map drawn in text, `#` solid, for tests. */
export function drawn(rows: readonly string[], tile = 32): Ground {
  return { tile, isSolid: (column, row) => rows[row]?.[column] !== "." };
}

/** Numbers from a seed, 0–1. */
export function luckOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export interface LinkShape {
  readonly delayMs: number;
  readonly jitterMs: number;
  /** Share of messages lost once and sent again; everything behind one waits for it. */
  readonly loss: number;
}

/** One direction of a TCP connection: nothing lost, nothing overtaken, the late ones hold up the rest. */
export class Link<T> {
  readonly #shape: LinkShape;
  readonly #luck: () => number;
  #queue: { at: number; item: T }[] = [];
  #lastAt = 0;

  constructor(shape: LinkShape, luck: () => number) {
    this.#shape = shape;
    this.#luck = luck;
  }

  send(item: T, now: number): void {
    const { delayMs, jitterMs, loss } = this.#shape;
    const again = this.#luck() < loss ? Math.max(200, 2 * delayMs + 3 * limits.tickMs) : 0;
    this.#lastAt = Math.max(this.#lastAt, now + delayMs + this.#luck() * jitterMs + again);
    this.#queue.push({ at: this.#lastAt, item });
  }

  arrived(now: number): T[] {
    const due = this.#queue.filter(({ at }) => at <= now);
    this.#queue = this.#queue.slice(due.length);
    return due.map(({ item }) => item);
  }
}

/** The world's side of movement: three commands a tick, and credit to catch up after a gap. */
export class Authority {
  body: Body;
  ack = 0;
  readonly #ground: Ground;
  #queue: { seq: number; command: Command }[] = [];
  #credit = 0;

  constructor(start: Body, ground: Ground) {
    this.body = start;
    this.#ground = ground;
  }

  hear({ first, commands }: Commands): void {
    commands.forEach((command, index) => {
      if (first + index > this.ack) this.#queue.push({ seq: first + index, command });
    });
  }

  tick(): void {
    const budget = limits.commandsPerTick + this.#credit;
    const due = this.#queue.splice(0, budget);
    this.#credit = Math.min(limits.commandCredit, budget - due.length);
    for (const { seq, command } of due) {
      this.body = stepPlayer(this.body, command, this.#ground);
      this.ack = seq;
    }
  }
}
