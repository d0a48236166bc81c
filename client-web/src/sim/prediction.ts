import { limits } from "#shared/limits.ts";
import { commandsPerFrame, type Commands } from "#shared/protocol/commands.ts";
import { stepPlayer, walk, type Body, type Command, type Ground } from "#shared/step-player.ts";
import { Corrections } from "./corrections.ts";

const bundleMs = 50;
const turnMs = 25;
const unackedMost = 120;
const catchUpMs = 250;
const ignoredUnits = 0.5;
const snapUnits = 96;
const smoothMs = 100;

const still: Command = { dx: 0, dy: 0, buttons: 0 };

/** Where to, each way −1…1, for the next 60th of a second. Asked once per step, so a walk may bend in between. */
export type Will = (body: Body) => { readonly x: number; readonly y: number };

/**
 * The own player, moved at once and corrected later. Steps of 1/60 s run the same function the world runs, on
 * commands already in the precision of the wire, so that a good line needs no correction at all.
 */
export class Prediction {
  readonly #ground: Ground;
  readonly #send: (commands: Commands) => boolean;
  #body: Body;
  #before: Body;
  #steppedAt: number | undefined;
  #next = 1;
  #unacked: { seq: number; command: Command }[] = [];
  #unsent = 1;
  #sentAt = 0;
  #last = still;
  #hasTurned = false;
  #offset = { x: 0, y: 0 };
  readonly #corrections = new Corrections();
  #epoch = 0;
  #posedAt: number | undefined;

  /** `send` answers false when the line is backed up; the commands then go with the next bundle. */
  constructor(ground: Ground, start: Body, send: (commands: Commands) => boolean) {
    this.#ground = ground;
    this.#send = send;
    this.#body = start;
    this.#before = start;
  }

  get body(): Body {
    return this.#body;
  }

  /** Where the world disagreed by something one could see. */
  get corrections(): Corrections {
    return this.#corrections;
  }

  /** Grows when the position was set rather than walked to. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Runs the steps due by `now`, and sends what is due. At most a quarter second is made up for. */
  advance(now: number, will: Will): void {
    let at = Math.max(this.#steppedAt ?? now, now - catchUpMs);
    while (at + limits.commandMs <= now) {
      at += limits.commandMs;
      this.#step(quantised(will(this.#body)));
    }
    this.#steppedAt = at;
    this.#flush(now);
  }

  /** Stands still at once, whatever the will says next: the page lost focus or sight. */
  halt(now: number): void {
    if (isStill(this.#last)) return;
    this.#step(still);
    this.#sentAt = 0;
    this.#flush(now);
  }

  /**
   * The world's word on the own position, and the low 16 bits of the newest command it includes. `isSet` says that
   * the position was set, not walked to.
   */
  correct(self: Body, ackBits: number, isSet: boolean, now: number): void {
    const newest = this.#next - 1;
    const ack = newest + (((ackBits - newest) << 16) >> 16);
    this.#unacked = this.#unacked.filter(({ seq }) => seq > ack);
    this.#unsent = Math.max(this.#unsent, ack + 1);
    this.#next = Math.max(this.#next, ack + 1);
    const was = this.#body;
    const body = { x: self.x, y: self.y, facing: self.facing };
    for (const { command } of this.#unacked) walk(body, command.dx, command.dy, this.#ground);
    this.#body = body;
    const error = { x: was.x - body.x, y: was.y - body.y };
    const size = Math.hypot(error.x, error.y);
    if (!isSet && size >= ignoredUnits) this.#corrections.note(size, now);
    if (isSet || size >= snapUnits) return this.#snap();
    this.#before = { ...this.#before, x: this.#before.x - error.x, y: this.#before.y - error.y };
    if (size < ignoredUnits) return;
    this.#offset = { x: this.#offset.x + error.x, y: this.#offset.y + error.y };
  }

  /** What to draw at `now`: between the last two steps, errors fading with a time constant of 100 ms. */
  pose(now: number): Body & { readonly isMoving: boolean } {
    const fade = Math.exp(-(now - (this.#posedAt ?? now)) / smoothMs);
    this.#posedAt = now;
    this.#offset = { x: this.#offset.x * fade, y: this.#offset.y * fade };
    const share = Math.min(1, Math.max(0, (now - (this.#steppedAt ?? now)) / limits.commandMs));
    return {
      x: this.#before.x + (this.#body.x - this.#before.x) * share + this.#offset.x,
      y: this.#before.y + (this.#body.y - this.#before.y) * share + this.#offset.y,
      facing: this.#body.facing,
      isMoving: !isStill(this.#last),
    };
  }

  #step(command: Command): void {
    this.#before = this.#body;
    // One zero command says "stopped"; standing on costs nothing. A world that is silent for two seconds is not
    // walked in any further.
    if ((isStill(command) && isStill(this.#last)) || this.#unacked.length >= unackedMost) return;
    this.#hasTurned ||= command.dx !== this.#last.dx || command.dy !== this.#last.dy;
    this.#last = command;
    this.#unacked.push({ seq: this.#next++, command });
    this.#body = stepPlayer(this.#body, command, this.#ground);
  }

  #flush(now: number): void {
    if (this.#unsent >= this.#next || now - this.#sentAt < (this.#hasTurned ? turnMs : bundleMs)) return;
    const waiting = this.#unacked.filter(({ seq }) => seq >= this.#unsent).slice(0, commandsPerFrame);
    const [first] = waiting;
    if (!first || !this.#send({ first: first.seq, commands: waiting.map(({ command }) => command) })) return;
    this.#unsent = first.seq + waiting.length;
    this.#sentAt = now;
    this.#hasTurned = false;
  }

  #snap(): void {
    this.#before = this.#body;
    this.#offset = { x: 0, y: 0 };
    this.#epoch += 1;
  }
}

/** In the precision of the wire, so that what is predicted is what the world will be told. */
function quantised({ x, y }: { x: number; y: number }): Command {
  const length = Math.max(1, Math.hypot(x, y));
  const whole = (value: number): number => Math.round((value / length) * 127) || 0;
  return { dx: whole(x), dy: whole(y), buttons: 0 };
}

function isStill({ dx, dy }: Command): boolean {
  return dx === 0 && dy === 0;
}
