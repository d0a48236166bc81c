import { limits } from "#shared/limits.ts";
import { stepDoor } from "./door.ts";
import { openDoor, type Door, type DoorEffect, type DoorInput } from "./door-state.ts";

/** For the door's tests: the words it is told, and a door to tell them to. */

export const place = { world: "hub", x: 10, y: 20, facing: 0 };
const hash = (letter: string): string => letter.repeat(64);

export const expected = (admission: string, session = `of-${admission}`): DoorInput => ({
  type: "expect",
  admission,
  ticketHash: hash(admission),
  session,
  name: "Ada",
  guest: false,
  at: place,
  expiresMs: 10_000,
});
export const shown = (admission: string, connection = `by-${admission}`): DoorInput => ({
  type: "show",
  connection,
  re: 1,
  ticketHash: hash(admission),
});
export const active = (admission: string): DoorInput => ({ type: "activate", admission });
export const portal = (connection: string, request = "r1"): DoorInput => ({
  type: "usePortal",
  connection,
  re: 5,
  request,
  portal: "Door",
  target: "left_world",
  spawn: "Door",
});
export const hold = (request: string): DoorInput => ({
  type: "hold",
  admission: "a",
  request,
  forMs: 20_000,
});
export const unhold = (request: string): DoorInput => ({
  type: "unhold",
  admission: "a",
  request,
  reason: "already_travelling",
});

/** A door that remembers what it did last, and a clock to turn. */
export class Played {
  door: Door;
  now = 0;
  effects: readonly DoorEffect[] = [];

  constructor(capacity = 200, change: Partial<typeof limits> = {}) {
    this.door = openDoor({ capacity, limits: { ...limits, ...change } });
  }

  take(...inputs: DoorInput[]): this {
    for (const input of inputs) {
      const step = stepDoor(this.door, input, { now: this.now, placeOf: () => place });
      this.door = step.door;
      this.effects = step.effects;
    }
    return this;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  get told(): object[] {
    return this.effects.flatMap((effect) => (effect.type === "tell" ? [effect.message] : []));
  }

  get types(): string[] {
    return this.effects.map(({ type }) => type);
  }
}

/** Somebody plays here: admission `a`, by connection `by-a`. */
export const inside = (): Played => new Played().take(expected("a"), shown("a"), active("a"));
