import { commandCount, commandX, commandY, firstCommand } from "#shared/protocol/commands.ts";
import { walk } from "#shared/step-player.ts";
import type { Body, Ground, MovingBody } from "#shared/step-player.ts";

/** How far ahead of its body a walker on a stalled line is seen at most, in times of the credit to catch up. */
const presumedCredits = 2;

export interface Identity {
  readonly name: string;
  readonly guest: boolean;
}

export interface Pace {
  /** Commands a tick earns. */
  readonly commandsPerTick: number;
  /** Commands that may be saved up: what a late bundle may catch up with at once. */
  readonly commandCredit: number;
  /** Commands that may wait for their turn. */
  readonly commandQueue: number;
}

/** A player's body and the commands that wait to move it. Playing on allocates nothing. */
export class Avatar {
  readonly entity: number;
  readonly identity: Identity;
  readonly body: MovingBody;
  /** Others see it, and it moves. */
  isActive = false;
  /** The position was set, not walked to, and its player has not been told yet. */
  wasSet = true;
  /** The number of the newest command the body includes. */
  ack = 0;
  readonly #pace: Pace;
  /** A ring of waiting commands: their numbers and directions. */
  readonly #numbers: Uint32Array;
  readonly #dx: Int8Array;
  readonly #dy: Int8Array;
  #first = 0;
  #waiting = 0;
  #newest = 0;
  #isWalking = false;
  /** The direction of the newest command that ran. */
  #lastX = 0;
  #lastY = 0;
  /** How many commands a walker whose line stalls has sent since, presumably. */
  #missed = 0;
  readonly #presumed: MovingBody = { x: 0, y: 0, facing: 0 };
  #credit: number;
  /** Commands of real time that a stalled line kept from a walker, beyond the credit. */
  #owed = 0;

  constructor(entity: number, identity: Identity, { x, y, facing }: Body, pace: Pace) {
    this.entity = entity;
    this.identity = identity;
    this.body = { x, y, facing };
    this.#pace = pace;
    this.#credit = pace.commandCredit;
    this.#numbers = new Uint32Array(pace.commandQueue);
    this.#dx = new Int8Array(pace.commandQueue);
    this.#dy = new Int8Array(pace.commandQueue);
  }

  set({ x, y, facing }: Body): void {
    this.body.x = x;
    this.body.y = y;
    this.body.facing = facing;
    this.wasSet = true;
  }

  /**
   * Queues what is newer than everything before; returns how many older ones had to make room.
   * `frame` is a commands frame (commands.ts).
   */
  receive(frame: Uint8Array): number {
    if (!this.isActive) return 0;
    const first = firstCommand(frame);
    const count = commandCount(frame);
    let dropped = 0;
    for (let index = 0; index < count; index++) {
      const number = first + index;
      if (number <= this.#newest) continue;
      this.#newest = number;
      dropped += this.#keep(number, commandX(frame, index), commandY(frame, index));
    }
    return dropped;
  }

  /** Time passes: commands run as far as real time has earned them; without any the body stands still. */
  advance(ticks: number, ground: Ground): void {
    const due = this.#spend(ticks);
    for (let run = 0; run < due; run++) {
      const at = this.#first;
      const dx = this.#dx[at] ?? 0;
      const dy = this.#dy[at] ?? 0;
      walk(this.body, dx, dy, ground);
      this.#isWalking = dx !== 0 || dy !== 0;
      this.#lastX = dx;
      this.#lastY = dy;
      this.ack = this.#numbers[at] ?? 0;
      this.#first = (at + 1) % this.#pace.commandQueue;
    }
    this.#waiting -= due;
    this.#presume(ticks, due);
  }

  /**
   * Where the others see it. While a walker's line stalls that is where it has gone meanwhile if it walks on; the
   * body itself waits for the commands. Its player may have stopped, so after a second it is seen where it is.
   */
  seenBody(ground: Ground): Body {
    const { commandCredit, commandQueue } = this.#pace;
    if (this.#missed === 0 || this.#missed > commandQueue) return this.body;
    const presumed = this.#presumed;
    presumed.x = this.body.x;
    presumed.y = this.body.y;
    presumed.facing = this.body.facing;
    for (let run = Math.min(this.#missed, presumedCredits * commandCredit); run > 0; run--)
      walk(presumed, this.#lastX, this.#lastY, ground);
    return presumed;
  }

  /** A line that has become slower for good is allowed for slowly, one command a tick, so that nobody seems to halt. */
  #presume(ticks: number, due: number): void {
    const late = ticks * this.#pace.commandsPerTick - due - (due > 0 ? ticks : 0);
    this.#missed = this.#isWalking ? Math.max(0, this.#missed + late) : 0;
  }

  /**
   * How many commands may run now. What real time has earned is kept as credit; what a walker could not use because
   * its line stalled for longer than the credit lasts comes back slowly, one command a tick, or it would lag from
   * then on. So nobody ever comes further than real time and the credit, and nobody far at once.
   */
  #spend(ticks: number): number {
    const { commandCredit, commandQueue, commandsPerTick } = this.#pace;
    const earned = ticks * commandsPerTick;
    const isStarved = this.#isWalking && this.#waiting < earned;
    const budget = this.#credit + earned;
    const back = Math.max(0, Math.min(ticks, this.#owed, this.#waiting - budget));
    const due = Math.min(this.#waiting, budget + back);
    const left = budget + back - due;
    this.#credit = Math.min(commandCredit, left);
    this.#owed -= back;
    if (isStarved) this.#owed = Math.min(commandQueue, this.#owed + left - this.#credit);
    else if (!this.#isWalking) this.#owed = 0;
    return due;
  }

  /** Stands still from now on; what was queued is forgotten. */
  stop(): void {
    this.#waiting = 0;
    this.#isWalking = false;
    this.#missed = 0;
  }

  /**
   * What waits longest makes room. There is more of it than credit, so that a line that stalls a little longer than
   * the credit lasts costs its player some lag, and no correction.
   */
  #keep(number: number, dx: number, dy: number): number {
    const room = this.#pace.commandQueue;
    const isFull = this.#waiting === room;
    const at = (this.#first + this.#waiting) % room;
    this.#numbers[at] = number;
    this.#dx[at] = dx;
    this.#dy[at] = dy;
    if (isFull) this.#first = (this.#first + 1) % room;
    else this.#waiting++;
    return isFull ? 1 : 0;
  }
}
