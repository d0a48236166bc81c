import type { View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, set, write } from "./h.ts";

const side = 24;
const framesPerSecond = 10;
/** The four worlds' colours, light to dark within each. */
const colors = ["#7be0a3", "#5b8cff", "#ff6b6f", "#c07bff"] as const;

/** The first screen: the name with a portal turning in it, and what is being waited for. */
export class TitleScreen {
  readonly element: HTMLElement;
  readonly #portal = h("canvas", { width: side, height: side, "aria-hidden": "true" });
  readonly #doing = h("p", { class: "doing", role: "status" });
  #isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  #drawnBeat = -1;

  constructor() {
    this.element = h(
      "div",
      { class: "title" },
      h("h1", { class: "wordmark", "aria-label": "Portcade" }, span("P"), this.#portal, span("RTCADE")),
      h("p", { class: "tagline" }, en.tagline),
      this.#doing,
    );
  }

  update(view: View): void {
    const isGone = view.world !== undefined;
    this.element.classList.toggle("gone", isGone);
    set(this.element, "aria-hidden", isGone ? "true" : undefined);
    write(this.#doing, isGone ? "" : doing[view.state]);
  }

  /** Turns the portal; cheap, and not at all once a world is there. */
  tick(now: number): void {
    if (this.element.classList.contains("gone")) return;
    const beat = this.#isCalm ? 0 : Math.floor((now / 1000) * framesPerSecond);
    if (beat === this.#drawnBeat) return;
    this.#drawnBeat = beat;
    const context = this.#portal.getContext("2d");
    if (context) drawPortal(context, beat);
  }
}

const span = (text: string): HTMLElement => h("span", { "aria-hidden": "true" }, text);

const doing: Readonly<Record<View["state"], string>> = {
  connecting: en.connecting,
  preparing: en.connecting,
  traveling: en.entering,
  "in-world": "",
  offline: en.offline,
  rejected: en.waiting,
};

/** A ring of stone with a spiral of four colours, pixel by pixel. */
function drawPortal(context: CanvasRenderingContext2D, beat: number): void {
  const middle = (side - 1) / 2;
  context.clearRect(0, 0, side, side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const away = Math.hypot(x - middle, y - middle);
      const turn = Math.atan2(y - middle, x - middle) / (2 * Math.PI) + 0.5;
      const color = pixel(away, turn, beat);
      if (color === undefined) continue;
      context.fillStyle = color;
      context.fillRect(x, y, 1, 1);
    }
}

function pixel(away: number, turn: number, beat: number): string | undefined {
  if (away > 11.6) return undefined;
  if (away > 10.4) return turn > 0.12 && turn < 0.45 ? "#ffffff" : "#b9a8f0";
  if (away > 8.6) return "#f5f1ff";
  if (away < 1.4) return "#ffffff";
  const spiral = turn * 4 + away * 0.42 - beat * 0.18;
  const arm = ((spiral % 4) + 4) % 4;
  if (arm % 1 > 0.72) return "#150f2b";
  return colors[Math.floor(arm)];
}
