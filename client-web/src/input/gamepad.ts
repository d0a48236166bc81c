import { padStick, still, type Point } from "./stick.ts";

const buttons = { use: 0, chat: 8, up: 12, down: 13, left: 14, right: 15 } as const;

/** Any standard gamepad, read once a frame. */
export class Gamepads {
  heading: Point = still;
  readonly #wasDown = new Set<"use" | "chat">();
  readonly #press: (action: "use" | "chat") => void;

  constructor(press: (action: "use" | "chat") => void) {
    this.#press = press;
  }

  /** Reads the first connected pad; returns whether anything on it was touched. */
  poll(): boolean {
    const pad = navigator.getGamepads?.().find((candidate) => candidate?.connected);
    if (!pad) {
      this.heading = still;
      return false;
    }
    const isDown = (index: number): boolean => pad.buttons[index]?.pressed === true;
    const cross = {
      x: Number(isDown(buttons.right)) - Number(isDown(buttons.left)),
      y: Number(isDown(buttons.down)) - Number(isDown(buttons.up)),
    };
    this.heading = cross.x !== 0 || cross.y !== 0 ? cross : padStick(pad.axes[0] ?? 0, pad.axes[1] ?? 0);
    for (const action of ["use", "chat"] as const) this.#note(action, isDown(buttons[action]));
    return this.heading !== still || this.#wasDown.size > 0;
  }

  #note(action: "use" | "chat", isDown: boolean): void {
    if (isDown && !this.#wasDown.has(action)) this.#press(action);
    if (isDown) this.#wasDown.add(action);
    else this.#wasDown.delete(action);
  }
}
