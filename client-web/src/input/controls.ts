import type { Client, Goal } from "../app/view.ts";
import { kept } from "../kept.ts";
import { Gamepads } from "./gamepad.ts";
import { Keyboard } from "./keyboard.ts";
import { parseKeys, type Action, type Keys } from "./keys.ts";
import { still, type Point } from "./stick.ts";
import { Touch } from "./touch.ts";

export type Device = "keyboard" | "gamepad" | "touch";

/** How near a tap must be to a portal's middle to mean the portal, in world units. */
const tapReach = 44;
const stored = "portcade.keys";

export interface ControlsOptions {
  readonly client: Client;
  readonly canvas: HTMLCanvasElement;
  readonly stick: HTMLElement;
  toWorld(clientX: number, clientY: number): Point;
  /** The character or thing drawn there, if any. */
  entityAt(point: Point): Goal | undefined;
  /** What is not for the world: writing, sound, figures. */
  press(action: "chat" | "mute" | "network"): void;
  changed(device: Device): void;
}

/** Keyboard, gamepad and fingers as one will: where to walk, and when to use what is there. */
export class Controls {
  device: Device = matchMedia("(pointer: coarse)").matches ? "touch" : "keyboard";
  readonly #site = kept("localStorage");
  readonly #options: ControlsOptions;
  readonly #keyboard: Keyboard;
  readonly #gamepads: Gamepads;
  readonly #touch: Touch;
  #sent: Point = still;

  constructor(options: ControlsOptions) {
    const { canvas, stick } = options;
    this.#options = options;
    this.#keyboard = new Keyboard(canvas, parseKeys(this.#site.getItem(stored)), (action) =>
      this.#act(action, "keyboard"),
    );
    this.#gamepads = new Gamepads((action) => this.#act(action, "gamepad"));
    this.#touch = new Touch(canvas, stick, (x, y) => this.#goTo(x, y));
    canvas.addEventListener("pointerdown", (event) => event.pointerType !== "mouse" && this.#use("touch"));
    addEventListener("blur", () => this.release());
    document.addEventListener("visibilitychange", () => document.hidden && this.#halt());
  }

  get keys(): Keys {
    return this.#keyboard.keys;
  }

  set keys(keys: Keys) {
    this.#keyboard.keys = keys;
    this.#site.setItem(stored, JSON.stringify(keys));
  }

  /** Tells the client the direction held now; once a frame. A walk to a goal goes on until one is held. */
  poll(): void {
    if (this.#gamepads.poll()) this.#use("gamepad");
    const heading = [this.#touch.heading, this.#keyboard.heading, this.#gamepads.heading].find(
      (one) => one !== still,
    );
    this.#steer(heading ?? still);
  }

  /** Lets go of everything, as when the page is hidden or a text field takes over. */
  release(): void {
    this.#keyboard.release();
    this.#touch.release();
    this.#steer(still);
  }

  /** A page that nobody sees walks nowhere, not even to a goal. */
  #halt(): void {
    this.release();
    this.#options.client.steer(0, 0);
  }

  #steer(to: Point): void {
    if (to.x === this.#sent.x && to.y === this.#sent.y) return;
    this.#sent = to;
    this.#options.client.steer(to.x, to.y);
  }

  #act(action: Action, device: Device): void {
    this.#use(device);
    if (action === "use") this.#options.client.use();
    else if (action === "chat" || action === "mute" || action === "network") this.#options.press(action);
  }

  #goTo(clientX: number, clientY: number): void {
    const { client } = this.#options;
    if (client.loaded === undefined) return;
    const point = this.#options.toWorld(clientX, clientY);
    const hit = Object.entries(client.loaded.map.portals).find(
      // A gate stands above its portal's middle, so more of it can be tapped upwards.
      ([, portal]) =>
        Math.abs(point.x - portal.x) < tapReach && point.y > portal.y - 96 && point.y < portal.y + tapReach,
    );
    if (hit) client.walkTo({ x: hit[1].x, y: hit[1].y, portal: hit[0] });
    else client.walkTo(this.#options.entityAt(point) ?? point);
  }

  #use(device: Device): void {
    if (this.device === device) return;
    this.device = device;
    this.#options.changed(device);
  }
}
