import { actionOf, type Action, type Keys } from "./keys.ts";
import { still, type Point } from "./stick.ts";

/** The keyboard while the canvas has the focus; anywhere else a key means what it always means. */
export class Keyboard {
  keys: Keys;
  readonly #held = new Set<Action>();
  readonly #press: (action: Action) => void;

  constructor(canvas: HTMLCanvasElement, keys: Keys, press: (action: Action) => void) {
    this.keys = keys;
    this.#press = press;
    canvas.addEventListener("keydown", this.#down);
    canvas.addEventListener("keyup", this.#up);
    canvas.addEventListener("blur", () => this.release());
  }

  get heading(): Point {
    const axis = (less: Action, more: Action): number =>
      Number(this.#held.has(more)) - Number(this.#held.has(less));
    const x = axis("left", "right");
    const y = axis("up", "down");
    return x === 0 && y === 0 ? still : { x, y };
  }

  release(): void {
    this.#held.clear();
  }

  readonly #down = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const action = actionOf(event.code, this.keys);
    if (action === undefined) return;
    event.preventDefault();
    this.#held.add(action);
    if (!event.repeat) this.#press(action);
  };

  readonly #up = (event: KeyboardEvent): void => {
    const action = actionOf(event.code, this.keys);
    if (action !== undefined) this.#held.delete(action);
  };
}
