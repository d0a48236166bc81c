import { still, stickRadius, touchStick, type Point } from "./stick.ts";

/** A finger that moved less than this, in page pixels, has tapped. */
const tapPixels = 12;

interface Press {
  readonly id: number;
  readonly from: Point;
  readonly isTouch: boolean;
  hasMoved: boolean;
}

/**
 * Fingers and mouse on the canvas. A finger dragged on the left half is a stick that floats where it
 * touched down; a tap or click anywhere is a place to go to.
 */
export class Touch {
  heading: Point = still;
  readonly #canvas: HTMLCanvasElement;
  readonly #stick: HTMLElement;
  readonly #tap: (x: number, y: number) => void;
  readonly #presses = new Map<number, Press>();
  #driver: number | undefined;

  constructor(canvas: HTMLCanvasElement, stick: HTMLElement, tap: (x: number, y: number) => void) {
    this.#canvas = canvas;
    this.#stick = stick;
    this.#tap = tap;
    canvas.addEventListener("pointerdown", this.#down);
    canvas.addEventListener("pointermove", this.#move);
    canvas.addEventListener("pointerup", this.#up);
    canvas.addEventListener("pointercancel", (event) => this.#end(event.pointerId));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  release(): void {
    for (const id of this.#presses.keys()) this.#end(id);
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#presses.set(event.pointerId, {
      id: event.pointerId,
      from: { x: event.clientX, y: event.clientY },
      isTouch: event.pointerType !== "mouse",
      hasMoved: false,
    });
  };

  readonly #move = (event: PointerEvent): void => {
    const press = this.#presses.get(event.pointerId);
    if (press === undefined) return;
    const to = { x: event.clientX, y: event.clientY };
    if (Math.hypot(to.x - press.from.x, to.y - press.from.y) > tapPixels) press.hasMoved = true;
    const mayDrive = press.isTouch && press.hasMoved && press.from.x < this.#canvas.clientWidth / 2;
    if (mayDrive) this.#driver ??= press.id;
    if (this.#driver !== press.id) return;
    this.heading = touchStick(press.from, to);
    this.#show(press.from, to);
  };

  readonly #up = (event: PointerEvent): void => {
    const press = this.#presses.get(event.pointerId);
    this.#end(event.pointerId);
    if (press && !press.hasMoved) this.#tap(event.clientX, event.clientY);
  };

  #end(id: number): void {
    this.#presses.delete(id);
    if (this.#driver !== id) return;
    this.#driver = undefined;
    this.heading = still;
    this.#stick.hidden = true;
  }

  #show(from: Point, to: Point): void {
    const box = this.#canvas.getBoundingClientRect();
    const length = Math.max(1, Math.hypot(to.x - from.x, to.y - from.y) / stickRadius);
    const knob = this.#stick.firstElementChild as HTMLElement;
    this.#stick.hidden = false;
    this.#stick.style.left = `${from.x - box.left}px`;
    this.#stick.style.top = `${from.y - box.top}px`;
    knob.style.translate = `${(to.x - from.x) / length}px ${(to.y - from.y) / length}px`;
  }
}
