import type { Limits } from "#shared/limits.ts";
import type { Commands } from "#shared/protocol/commands.ts";
import { stepPlayer } from "#shared/step-player.ts";
import type { Body, Command, Ground } from "#shared/step-player.ts";

export interface Identity {
  readonly name: string;
  readonly guest: boolean;
}

type Pace = Pick<Limits, "commandsPerTick" | "commandCredit">;

/** A player's body and the commands that wait to move it. */
export class Avatar {
  readonly entity: number;
  readonly identity: Identity;
  body: Body;
  /** Others see it, and it moves. */
  isActive = false;
  /** The position was set, not walked to, and its player has not been told yet. */
  wasSet = true;
  /** The number of the newest command the body includes. */
  ack = 0;
  readonly #pace: Pace;
  readonly #queue: { number: number; command: Command }[] = [];
  #newest = 0;
  #credit: number;

  constructor(entity: number, identity: Identity, body: Body, pace: Pace) {
    this.entity = entity;
    this.identity = identity;
    this.body = body;
    this.#pace = pace;
    this.#credit = pace.commandCredit;
  }

  /** Queues what is newer than everything before; returns how many older ones had to make room. */
  receive({ first, commands }: Commands): number {
    if (!this.isActive) return 0;
    commands.forEach((command, index) => {
      const number = first + index;
      if (number <= this.#newest) return;
      this.#newest = number;
      this.#queue.push({ number, command });
    });
    // What could never be caught up would only be lag from now on.
    return this.#queue.splice(0, Math.max(0, this.#queue.length - this.#pace.commandCredit)).length;
  }

  /** Time passes: commands run as far as real time has earned them; without any the body stands still. */
  advance(ticks: number, ground: Ground): void {
    this.#credit = Math.min(this.#pace.commandCredit, this.#credit + ticks * this.#pace.commandsPerTick);
    const due = this.#queue.splice(0, this.#credit);
    this.#credit -= due.length;
    for (const { number, command } of due) {
      this.body = stepPlayer(this.body, command, ground);
      this.ack = number;
    }
  }

  /** Stands still from now on; what was queued is forgotten. */
  stop(): void {
    this.#queue.length = 0;
  }
}
