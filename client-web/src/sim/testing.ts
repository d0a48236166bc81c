import { limits } from "#shared/limits.ts";
import type { Commands } from "#shared/protocol/commands.ts";
import { stepPlayer, type Body, type Command, type Ground } from "#shared/step-player.ts";
import { Line, type LineShape } from "../net/line.ts";

/** A map drawn in text, `#` solid, for tests. */
export function drawn(rows: readonly string[], tile = 32): Ground {
  return { tile, isSolid: (column, row) => rows[row]?.[column] !== "." };
}

/** Messages on their way over a line. */
export class Link<T> {
  readonly #line: Line;
  #queue: { at: number; item: T }[] = [];

  constructor(shape: LineShape, luck: () => number) {
    this.#line = new Line(shape, luck);
  }

  send(item: T, now: number): void {
    this.#queue.push({ at: this.#line.arrival(now), item });
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
